import type { AnswerSettings } from './answer.ts'
import { answerAsProxy } from './answer-proxy.ts'
import { destination, type Ports } from './destination.ts'
import type { Hosts } from './hosts.ts'
import type { Respond } from './server.ts'
import { locate, type Subnet } from './subnet.ts'
import type { Teller } from './teller.ts'

/**
 * Proxy mode: boot files for PXE clients that get their address from another server.
 * @param port `dhcp` for the offers on port 67, `boot-server` for the questions on port 4011.
 */
export function createProxyMode(
  port: 'dhcp' | 'boot-server',
  hosts: Hosts,
  settings: AnswerSettings,
  subnets: Subnet[],
  ports: Ports,
  tell: Teller,
): Respond {
  return async (request, arrival) => {
    await hosts.refresh()
    const host = hosts.find(request.mac)
    const decided = answerAsProxy(request, port, settings)
    const place = port === 'dhcp' ? request.location : arrival.address
    const [subnet] = locate(subnets, place, undefined, arrival.device)
    if (decided.kind === 'ignore' || !subnet) {
      const reason =
        decided.kind === 'ignore' ? decided.reason : `${place} is in no network we serve`
      tell.ignored(request, host, { reason, isWarning: false })
      return []
    }
    // A client asking for its boot server has an address and a port it waits at.
    const to = port === 'dhcp' ? destination(request, decided.kind, ports, arrival.port) : arrival
    return [{ answer: decided, host, to, from: arrival.to ?? subnet.ownAddress }]
  }
}
