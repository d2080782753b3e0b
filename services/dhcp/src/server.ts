import { hostname } from 'node:os'
import type { Bus } from '@linbo/bus'
import type { Db } from '@linbo/db'
import type { Logger } from '@linbo/log'
import { type Clock, type Health, LinboError } from '@linbo/runtime'
import type { Answer, AnswerSettings } from './answer.ts'
import type { DhcpSettings } from './config.ts'
import type { Destination } from './destination.ts'
import { createFullMode } from './full.ts'
import { type Arrival, type Link, machineAddresses, openLink } from './link.ts'
import { decode, encodeWithin, PacketError } from './packet.ts'
import { createProxyMode } from './proxy.ts'
import type { Host } from './records.ts'
import { type Request, understand } from './request.ts'
import { planSubnets } from './subnet.ts'
import { createTeller } from './teller.ts'

export interface ServerParts {
  config: DhcpSettings
  db: Db
  bus: Pick<Bus, 'publish'>
  log: Logger
  clock: Clock
}

export interface Server {
  health(): Health
  /** Closes every socket once the message in hand is answered. */
  close(): Promise<void>
}

/** An answer on its way. */
export interface Sending {
  answer: Exclude<Answer, { kind: 'ignore' }>
  host: Host
  to: Destination
  /** Our address to send from: it decides which interface a broadcast leaves through. */
  from: string | undefined
  /** False for what is sent only in case the client is on another interface than we think. */
  isTold: boolean
}

/** One mode on one port: what to send for a request. */
export type Respond = (request: Request, arrival: Arrival) => Promise<Sending[]>

/** Messages that may wait their turn; more come again by themselves. */
const queueLimit = 1000
/** A client asks again after about four seconds: a later answer helps nobody. */
const databaseMs = 4000

/**
 * Opens port 67, and in proxy mode 4011: receive, decode, decide, send. Messages are handled one at a
 * time, so no address is given twice.
 * @throws LinboError when interfaces, pools or ports do not allow it.
 */
export async function openServer(parts: ServerParts): Promise<Server> {
  const { config, bus, log, clock } = parts
  const machine = machineAddresses()
  const subnets = planSubnets(config, machine)
  const tell = createTeller(bus, log, clock)
  const settings = answerSettings(config)
  const counts = { answered: 0, dropped: 0 }
  const links: Link[] = []
  let problem: string | undefined
  let waiting = 0
  let queue: Promise<void> = Promise.resolve()

  async function open(port: number, setting: string, mode: (link: Link) => Respond) {
    let respond: Respond = async () => []
    const link = await openLink({
      port,
      setting,
      purpose: 'DHCP',
      addresses: subnets.flatMap(({ ownAddress }) => ownAddress ?? []),
      onError: (err) => log.debug({ err }, 'socket error'),
      onMessage: (bytes, arrival) => receive(bytes, arrival, (request) => handle(request, arrival)),
    })
    links.push(link)
    respond = mode(link)
    return link

    async function handle(request: Request, arrival: Arrival) {
      try {
        for (const one of await inTime(respond(request, arrival))) await send(link, request, one)
        problem = undefined
      } catch (err) {
        if (!problem) log.error({ err, host: request.mac }, 'requests cannot be answered')
        problem = err instanceof Error ? err.message : String(err)
      }
    }
  }

  function receive(
    bytes: Uint8Array,
    arrival: Arrival,
    handle: (request: Request) => Promise<void>,
  ) {
    const request = read(bytes)
    if ('ignore' in request) {
      counts.dropped += 1
      log.debug({ ip: arrival.address, reason: request.ignore }, 'message ignored')
    } else if (waiting >= queueLimit) {
      counts.dropped += 1
      tell.warn('queue', { waiting }, 'too many requests at once, some are dropped')
    } else {
      waiting += 1
      queue = queue
        .then(() => handle(request))
        .finally(() => {
          waiting -= 1
        })
    }
  }

  async function send(link: Link, request: Request, { answer, host, to, from, isTold }: Sending) {
    const { bytes, dropped } = encodeWithin(answer.packet, request.maxBytes)
    if (dropped.length > 0) {
      const facts = { host: request.mac, dropped }
      tell.warn(`size ${request.mac}`, facts, 'answer is too long for the client')
    }
    try {
      await link.send(bytes, to, from)
      counts.answered += 1
      if (isTold) tell.answered(request, host, answer)
    } catch (err) {
      const facts = { host: request.mac, ip: to.address, err }
      tell.warn(`send ${to.address}`, facts, 'answer was not sent')
    }
  }

  function inTime<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const cancel = clock.after(databaseMs, () =>
        reject(new LinboError('DHCP_DATABASE', 'the database does not answer')),
      )
      work.then(resolve, reject).finally(cancel)
    })
  }

  const close = async () => {
    await Promise.all(links.map((link) => link.close()))
    await queue
  }
  try {
    const main = await open(config.LINBO_DHCP_PORT, 'LINBO_DHCP_PORT', ({ port }) => {
      const ports = { server: port, client: port + 1 }
      return config.LINBO_DHCP === 'full'
        ? createFullMode(parts, settings, subnets, ports, tell)
        : createProxyMode('dhcp', parts, settings, subnets, ports, tell)
    })
    if (config.LINBO_DHCP === 'proxy') {
      const ports = { server: main.port, client: main.port + 1 }
      await open(config.LINBO_DHCP_PROXY_PORT, 'LINBO_DHCP_PROXY_PORT', () =>
        createProxyMode('boot-server', parts, settings, subnets, ports, tell),
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
    health: () => ({
      state: problem ? 'degraded' : 'ok',
      ...(problem ? { detail: `requests are not answered: ${problem}` } : {}),
      facts: {
        mode: config.LINBO_DHCP,
        ports: links.map(({ port }) => port).join(', '),
        networks: subnets.map(({ name }) => name).join(', '),
        ...counts,
      },
    }),
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
  }
}
