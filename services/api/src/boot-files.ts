import { randomUUID } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { type OpenBootFile, resolveBootFile, roleOf } from '@linbo/boot'
import type { Bus, Machine, TransferResult } from '@linbo/bus'
import type { Db } from '@linbo/db'
import type { Logger } from '@linbo/log'
import type { Clock } from '@linbo/runtime'
import { decideDelivery, type RangeRequest } from './http-range.ts'
import { createMachineLookup } from './machine-lookup.ts'

/** Boot files over HTTP, for firmware, GRUB and iPXE. */
export interface BootFileServer {
  /**
   * @param path what follows `/boot/`, still percent-encoded.
   * @param ip the address of the machine that asks.
   * @returns undefined when there is no such boot file.
   */
  serve(request: {
    path: string
    ip: string
    isHead: boolean
    conditions: RangeRequest
  }): Promise<Response | undefined>
}

const chunkBytes = 256 * 1024
const progressMs = 250

export function createBootFileServer(deps: {
  root: string
  db: Db
  bus: Pick<Bus, 'publish'>
  log: Logger
  clock: Clock
}): BootFileServer {
  const machines = createMachineLookup(deps.db, deps.clock.now)
  const machineOf = async (ip: string): Promise<Machine> => {
    const host = await machines.find({ host: null, mac: null, ip })
    return { host: host?.hostname ?? null, mac: host?.mac ?? null, ip }
  }
  return {
    async serve({ path, ip, isHead, conditions }) {
      const file = await resolveBootFile(deps.root, path)
      if (!file) {
        deps.log.debug({ ip, file: path }, 'no such boot file')
        return undefined
      }
      const { handle, stats } = file
      const modifiedAt = stats.mtime
      const etag = `"${stats.size.toString(16)}-${Math.floor(stats.mtimeMs * 1000).toString(16)}"`
      const headers = new Headers({
        'Accept-Ranges': 'bytes',
        'Cache-Control': 'no-cache',
        'Content-Type': 'application/octet-stream',
        ETag: etag,
        'Last-Modified': modifiedAt.toUTCString(),
      })
      const wanted = decideDelivery(conditions, { sizeBytes: stats.size, etag, modifiedAt })
      if (wanted.status === 304 || wanted.status === 416) {
        await handle.close()
        if (wanted.status === 416) headers.set('Content-Range', `bytes */${stats.size}`)
        return new Response(null, { status: wanted.status, headers })
      }
      const { status, start, length } = wanted
      headers.set('Content-Length', String(length))
      if (status === 206) {
        headers.set('Content-Range', `bytes ${start}-${start + length - 1}/${stats.size}`)
      }
      if (isHead) {
        await handle.close()
        return new Response(null, { status, headers })
      }
      const report = reportTransfer(deps, await machineOf(ip), file, start, length)
      return new Response(stream(handle, start, length, report), { status, headers })
    },
  }
}

interface TransferReport {
  sent(bytes: number): void
  finished(result: TransferResult, reason: string | null): void
}

/** Tells of one delivery: its beginning, how far it is, its end, and the boot step it was. */
function reportTransfer(
  { bus, clock, log }: { bus: Pick<Bus, 'publish'>; clock: Clock; log: Logger },
  machine: Machine,
  file: OpenBootFile,
  start: number,
  length: number,
): TransferReport {
  const transfer = randomUUID()
  const begun = clock.now()
  let bytes = 0
  let toldAt = begun
  bus.publish('host.seen', { ...machine, by: 'http' })
  bus.publish('transfer.started', {
    ...machine,
    transfer,
    via: 'http',
    direction: 'down',
    file: file.path,
    sizeBytes: length,
  })
  return {
    sent(count) {
      bytes += count
      const now = clock.now()
      if (now - toldAt < progressMs) return
      toldAt = now
      const bytesPerSecond = Math.round((bytes * 1000) / (now - begun))
      bus.publish('transfer.progress', { transfer, bytes, sizeBytes: length, bytesPerSecond })
    },
    finished(result, reason) {
      const ms = clock.now() - begun
      bus.publish('transfer.finished', { transfer, result, bytes, ms, reason })
      log.info({ ...machine, file: file.path, bytes, ms, result }, 'transfer finished')
      const role = roleOf(file.path)
      // A part in the middle is no step: the machine asks for the rest too.
      const isWhole = start + length === file.stats.size
      if (role && (isWhole || result !== 'ok')) {
        const detail = reason === null ? file.path : `${file.path}: ${reason}`
        const ok = result === 'ok'
        bus.publish('boot.step', {
          ...machine,
          step: role.step,
          ok,
          detail,
          ...(role.firmware ? { firmware: role.firmware } : {}),
        })
      }
    },
  }
}

/** The file's bytes, read as fast as the other side takes them. Closes the file at the end. */
function stream(
  handle: FileHandle,
  start: number,
  length: number,
  report: TransferReport,
): ReadableStream<Uint8Array> {
  let position = start
  const end = start + length
  let isOver = false
  const finish = async (result: TransferResult, reason: string | null) => {
    if (isOver) return
    isOver = true
    report.finished(result, reason)
    await handle.close()
  }
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (position === end) {
        const finished = finish('ok', null)
        controller.close()
        return finished
      }
      try {
        const buffer = new Uint8Array(Math.min(chunkBytes, end - position))
        const { bytesRead } = await handle.read(buffer, 0, buffer.length, position)
        if (bytesRead === 0) throw new Error('the file became shorter')
        position += bytesRead
        report.sent(bytesRead)
        controller.enqueue(buffer.subarray(0, bytesRead))
      } catch (error) {
        controller.error(error)
        await finish('failed', error instanceof Error ? error.message : String(error))
      }
    },
    cancel: () => finish('aborted', 'the machine hung up'),
  })
}
