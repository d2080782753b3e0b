import { openUdp } from '@linbo/runtime'
import { decode, encode, type Packet } from '@linbo/tftp/packet'
import type { MachineIdentity, ServerAddress } from './machine.ts'

export interface Fetched {
  found: boolean
  bytes: number
  /** The server's words when it refused. */
  error?: string
  /** The server did not answer, or no longer. */
  isSilent?: true
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
const dataOpcode = 3
const headerBytes = 4

/**
 * Fetches one file by TFTP from the machine's own address, as GRUB and firmware do: lock-step or windowed (RFC 7440),
 * a repeated request or ACK when the server is silent, five times. What arrives is counted, not kept.
 * @throws the reason of `signal` when it aborts.
 */
export async function fetchFile(
  machine: MachineIdentity,
  server: ServerAddress,
  file: string,
  { options = {}, probe = false, timeoutMs = 1000, signal }: FetchOptions,
): Promise<Fetched> {
  signal.throwIfAborted()
  const over = Promise.withResolvers<Fetched>()
  let peer: number | undefined
  let blksize = 512
  let windowsize = 1
  let received = 0
  let expected = 1
  let inWindow = 0
  let silent = 0
  let last = encode({ op: 'rrq', file, mode: 'octet', options: new Map(Object.entries(options)) })

  function send(packet: Uint8Array): void {
    last = packet
    socket.socket.send(packet, peer ?? server.tftpPort, server.ip)
  }
  function acknowledge(block: number): void {
    inWindow = 0
    send(Buffer.from([0, 4, (block >> 8) & 0xff, block & 0xff]))
  }
  function takeBlock(block: number, length: number): void {
    const isNext = block === (expected & 0xffff)
    if (isNext) {
      expected++
      inWindow++
      received += length
    }
    const isLast = isNext && length < blksize
    if (!isNext || isLast || inWindow >= windowsize) acknowledge(expected - 1)
    if (isLast) over.resolve({ found: true, bytes: received })
  }
  function take(packet: Packet): void {
    if (packet.op === 'error') {
      over.resolve({ found: false, bytes: received, error: packet.message })
    } else if (packet.op === 'oack') {
      blksize = Number(packet.options.get('blksize') ?? 512)
      windowsize = Number(packet.options.get('windowsize') ?? 1)
      if (!probe) acknowledge(0)
      else {
        send(encode({ op: 'error', code: 8, message: 'User aborted the transfer' }))
        over.resolve({ found: true, bytes: Number(packet.options.get('tsize') ?? 0) })
      }
    }
  }

  const socket = await openUdp({
    address: machine.ip,
    port: 0,
    purpose: `${machine.hostname}'s TFTP client`,
    recvBufferSize: 1024 * 1024,
    onMessage(bytes, from) {
      // The server answers from a port of its choice, and from no other afterwards (RFC 1350, section 4).
      if (from.address !== server.ip || (peer ?? from.port) !== from.port) return
      const isData = bytes.length >= headerBytes && bytes[0] === 0 && bytes[1] === dataOpcode
      const packet = isData ? undefined : decoded(bytes)
      if (!isData && !packet) return
      peer = from.port
      silent = 0
      timer.refresh()
      if (packet) take(packet)
      else takeBlock(((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0), bytes.length - headerBytes)
    },
  })
  const timer = setInterval(() => {
    silent++
    if (silent < attempts) send(last)
    else over.resolve({ found: false, bytes: received, isSilent: true })
  }, timeoutMs)
  const abort = () => over.reject(signal.reason)
  signal.addEventListener('abort', abort)
  try {
    if (signal.aborted) abort()
    else send(last)
    return await over.promise
  } finally {
    clearInterval(timer)
    signal.removeEventListener('abort', abort)
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
