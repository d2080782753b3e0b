import { spawnChild } from '@linbo/runtime'
import { compile } from '../bench/support/programs.ts'
import type { Namespace } from './namespace.ts'

export interface WireOptions {
  /** One way, in milliseconds; a round trip takes twice as long. */
  delayMs?: number
  /** Share of frames lost each way, in percent. */
  lossPercent?: number
  /** Unlimited unless given. */
  rateMbit?: number
  /** With a rate: what waits in front of it before frames are lost, in kilobytes. */
  queueKb?: number
  /** The same seed gives the same fate to the same frames in the same order. */
  seed?: number
}

/** Frames, from the first end to the second and back. */
export interface WireCounts {
  passed: [number, number]
  lost: [number, number]
  /** Found the queue full, or the device gone. */
  dropped: [number, number]
}

export interface Wire {
  /** Takes the cable and both its devices away. */
  close(): Promise<WireCounts>
}

export interface WireEnd {
  /** Undefined means the namespace this process is in. */
  space?: Namespace
  device: string
  /** With its prefix length: `10.0.0.1/24`. */
  address?: string
}

/** Joins two namespaces by a cable that delays and loses (`wire.c`). Needs root and a C compiler. */
export async function openWire(a: WireEnd, b: WireEnd, options: WireOptions = {}): Promise<Wire> {
  const { delayMs = 0, lossPercent = 0, rateMbit = 0, queueKb = 64, seed = 1 } = options
  const lines: string[] = []
  const ready = Promise.withResolvers<void>()
  const where = [a, b].flatMap((end) => [end.space?.name ?? '-', end.device])
  const how = [delayMs, lossPercent, rateMbit, queueKb, seed].map(String)
  const child = spawnChild({
    command: await compile('../support/wire.c'),
    args: [...where, ...how],
    onLine(line) {
      lines.push(line)
      if (line === 'ready') ready.resolve()
    },
  })
  const failed = child.exited.then((code) => {
    throw new Error(`wire ended with ${code}: ${lines.join(' ')}`)
  })
  failed.catch(() => {})
  await Promise.race([ready.promise, failed])
  for (const { space, device, address } of [a, b]) {
    const inside = space ? ['-n', space.name] : []
    if (address) await ip(...inside, 'addr', 'add', address, 'dev', device)
    await ip(...inside, 'link', 'set', device, 'up')
  }
  return {
    async close() {
      await child.stop()
      return JSON.parse(lines.at(-1) ?? '{}') as WireCounts
    },
  }
}

async function ip(...args: string[]): Promise<void> {
  const child = spawnChild({ command: 'ip', args, debianPackage: 'iproute2' })
  if ((await child.exited) !== 0) throw new Error(`ip ${args.join(' ')} failed`)
}
