import { type Answer, type AnswerSettings, answer, refuse } from './answer.ts'
import { destination, type Ports } from './destination.ts'
import type { Host } from './hosts.ts'
import type { Arrival } from './link.ts'
import type { Prober } from './prober.ts'
import type { Records } from './records.ts'
import type { Request } from './request.ts'
import type { Respond, Sending } from './server.ts'
import { locate, type Subnet } from './subnet.ts'
import type { Teller } from './teller.ts'

export interface FullModeParts {
  records: Records
  prober: Prober
  now(): number
  settings: AnswerSettings
  subnets: Subnet[]
  ports: Ports
  tell: Teller
}

/** Full mode: addresses and boot files for every machine of the networks we serve. */
export function createFullMode(parts: FullModeParts): Respond {
  const { records, prober, settings, subnets, ports, tell } = parts
  return (request, arrival) => {
    const isStale = records.refresh()
    return isStale ? isStale.then(() => respond(request, arrival)) : respond(request, arrival)
  }

  function respond(
    request: Request,
    arrival: Arrival,
    isProbed = false,
  ): Sending[] | Promise<Sending[]> {
    const host = records.host(request.mac)
    const { wish, mac } = request
    if (wish === 'select' && !isOurs(request)) {
      records.turnedDown(mac)
      tell.choseAnother(request, host)
      return []
    }
    if (wish === 'decline' || wish === 'release') return giveUp(request, host)
    const best = decide(request, host, arrival)
    if (!best) {
      const reason = `${request.location ?? 'the sender'} is in no network we serve`
      const cause = { cause: 'unknown-network' as const, about: request.location }
      tell.ignored(request, host, { reason, isWarning: false, ...cause })
      return []
    }
    const given = best.answer
    if (given.kind === 'ignore') {
      tell.ignored(request, host, given)
      return []
    }
    const to = destination(request, given.kind, ports, arrival.port)
    const sending = { answer: given, host, from: best.from, to }
    if (given.kind === 'nak' || given.ip === undefined) return [sending]
    if (given.kind === 'ack') return acknowledge(sending, given.ip, given.leaseSeconds)
    if (!best.isHome && !isProbed) {
      const probing = prober.beforeOffer(best.subnet, given.ip)
      if (probing) return probing.then(() => respond(request, arrival, true))
    }
    records.offered(mac, given.ip)
    return [sending]

    async function acknowledge(ack: Sending, ip: string, seconds: number): Promise<Sending[]> {
      const expiresAt = parts.now() + seconds * 1000
      if (await records.granted(mac, ip, host, expiresAt)) {
        tell.leased(mac, ip, host, expiresAt)
        return [ack]
      }
      const no = refuse(request, `${ip} was given to another machine`, settings)
      return [{ ...ack, answer: no, to: destination(request, 'nak', ports, arrival.port) }]
    }
  }

  /** The client means us, or the relay that stands in for us (RFC 5107). */
  function isOurs({ server, serverOverride }: Request): boolean {
    return server === settings.serverIp || (server !== undefined && server === serverOverride)
  }

  /** The most helpful answer of the networks the client may be in; undefined when there is none. */
  function decide(request: Request, host: Host, arrival: Arrival): Candidate | undefined {
    const keeps = request.wish === 'discover' ? undefined : request.address
    return locate(subnets, request.location, keeps, arrival.device)
      .map((subnet) => {
        const finding = records.find(request, host, subnet)
        return {
          answer: answer(request, { subnet, host, finding }, settings),
          subnet,
          isHome: finding.record === 'this',
          from: arrival.to ?? subnet.ownAddress,
        }
      })
      .toSorted(byHelp)[0]
  }

  async function giveUp(request: Request, host: Host): Promise<Sending[]> {
    const { address, wish, mac } = request
    const notOurs = { reason: 'not our lease', isWarning: false }
    if (!address || !isOurs(request)) tell.ignored(request, host, notOurs)
    else if (wish === 'decline') {
      if (await records.declined(mac, address)) tell.inUse(address, mac)
      else tell.ignored(request, host, notOurs)
    } else if (await records.released(mac, address)) tell.leased(mac, address, host, parts.now())
    return []
  }
}

interface Candidate {
  answer: Answer
  subnet: Subnet
  /** The machine has or had its address in this network. */
  isHome: boolean
  from: string | undefined
}

const rank = { offer: 0, ack: 0, nak: 1, ignore: 2 }

function byHelp(a: Candidate, b: Candidate): number {
  return rank[a.answer.kind] - rank[b.answer.kind] || Number(b.isHome) - Number(a.isHome)
}
