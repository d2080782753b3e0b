import { openUdp } from '@linbo/runtime'
import { decode, encode, type Packet } from '@linbo/tftp/packet'
import type { MachineIdentity, ServerAddress } from './machine.ts'
import { Mailbox } from './mailbox.ts'

export interface Fetched {
  found: boolean
  bytes: number
  /** The server's words when it refused, ours when it stayed silent. */
  error?: string
}

export interface FetchOptions {
  options?: Record<string, string>
  /** Ask for the size only: the client ends the transfer after the OACK, as UEFI's first request does. */
  probe?: boolean
  timeoutMs?: number
  signal: AbortSignal
}

/** How often a silent server is asked again. */
const attempts = 5

/**
 * Fetches one file by TFTP from the machine's own address, as GRUB and firmware do: lock-step or windowed (RFC 7440),
 * a repeated request or ACK when the server is silent, five times.
 * @throws the reason of `signal` when it aborts.
 */
export async function fetchFile(
  machine: MachineIdentity,
  server: ServerAddress,
  file: string,
  { options = {}, probe = false, timeoutMs = 1000, signal }: FetchOptions,
): Promise<Fetched> {
  const incoming = new Mailbox<Packet>()
  let peer: number | undefined
  const socket = await openUdp({
    address: machine.ip,
    port: 0,
    purpose: `${machine.hostname}'s TFTP client`,
    onMessage(bytes, from) {
      // The server answers from a port of its choice, and from no other afterwards (RFC 1350, section 4).
      if (from.address !== server.ip || (peer ?? from.port) !== from.port) return
      const packet = decoded(bytes)
      if (!packet) return
      peer = from.port
      incoming.put(packet)
    },
  })
  let blksize = 512
  let windowsize = 1
  let last: Packet = { op: 'rrq', file, mode: 'octet', options: new Map(Object.entries(options)) }
  let received = 0
  let expected = 1
  let inWindow = 0
  const send = (packet: Packet) => {
    last = packet
    return socket.send(encode(packet), peer ?? server.tftpPort, server.ip)
  }
  try {
    await send(last)
    for (let silent = 0; silent < attempts; ) {
      const packet = await incoming.take(timeoutMs, signal)
      signal.throwIfAborted()
      if (!packet) {
        silent++
        await send(last)
        continue
      }
      silent = 0
      if (packet.op === 'error') return { found: false, bytes: received, error: packet.message }
      if (packet.op === 'oack') {
        blksize = Number(packet.options.get('blksize') ?? 512)
        windowsize = Number(packet.options.get('windowsize') ?? 1)
        if (probe) {
          await send({ op: 'error', code: 8, message: 'User aborted the transfer' })
          return { found: true, bytes: Number(packet.options.get('tsize') ?? 0) }
        }
        await send({ op: 'ack', block: 0 })
      } else if (packet.op === 'data') {
        const isNext = packet.block === (expected & 0xffff)
        if (isNext) {
          expected++
          inWindow++
          received += packet.data.length
        }
        const isLast = isNext && packet.data.length < blksize
        if (!isNext || isLast || inWindow >= windowsize) {
          inWindow = 0
          await send({ op: 'ack', block: (expected - 1) & 0xffff })
        }
        if (isLast) return { found: true, bytes: received }
      }
    }
    return { found: false, bytes: received, error: 'the server does not answer' }
  } finally {
    await socket.close()
  }
}

/** What is no TFTP packet is not for us. */
function decoded(bytes: Uint8Array): Packet | undefined {
  try {
    return decode(bytes)
  } catch {
    return undefined
  }
}
