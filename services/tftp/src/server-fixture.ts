import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type BusEvent, createMemoryBus, type EventType } from '@linbo/bus'
import { load, suite } from '@linbo/config'
import type { Db } from '@linbo/db'
import { silentLog } from '@linbo/log'
import { openUdp } from '@linbo/runtime'
import { createTftpService, schema } from './index.ts'
import { decode, encode, type Packet } from './packet.ts'

/** A server for tests, on a free loopback port, with a tree in a temporary folder. */
export async function startServer(options: {
  db: Db
  files?: Record<string, string | Uint8Array>
  settings?: Record<string, string>
}) {
  const folder = await mkdtemp(join(tmpdir(), 'linbo-tftp-'))
  const root = join(folder, 'linbo')
  const write = async (path: string, content: string | Uint8Array) => {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), content)
  }
  await mkdir(root)
  for (const [path, content] of Object.entries(options.files ?? {})) await write(path, content)
  const bus = createMemoryBus()
  const events: BusEvent[] = []
  await bus.subscribe((event) => events.push(event))
  const { values } = load(
    { ...suite(folder), ...schema },
    { LINBO_DIR: root, LINBO_TFTP_PORT: '0', LINBO_LISTEN: '127.0.0.1', ...options.settings },
  )
  const service = createTftpService({ config: values, db: options.db, bus, log: silentLog })
  await service.start()
  return {
    service,
    root,
    folder,
    events,
    write,
    port: Number(service.health().facts?.port),
    /** Resolves with the first event of that type that fits. */
    event: async <T extends EventType>(
      type: T,
      fits: (event: BusEvent<T>) => boolean = () => true,
    ): Promise<BusEvent<T>> => {
      const { promise, resolve } = Promise.withResolvers<BusEvent<T>>()
      const look = (event: BusEvent) => {
        const typed = event as unknown as BusEvent<T>
        if (event.type === type && fits(typed)) resolve(typed)
      }
      const subscription = await bus.subscribe(look, { since: 0 })
      return promise.finally(() => subscription.close())
    },
    async [Symbol.asyncDispose]() {
      await service.stop()
      await rm(folder, { recursive: true })
    },
  }
}

export interface Arrived {
  packet: Packet
  port: number
  address: string
}

/** A UDP socket that speaks TFTP packets, one at a time. */
export async function openClient(serverPort: number, address = '127.0.0.1') {
  const arrived: Arrived[] = []
  /** Ports of transfers that are over: the server may have repeated a block to us. */
  const past = new Set<number>()
  let wake = () => {}
  const socket = await openUdp({
    port: 0,
    address,
    purpose: 'test',
    onMessage(bytes, from) {
      if (past.has(from.port)) return
      arrived.push({ packet: decode(bytes), port: from.port, address: from.address })
      wake()
    },
  })
  const next = async (): Promise<Arrived> => {
    while (arrived.length === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
    return arrived.shift() as Arrived
  }
  const send = (packet: Packet | Uint8Array, port = serverPort, to = '127.0.0.1') =>
    socket.send(packet instanceof Uint8Array ? packet : encode(packet), port, to)
  const ask = async (file: string, options: Record<string, string> = {}, mode = 'octet') => {
    await send({ op: 'rrq', file, mode, options: new Map(Object.entries(options)) })
    return next()
  }
  return {
    port: socket.port,
    arrived,
    next,
    send,
    ask,
    /** Resolves when that block comes; the server may repeat others before it. */
    async block(number: number) {
      for (;;) {
        const { packet } = await next()
        if (packet.op === 'data' && packet.block === number) return packet
        if (packet.op === 'error') throw new Error(packet.message)
      }
    },
    /** Reads a whole file, acknowledging every window; what comes twice or out of order is passed over. */
    async read(file: string, options: Record<string, string> = {}, mode = 'octet') {
      const parts: Uint8Array[] = []
      const blksize = Number(options.blksize ?? 512)
      const windowsize = Number(options.windowsize ?? 1)
      let got = await ask(file, options, mode)
      const { port } = got
      if (got.packet.op === 'oack') await send({ op: 'ack', block: 0 }, port)
      for (;;) {
        const { packet } = got
        if (packet.op === 'error') throw new Error(packet.message)
        const block = parts.length + 1
        if (packet.op === 'data' && packet.block === (block & 0xffff)) {
          parts.push(packet.data)
          const isLast = packet.data.length < blksize
          if (isLast || block % windowsize === 0) await send({ op: 'ack', block }, port)
          if (isLast) break
        }
        got = await next()
      }
      past.add(port)
      arrived.length = 0
      return Buffer.concat(parts)
    },
    [Symbol.asyncDispose]: () => socket.close(),
  }
}
