import type { Request } from './request.ts'

export interface Ports {
  server: number
  client: number
}

/** Where an answer goes. */
export interface Destination {
  address: string
  port: number
}

/**
 * RFC 2131 4.1: the relay, the address the client already uses, else everybody on the link. A client that
 * asks for unicast gets a broadcast too: it has no address yet that our kernel could ask for by ARP.
 * @param sourcePort the port the request came from.
 */
export function destination(
  request: Request,
  answer: 'offer' | 'ack' | 'nak',
  ports: Ports,
  sourcePort: number,
): Destination {
  const { giaddr, ciaddr } = request.packet
  if (request.isRelayed) {
    return { address: giaddr, port: request.atSourcePort ? sourcePort : ports.server }
  }
  if (answer !== 'nak' && ciaddr !== '0.0.0.0') return { address: ciaddr, port: ports.client }
  return { address: '255.255.255.255', port: ports.client }
}
