import { openUdp, type UdpSocket } from '@linbo/runtime'
import { decode, encode, type Packet } from '@linbo/tftp/packet'
import { afterEach, describe, expect, it } from 'vitest'
import { machine, nowhere } from './testing.ts'
import { fetchFile } from './tftp.ts'

type Reply = Packet | Uint8Array
let sockets: UdpSocket[] = []
afterEach(async () => {
  await Promise.all(sockets.map((socket) => socket.close()))
  sockets = []
})

/** A server that answers each packet with what the test says, from one port. */
async function serve(answer: (packet: Packet, count: number) => Reply[]) {
  const heard: Packet[] = []
  const socket: UdpSocket = await openUdp({
    port: 0,
    address: '127.0.0.1',
    purpose: 'test server',
    onMessage(bytes, from) {
      const packet = decode(bytes)
      heard.push(packet)
      for (const reply of answer(packet, heard.length)) {
        void socket.send(
          reply instanceof Uint8Array ? reply : encode(reply),
          from.port,
          from.address,
        )
      }
    },
  })
  sockets.push(socket)
  const server = { ...nowhere, tftpPort: socket.port }
  const { signal } = new AbortController()
  const fetch = (options = {}) =>
    fetchFile(machine, server, 'file', { timeoutMs: 20, signal, ...options })
  return { fetch, heard, server }
}

const data = (block: number, bytes: number): Packet => ({
  op: 'data',
  block,
  data: new Uint8Array(bytes),
})
const acks = (packets: Packet[]) => packets.flatMap((one) => (one.op === 'ack' ? [one.block] : []))

describe('fetchFile', () => {
  it('fetches a file in lock-step', async () => {
    const { fetch, heard } = await serve((packet) => {
      if (packet.op === 'rrq') return [data(1, 512)]
      return packet.op === 'ack' && packet.block === 1 ? [data(2, 10)] : []
    })
    expect(await fetch()).toEqual({ found: true, bytes: 522 })
    expect(acks(heard)).toEqual([1])
  })

  it('says what a server without the file says', async () => {
    const { fetch } = await serve(() => [{ op: 'error', code: 1, message: 'no such file' }])
    expect(await fetch()).toEqual({ found: false, bytes: 0, error: 'no such file' })
  })

  it('asks again when its request or its ACK is lost', async () => {
    const { fetch, heard } = await serve((packet, count) => {
      if (packet.op === 'rrq') return count === 1 ? [] : [data(1, 512)]
      return count === 3 ? [] : [data(2, 0)]
    })
    expect(await fetch()).toEqual({ found: true, bytes: 512 })
    expect(heard.map((packet) => packet.op)).toEqual(
      ['rrq', 'rrq', 'ack', 'ack', 'ack'].slice(0, heard.length),
    )
    expect(heard.length).toBeGreaterThanOrEqual(4)
  })

  it('acknowledges a window at a time, and the last good block after a gap', async () => {
    const oack: Packet = {
      op: 'oack',
      options: new Map([
        ['blksize', '8'],
        ['windowsize', '2'],
      ]),
    }
    const { fetch, heard } = await serve((packet, count) => {
      if (packet.op === 'rrq') return [oack]
      if (packet.op !== 'ack') return []
      if (packet.block === 0) return [data(1, 8), data(2, 8)]
      if (packet.block === 2) return count === 3 ? [data(4, 8)] : [data(3, 8), data(4, 3)]
      return []
    })
    expect(await fetch({ options: { blksize: '8', windowsize: '2' } })).toEqual({
      found: true,
      bytes: 27,
    })
    expect(acks(heard).slice(0, 3)).toEqual([0, 2, 2])
  })

  it('asks for the size only, and says that it stops', async () => {
    const oack: Packet = { op: 'oack', options: new Map([['tsize', '4711']]) }
    const { fetch, heard } = await serve((packet) => (packet.op === 'rrq' ? [oack] : []))
    expect(await fetch({ probe: true, options: { tsize: '0' } })).toEqual({
      found: true,
      bytes: 4711,
    })
    await expect.poll(() => heard.at(-1)).toMatchObject({ op: 'error', code: 8 })
  })

  it('passes over bytes that are no TFTP', async () => {
    const { fetch } = await serve((packet) =>
      packet.op === 'rrq' ? [new Uint8Array([9, 9, 9]), new Uint8Array(0), data(1, 3)] : [],
    )
    expect(await fetch()).toEqual({ found: true, bytes: 3 })
  })

  it('gives up a server that stays silent', async () => {
    const { fetch, heard } = await serve(() => [])
    expect(await fetch()).toMatchObject({ found: false, isSilent: true })
    expect(heard.length).toBeGreaterThanOrEqual(5)
  })

  it('stops at once when the machine loses power', async () => {
    const abort = new AbortController()
    const { fetch } = await serve(() => {
      abort.abort(new Error('off'))
      return []
    })
    await expect(fetch({ signal: abort.signal, timeoutMs: 600_000 })).rejects.toThrow('off')
  })
})
