import { hostname } from 'node:os'
import type { Logger } from '@linbo/log'
import type { Clock, Health } from '@linbo/runtime'
import type { Answer, AnswerSettings } from './answer.ts'
import type { DhcpSettings } from './config.ts'
import type { Destination } from './destination.ts'
import { createForeignServers } from './foreign-servers.ts'
import { createHosts, type Host } from './hosts.ts'
import type { Lease } from './lease.ts'
import { type Arrival, type Link, machineAddresses, openLink } from './link.ts'
import { openFullMode } from './open-full.ts'
import type { Outside } from './outside.ts'
import { decode, encodeWithin, PacketError } from './packet.ts'
import { createProxyMode } from './proxy.ts'
import { type Request, understand } from './request.ts'
import { planSubnets, type SubnetEntry, subnetOf } from './subnet.ts'
import { createTeller } from './teller.ts'

export interface ServerParts {
  config: DhcpSettings
  outside: Outside
  /** The database is this process's own. */
  embedded: boolean
  /** Those of subnets.csv, when there is one. */
  networks?: SubnetEntry[] | undefined
  log: Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>
  clock: Clock
}

export interface Server {
  health(): Health
  /** Another server of the suite gave this lease. */
  heard(lease: Lease): void
  /** Closes every socket once the messages in hand are answered. */
  close(): Promise<void>
}

/** An answer on its way. */
export interface Sending {
  answer: Exclude<Answer, { kind: 'ignore' }>
  host: Host
  to: Destination
  /** Our address to send from: it decides which interface a broadcast leaves through. */
  from: string | undefined
}

/** One mode on one port: what to send for a request. */
export type Respond = (request: Request, arrival: Arrival) => Sending[] | Promise<Sending[]>

/** Messages that may wait for the database; more come again by themselves. */
const waitingLimit = 5000

/**
 * Opens port 67, and in proxy mode 4011: receive, decode, decide, send.
 * @throws LinboError when interfaces, pools or ports do not allow it.
 */
export async function openServer(parts: ServerParts): Promise<Server> {
  const { config, outside, log, clock } = parts
  const machine = machineAddresses()
  const subnets = planSubnets(config, machine, parts.networks)
  const settings = answerSettings(config)
  const networkOf = (ip: string) => subnetOf(subnets, ip)?.name ?? subnets[0]?.name ?? ''
  const foreign = createForeignServers({ own: settings.serverIp, outside, log, clock, networkOf })
  const tell = createTeller(outside, log, clock, foreign.seen)
  const counts = { answered: 0, dropped: 0 }
  const links: Link[] = []
  const waiting = new Set<Promise<void>>()
  let problem: string | undefined

  async function open(port: number, setting: string, mode: (link: Link) => Respond) {
    let respond: Respond = () => []
    const link = await openLink({
      port,
      setting,
      purpose: 'DHCP',
      devices: subnets.flatMap((subnet) => subnet.interface ?? []),
      addresses: machine,
      onError: (err) => tell.warn(`send ${err.message}`, { err }, 'an answer was not sent'),
      onMessage: (bytes, arrival) => receive(bytes, arrival),
    })
    links.push(link)
    respond = mode(link)
    return link

    function receive(bytes: Uint8Array, arrival: Arrival) {
      const request = read(bytes)
      if ('ignore' in request) {
        counts.dropped += 1
        log.debug({ ip: arrival.address, reason: request.ignore }, 'message ignored')
      } else if (waiting.size >= waitingLimit) {
        counts.dropped += 1
        tell.warn('queue', { waiting: waiting.size }, 'too many requests at once, some are dropped')
      } else handle(request, arrival)
    }

    function handle(request: Request, arrival: Arrival) {
      try {
        const decided = respond(request, arrival)
        if (!(decided instanceof Promise)) return sendAll(request, decided)
        const handling: Promise<void> = decided
          .then((sendings) => sendAll(request, sendings))
          .catch((error) => complain(error, request.mac))
          .finally(() => waiting.delete(handling))
        waiting.add(handling)
      } catch (error) {
        complain(error, request.mac)
      }
    }

    function sendAll(request: Request, sendings: Sending[]) {
      for (const one of sendings) send(link, request, one)
      if (sendings.length > 0) problem = undefined
    }
  }

  function complain(err: unknown, mac?: string) {
    if (!problem) log.error({ err, ...(mac ? { host: mac } : {}) }, 'requests cannot be answered')
    problem = err instanceof Error ? err.message : String(err)
  }

  function send(link: Link, request: Request, { answer, host, to, from }: Sending) {
    const { bytes, dropped } = encodeWithin(answer.packet, request.maxBytes)
    if (dropped.length > 0) {
      const facts = { host: request.mac, dropped }
      tell.warn(`size ${request.mac}`, facts, 'answer is too long for the client')
    }
    link.send(bytes, to, from)
    counts.answered += 1
    tell.answered(request, host, answer)
  }

  const hosts = createHosts(outside, clock, complain)
  await hosts.refresh()
  const full =
    config.LINBO_DHCP === 'full'
      ? await openFullMode({ ...parts, hosts, subnets, settings, tell, foreign, onError: complain })
      : undefined
  const close = async () => {
    await full?.stopLooking()
    await Promise.all(links.map((link) => link.close()))
    await Promise.all(waiting)
    await full?.close()
  }
  try {
    const main = await open(config.LINBO_DHCP_PORT, 'LINBO_DHCP_PORT', (link) => {
      const ports = { server: link.port, client: link.port + 1 }
      return (
        full?.respond(link, ports) ?? createProxyMode('dhcp', hosts, settings, subnets, ports, tell)
      )
    })
    if (config.LINBO_DHCP === 'proxy') {
      const ports = { server: main.port, client: main.port + 1 }
      await open(config.LINBO_DHCP_PROXY_PORT, 'LINBO_DHCP_PROXY_PORT', () =>
        createProxyMode('boot-server', hosts, settings, subnets, ports, tell),
      )
    }
  } catch (error) {
    await close()
    throw error
  }
  if (!machine.some(({ address }) => address === settings.serverIp)) {
    const text = 'LINBO_SERVER_IP is no address of this machine: clients renew their leases there'
    log.warn({ ip: settings.serverIp }, text)
  }

  return {
    close,
    heard: (lease) => full?.heard(lease),
    health() {
      const others = foreign.list().join(', ')
      const detail = problem
        ? `requests are not answered: ${problem}`
        : others && `another DHCP server answers on our networks: ${others}`
      return {
        state: detail ? 'degraded' : 'ok',
        ...(detail ? { detail } : {}),
        facts: {
          mode: config.LINBO_DHCP,
          ports: links.map(({ port }) => port).join(', '),
          networks: subnets.map(({ name }) => name).join(', '),
          ...(others ? { otherServers: others } : {}),
          ...counts,
        },
      }
    },
  }
}

function read(bytes: Uint8Array): Request | { ignore: string } {
  try {
    return understand(decode(bytes))
  } catch (error) {
    if (error instanceof PacketError) return { ignore: error.message }
    throw error
  }
}

function answerSettings(config: DhcpSettings): AnswerSettings {
  const [name] = hostname().split('.')
  return {
    serverIp: config.LINBO_SERVER_IP,
    serverName: `${name}.${config.LINBO_DHCP_DOMAIN}`.slice(0, 63),
    domain: config.LINBO_DHCP_DOMAIN,
    dns: config.LINBO_DHCP_DNS,
    ntp: config.LINBO_DHCP_NTP,
    netbios: config.LINBO_DHCP_NETBIOS,
    httpPort: config.LINBO_HTTP_PORT,
  }
}
