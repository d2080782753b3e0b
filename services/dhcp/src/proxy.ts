import { type AnswerSettings, answerAsProxy } from './answer.ts'
import { destination, type Ports } from './destination.ts'
import { createRecords } from './records.ts'
import type { Respond, ServerParts } from './server.ts'
import { locate, type Subnet } from './subnet.ts'
import type { Teller } from './teller.ts'

/**
 * Proxy mode: boot files for PXE clients that get their address from another server.
 * @param port `dhcp` for the offers on port 67, `boot-server` for the questions on port 4011.
 */
export function createProxyMode(
  port: 'dhcp' | 'boot-server',
  { db, clock }: Pick<ServerParts, 'db' | 'clock'>,
  settings: AnswerSettings,
  subnets: Subnet[],
  ports: Ports,
  tell: Teller,
): Respond {
  const records = createRecords(db, clock)

  return async (request, arrival) => {
    const host = await records.host(request.mac)
    const decided = answerAsProxy(request, port, settings)
    const place = port === 'dhcp' ? request.location : arrival.address
    const groups = locate(subnets, place, undefined)
    if (decided.kind === 'ignore' || groups.length === 0) {
      const reason =
        decided.kind === 'ignore' ? decided.reason : `${place} is in no network we serve`
      tell.ignored(request, host, reason)
      return []
    }
    // A client asking for its boot server has an address and a port it waits at.
    const to = port === 'dhcp' ? destination(request, decided.kind, ports, arrival.port) : arrival
    return groups.map(([subnet], index) => ({
      answer: decided,
      host,
      to,
      from: arrival.to ?? subnet?.ownAddress,
      isTold: index === 0,
    }))
  }
}
