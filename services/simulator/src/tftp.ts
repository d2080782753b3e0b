import { openUdp } from '@linbo/runtime'
import { decode, encode, type Packet } from '@linbo/tftp/packet'
import type { MachineIdentity, ServerAddress } from './machine.ts'

export interface Fetched {
  found: boolean
  bytes: number
  /** The server's words when it refused. */
  error?: string
}

export interface FetchOptions {
  options?: Record<string, string>
  /** Ask for the size only: the client ends the transfer after the OACK, as UEFI's first request does. */
  probe?: boolean
  timeoutMs?: number
}

/**
 * Fetches one file by TFTP from the machine's own address, as GRUB and firmware do: lock-step or windowed,
 * a repeated request or ACK when the server is silent, five times.
 */
export async function fetchFile(
  machine: MachineIdentity,
  server: ServerAddress,
  file: string,
  { options = {}, probe = false, timeoutMs = 1000 }: FetchOptions = {},
): Promise<Fetched> {
  const incoming = new Mailbox<{ packet: Packet; port: number }>()
  const socket = await openUdp({
    address: machine.ip,
    port: 0,
    purpose: `${machine.hostname}'s TFTP client`,
    onMessage: (bytes, from) => incoming.put({ packet: decode(bytes), port: from.port }),
  })
  let peer = server.tftpPort
  let blksize = 512
  let windowsize = 1
  let last: Packet = { op: 'rrq', file, mode: 'octet', options: new Map(Object.entries(options)) }
  let received = 0
  let expected = 1
  let inWindow = 0
  const send = (packet: Packet) => {
    last = packet
    return socket.send(encode(packet), peer, server.ip)
  }
  try {
    await send(last)
    for (let silent = 0; silent < 5; ) {
      const message = await incoming.take(timeoutMs)
      if (!message) {
        silent++
        await send(last)
        continue
      }
      silent = 0
      const { packet, port } = message
      peer = port
      if (packet.op === 'error') return { found: false, bytes: received, error: packet.message }
      if (packet.op === 'oack') {
        blksize = Number(packet.options.get('blksize') ?? 512)
        windowsize = Number(packet.options.get('windowsize') ?? 1)
        if (probe) {
          await send({ op: 'error', code: 0, message: 'User aborted the transfer' })
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

/** Messages in the order they came, for one reader. */
export class Mailbox<T> {
  #waiting: T[] = []
  #wake: (() => void) | undefined

  put(message: T): void {
    this.#waiting.push(message)
    this.#wake?.()
  }

  /** The next message, or undefined after `timeoutMs`. */
  async take(timeoutMs: number): Promise<T | undefined> {
    if (this.#waiting.length === 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timeoutMs)
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
      this.#wake = undefined
    }
    return this.#waiting.shift()
  }
}
