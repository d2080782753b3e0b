import { decode, encode, type Packet } from '@linbo/dhcp/packet'
import { openUdp } from '@linbo/runtime'

/** A DHCP relay agent: what broadcasts would do, which do not cross loopback. */
export interface Relay {
  /** What it writes into `giaddr`. */
  readonly ip: string
  send(request: Packet): Promise<void>
  /** Hands on the answers to one exchange; the returned function stops that. */
  listen(xid: number, onAnswer: (answer: Packet) => void): () => void
  close(): Promise<void>
}

/** @throws LinboError `UDP_PORT` when the address cannot be had. */
export async function openRelay(ip: string, server: { ip: string; port: number }): Promise<Relay> {
  const listeners = new Map<number, (answer: Packet) => void>()
  const socket = await openUdp({
    address: ip,
    port: server.port,
    // The server may have taken this port for all addresses of the machine.
    reuseAddr: true,
    purpose: `the DHCP relay ${ip}`,
    onMessage(bytes) {
      const packet = decoded(bytes)
      if (packet) listeners.get(packet.xid)?.(packet)
    },
  })
  return {
    ip,
    send: (request) => socket.send(encode(request), server.port, server.ip),
    listen(xid, onAnswer) {
      listeners.set(xid, onAnswer)
      return () => void listeners.delete(xid)
    },
    close: () => socket.close(),
  }
}

/** What is no DHCP packet is not for us. */
function decoded(bytes: Uint8Array): Packet | undefined {
  try {
    return decode(bytes)
  } catch {
    return undefined
  }
}
