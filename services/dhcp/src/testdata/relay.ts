import { openUdp, type UdpSocket } from '@linbo/runtime'
import {
  decode,
  emptyPacket,
  encode,
  encodeRelay,
  type OptionValues,
  optionsOf,
  type Packet,
} from '../packet.ts'

export interface Relay {
  close(): Promise<void>
  /** Sends what a client on the relay's network says; every message has its own xid. */
  say(mac: string, options: OptionValues, fields?: Partial<Packet>): Promise<number>
  sendBytes(bytes: Uint8Array): Promise<void>
  /** The next answer, in the order of arrival. */
  answer(): Promise<Packet>
  /** Asks and waits for the answer. */
  ask(mac: string, options: OptionValues, fields?: Partial<Packet>): Promise<Packet>
}

/** A relay agent at 127.77.0.1 that wants its answers where it sent from (RFC 8357). */
export async function openRelay(serverPort: number, address = '127.77.0.1'): Promise<Relay> {
  const answers: Packet[] = []
  const waiting: ((packet: Packet) => void)[] = []
  let xid = 0
  const socket: UdpSocket = await openUdp({
    ...{ port: 0, address, purpose: 'relay' },
    onMessage(bytes) {
      const packet = decode(bytes)
      const next = waiting.shift()
      if (next) next(packet)
      else answers.push(packet)
    },
  })
  const relay: Relay = {
    close: () => socket.close(),
    async say(chaddr, options, fields = {}) {
      xid += 1
      const relayAgent = encodeRelay({ sourcePort: true, circuitId: Uint8Array.of(xid) })
      const base = { ...emptyPacket, xid, chaddr, giaddr: address, hops: 1 }
      const packet = { ...base, ...fields, options: optionsOf({ ...options, relayAgent }) }
      await socket.send(encode(packet), serverPort, '127.0.0.1')
      return xid
    },
    sendBytes: (bytes) => socket.send(bytes, serverPort, '127.0.0.1'),
    answer: () => {
      const ready = answers.shift()
      return ready ? Promise.resolve(ready) : new Promise((resolve) => waiting.push(resolve))
    },
    async ask(mac, options, fields) {
      const sent = await relay.say(mac, options, fields)
      const packet = await relay.answer()
      if (packet.xid !== sent) throw new Error(`answer to ${packet.xid}, not to ${sent}`)
      return packet
    },
  }
  return relay
}
