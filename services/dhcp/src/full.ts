import { type Answer, type AnswerSettings, answer } from './answer.ts'
import { destination, type Ports } from './destination.ts'
import type { Arrival } from './link.ts'
import { createRecords, type Host } from './records.ts'
import type { Request } from './request.ts'
import type { Respond, Sending, ServerParts } from './server.ts'
import { locate, type Subnet } from './subnet.ts'
import type { Teller } from './teller.ts'

/** Full mode: addresses and boot files for every machine of the networks we serve. */
export function createFullMode(
  { db, clock }: Pick<ServerParts, 'db' | 'clock'>,
  settings: AnswerSettings,
  subnets: Subnet[],
  ports: Ports,
  tell: Teller,
): Respond {
  const records = createRecords(db, clock)

  return async (request, arrival) => {
    const host = await records.host(request.mac)
    if (request.wish === 'select' && request.server !== settings.serverIp) {
      records.turnedDown(request.mac)
      tell.ignored(request, host, `it chose the server ${request.server}`)
      return []
    }
    if (request.wish === 'decline' || request.wish === 'release') {
      await giveUp(request, host)
      return []
    }
    const sendings: Sending[] = []
    for (const [index, { answer: one, from }] of (await decide(request, host, arrival)).entries()) {
      // The best answer tells the story; the others are for interfaces the client is hardly on.
      const isTold = index === 0
      if (one.kind !== 'ignore') {
        await remember(one, request, host)
        const to = destination(request, one.kind, ports, arrival.port)
        sendings.push({ answer: one, host, from, to, isTold })
      } else if (isTold) tell.ignored(request, host, one.reason, one.isWarning)
    }
    return sendings
  }

  /** One answer per interface the client may be on, the most helpful first. */
  async function decide(request: Request, host: Host, arrival: Arrival) {
    const keeps = request.wish === 'discover' ? undefined : request.address
    const groups = locate(subnets, request.location, keeps)
    if (groups.length === 0) {
      tell.ignored(request, host, `${request.location} is in no network we serve`)
    }
    const best: Candidate[] = []
    for (const group of groups) {
      const candidates: Candidate[] = []
      for (const subnet of group) {
        const finding = await records.find(request, host, subnet)
        const one = answer(request, { subnet, host, finding }, settings)
        const isHome = finding.record === 'this'
        candidates.push({ answer: one, isHome, from: arrival.to ?? subnet.ownAddress })
      }
      best.push(...candidates.toSorted(byHelp).slice(0, 1))
    }
    const granted = best.filter((one) => one.answer.kind === 'ack')
    return granted.length > 0 ? granted : best.toSorted(byHelp)
  }

  async function remember(given: Answer, request: Request, host: Host) {
    if (given.kind !== 'offer' && given.kind !== 'ack') return
    if (given.ip === undefined) return
    if (given.kind === 'offer') return records.offered(request.mac, given.ip)
    const name = host?.hostname ?? null
    const until = await records.granted(request.mac, given.ip, name, given.leaseSeconds)
    tell.leased(request.mac, given.ip, name, until)
  }

  async function giveUp(request: Request, host: Host) {
    const { address, server, wish, mac } = request
    if (!address || server !== settings.serverIp)
      return tell.ignored(request, host, 'not our lease')
    if (wish === 'decline') {
      await records.declined(mac, address)
      const facts = { host: mac, ip: address }
      return tell.warn(`declined ${address}`, facts, 'address is in use by another machine')
    }
    const until = await records.released(mac, address)
    if (until) tell.leased(mac, address, host?.hostname ?? null, until)
  }
}

interface Candidate {
  answer: Answer
  /** The machine has or had its address in this network. */
  isHome: boolean
  from: string | undefined
}

const rank = { offer: 0, ack: 0, nak: 1, ignore: 2 }

function byHelp(a: Candidate, b: Candidate): number {
  return rank[a.answer.kind] - rank[b.answer.kind] || Number(b.isHome) - Number(a.isHome)
}
