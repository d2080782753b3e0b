import { connect, createNamespace, type Namespace } from '../support/namespace.ts'
import { dhcpRivals, perfdhcp, type Scope } from './dhcp-rivals.ts'
import { makeFolder, startLinbo } from './support/linbo.ts'
import { mustRun, run, startServer, stopServers } from './support/programs.ts'
import { inTurns, type Result } from './support/turns.ts'

const scope: Scope = {
  device: 'dhcp0',
  server: '10.77.0.1',
  network: '10.77.0.0/16',
  pool: { first: '10.77.0.10', last: '10.77.250.250' },
  leaseSeconds: 600,
}
const relay = '10.77.255.254/16'
/** Machines that perfdhcp plays; the ones it meets again have a lease already. */
const machines = 50_000
const seconds = 4
const steps = [1000, 2000, 3000, 4000, 5000, 6000, 8000, 10_000, 12_000]

/** A server that is alone with perfdhcp on a virtual cable. */
interface Server {
  name: string
  clients: Namespace
}

interface Load {
  exchangesPerSecond: number
  /** Exchanges that were not completed within a second, in percent. */
  loss: number
  /** From DISCOVER to OFFER and from REQUEST to ACK, the mean of both in milliseconds. */
  delay: number
}

/** Four-way exchanges over veth against Kea and dnsmasq, as perfdhcp sees them. Needs root. */
export async function benchDhcp(rounds: number): Promise<Result[]> {
  const { folder, remove } = await makeFolder()
  const spaces: Namespace[] = []
  try {
    const servers = await startServers(folder, spaces)
    const ask = await perfdhcp()
    const measure = (server: Server, rate: number) => load(ask, server, rate)
    const results: Result[] = []
    for (const rate of [1000, 3000]) results.push(...(await atRate(servers, rate, rounds, measure)))
    const contenders = servers.map((server) => ({
      name: server.name,
      measure: () => highest((rate) => measure(server, rate)),
    }))
    const name = 'highest rate below 0.1 % loss'
    results.push(await inTurns({ name, unit: 'exchanges/s', contenders }, 1))
    return results
  } finally {
    await stopServers()
    for (const space of spaces) await space.remove()
    await remove()
  }
}

async function startServers(folder: string, spaces: Namespace[]): Promise<Server[]> {
  const cable = async (name: string) => {
    const [space, clients] = [await createNamespace(name), await createNamespace(`${name}-pcs`)]
    spaces.push(space, clients)
    const { device, server } = scope
    await connect(
      { space, device, address: `${server}/16` },
      { space: clients, device, address: relay },
    )
    return { space, clients }
  }
  const ours = await cable('ours')
  await startLinbo(folder, {
    ...{ space: ours.space, address: scope.server },
    settings: {
      LINBO_DHCP: 'full',
      LINBO_DHCP_INTERFACE: scope.device,
      LINBO_DHCP_POOL: `${scope.pool.first}-${scope.pool.last}`,
    },
  })
  const servers: Server[] = [{ name: 'ours', clients: ours.clients }]
  const { command, env } = await perfdhcp()
  for (const rival of await dhcpRivals(folder, scope)) {
    const { space, clients } = await cable(rival.name)
    const once = ['netns', 'exec', clients.name, command, '-4', '-l', scope.device, '-n', '1']
    await startServer({
      command: 'ip',
      args: ['netns', 'exec', space.name, rival.command, ...rival.args],
      env: rival.env,
      isUp: async () => (await run('ip', [...once, scope.server], { env })).code === 0,
    })
    servers.push({ name: rival.name, clients })
  }
  return servers
}

type Measure = (server: Server, rate: number) => Promise<Load>

async function atRate(servers: Server[], rate: number, rounds: number, measure: Measure) {
  const label = `${rate.toLocaleString('en')}/s`
  const empty = () => Object.fromEntries(servers.map(({ name }) => [name, [] as number[]]))
  const loss: Result = { case: `loss at ${label}`, unit: '%', samples: empty(), ratio: 'none' }
  const delay: Result = { case: `delay at ${label}`, unit: 'ms', samples: empty(), ratio: 'lower' }
  const contenders = servers.map((server) => ({
    name: server.name,
    measure: async () => {
      const got = await measure(server, rate)
      loss.samples[server.name]?.push(got.loss)
      delay.samples[server.name]?.push(got.delay)
      return got.exchangesPerSecond
    },
  }))
  const name = `${label} asked for`
  const speed = await inTurns({ name, unit: 'exchanges/s', contenders }, rounds)
  return [speed, loss, delay]
}

/** The last of the steps at which fewer than one in a thousand is lost. */
async function highest(measure: (rate: number) => Promise<Load>): Promise<number | undefined> {
  let best: number | undefined
  for (const rate of steps) {
    const got = await measure(rate)
    if (got.loss >= 0.1) break
    best = got.exchangesPerSecond
  }
  return best
}

async function load(
  { command, env }: { command: string; env: Record<string, string> },
  server: Server,
  rate: number,
): Promise<Load> {
  const words = [
    '-4',
    '-l',
    scope.device,
    '-r',
    rate,
    '-R',
    machines,
    '-p',
    seconds,
    '-W',
    1_000_000,
  ]
  const inside = ['netns', 'exec', server.clients.name, command, ...words.map(String), scope.server]
  const ran = await run('ip', inside, { env })
  // 3 says that some exchanges were lost.
  if (ran.code !== 0 && ran.code !== 3) await mustRun('ip', inside, { env })
  const [offers, acks] = ran.output.split('REQUEST-ACK').map((part) => ({
    sent: figure(part, 'sent packets'),
    received: figure(part, 'received packets'),
    delay: figure(part, 'avg delay'),
  }))
  if (!offers || !acks) throw new Error(`perfdhcp: ${ran.output}`)
  return {
    exchangesPerSecond: acks.received / seconds,
    loss: 100 * (1 - acks.received / offers.sent),
    delay: (offers.delay + acks.delay) / 2,
  }
}

function figure(text: string, name: string): number {
  return Number(text.match(new RegExp(`^${name}: ([\\d.]+)`, 'm'))?.[1] ?? Number.NaN)
}
