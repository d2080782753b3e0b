import { randomBytes } from 'node:crypto'
import { type Clock, openUdp } from '@linbo/runtime'
import type { Link } from './link.ts'
import { decode, emptyPacket, encode, MessageType, optionsOf, readOption } from './packet.ts'

/** Looks again and again whether somebody else answers a DISCOVER on our networks. */
export interface ServerCheck {
  /** True for our own DISCOVERs, which the kernel hands to us as well. */
  isOurs(mac: string): boolean
  close(): Promise<void>
}

const everyMs = 300_000
const firstMs = 5000
/** How long answers are waited for: servers that ping an address first take their time. */
const listenMs = 5000

/**
 * Broadcasts a DISCOVER of a machine that does not exist, and listens on the clients' port while answers may come. When
 * a DHCP client of this computer holds that port, the check is left out.
 * @param found is called with the server's address: what it calls itself, else where the answer came from.
 */
export function startServerCheck(parts: {
  link: Pick<Link, 'broadcast' | 'port'>
  devices: string[]
  clock: Clock
  found(ip: string): void
  onSkip(error: unknown): void
}): ServerCheck {
  const { link, devices, clock, found, onSkip } = parts
  // Locally administered, and another one for every start.
  const mac = `02:${[...randomBytes(5)].map((one) => one.toString(16).padStart(2, '0')).join(':')}`
  let cancel = clock.after(firstMs, () => void check())
  let running: Promise<void> = Promise.resolve()
  let isClosed = false
  let stopListening = () => {}

  async function lookAt(device: string): Promise<void> {
    const xid = randomBytes(4).readUInt32BE()
    const socket = await openUdp({
      ...{ device, port: link.port + 1, reuseAddr: true, purpose: 'DHCP server check' },
      onMessage(bytes, from) {
        const server = serverOf(bytes, xid, mac)
        if (server !== undefined) found(server === '' ? from.address : server)
      },
    })
    const packet = { ...emptyPacket, xid, chaddr: mac, broadcast: true }
    const options = optionsOf({ messageType: MessageType.discover, parameterList: [1, 3, 54] })
    await link.broadcast(encode({ ...packet, options }), device, link.port)
    await new Promise<void>((resolve) => {
      const stop = clock.after(listenMs, resolve)
      stopListening = () => {
        stop()
        resolve()
      }
    })
    await socket.close()
  }

  async function check(): Promise<void> {
    running = (async () => {
      for (const device of devices) {
        if (!isClosed) await lookAt(device).catch(onSkip)
      }
    })()
    await running
    if (!isClosed) cancel = clock.after(everyMs, () => void check())
  }

  return {
    isOurs: (other) => other === mac,
    async close() {
      isClosed = true
      cancel()
      stopListening()
      await running
    },
  }
}

/** The server that answers this DISCOVER; empty when it does not name itself, undefined when it is another message. */
function serverOf(bytes: Uint8Array, xid: number, mac: string): string | undefined {
  try {
    const packet = decode(bytes)
    if (packet.op !== 'reply' || packet.xid !== xid || packet.chaddr !== mac) return undefined
    return readOption(packet.options, 'serverIdentifier') ?? ''
  } catch {
    return undefined
  }
}
