import {
  bootFilePaths,
  createPinnedBootSets,
  type OpenBootFile,
  type PinnedFile,
  resolveBootFile,
} from '@linbo/boot'
import type { Bus } from '@linbo/bus'
import type { Db } from '@linbo/db'
import type { Logger } from '@linbo/log'
import type { Clock } from '@linbo/runtime'
import { createBootMachines } from '../boots/boot-machines.ts'
import { reportMissing, reportTransfer } from '../boots/boot-transfer.ts'
import { DirectResponse } from '../http/direct-response.ts'
import { decideDelivery, type RangeRequest } from '../http/http-range.ts'
import { sendSlices } from '../http/send-slices.ts'
import { createSliceCache } from '../http/slice-cache.ts'

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
  close(): void
}

export function createBootFileServer(deps: {
  root: string
  db: Db
  bus: Pick<Bus, 'publish'>
  log: Logger
  clock: Clock
  /** The most memory for files that are being sent. */
  cacheBytes: number
  /** How long a machine may take nothing before it is given up. */
  stallMs: number
}): BootFileServer {
  const { root, db, log, clock, stallMs } = deps
  const slices = createSliceCache(deps.cacheBytes, clock)
  const machines = createBootMachines(db, log, clock.now)
  const bootSets = createPinnedBootSets(root, clock.now)

  function deliver(
    file: OpenBootFile,
    pinned: PinnedFile | undefined,
    ip: string,
    start: number,
    end: number,
  ) {
    return async (outgoing: Parameters<typeof sendSlices>[0]) => {
      const report = reportTransfer(deps, machines.of(ip, file.path), {
        file: file.path,
        length: end - start,
        reachesEnd: end === file.sizeBytes,
      })
      const sent = await sendSlices(outgoing, {
        start,
        end,
        stallMs,
        read: (position) => slices.read(file, position),
        onSent: report.sent,
      })
      await file.handle.close()
      pinned?.release()
      report.finished(sent)
    }
  }

  async function answer(
    file: OpenBootFile,
    pinned: PinnedFile | undefined,
    { ip, isHead, conditions }: Parameters<BootFileServer['serve']>[0],
  ): Promise<Response> {
    const { sizeBytes, modifiedAt } = file
    const etag = `"${file.version}"`
    const headers = new Headers({
      'Accept-Ranges': 'bytes',
      'Cache-Control': 'no-cache',
      'Content-Type': 'application/octet-stream',
      ETag: etag,
      'Last-Modified': modifiedAt.toUTCString(),
    })
    const facts = { sizeBytes, etag, modifiedAt, now: new Date(clock.now()) }
    const wanted = decideDelivery(isHead ? { ...conditions, range: undefined } : conditions, facts)
    if (wanted.status === 416) headers.set('Content-Range', `bytes */${sizeBytes}`)
    if (wanted.status === 200 || wanted.status === 206) {
      const { start, length } = wanted
      headers.set('Content-Length', String(length))
      const last = start + length - 1
      if (wanted.status === 206) headers.set('Content-Range', `bytes ${start}-${last}/${sizeBytes}`)
      if (!isHead) {
        const init = { status: wanted.status, headers }
        return new DirectResponse(init, deliver(file, pinned, ip, start, start + length))
      }
    }
    await file.handle.close()
    pinned?.release()
    return new Response(null, { status: wanted.status, headers })
  }

  return {
    async serve(request) {
      const { path, ip } = request
      const paths = bootFilePaths(path)
      const pinned = paths[0] === undefined ? undefined : bootSets.take(ip, paths[0])
      let file: OpenBootFile | undefined
      try {
        file = await resolveBootFile(root, path, (one) => (pinned ? pinned.path : one))
      } finally {
        if (!file) pinned?.release()
      }
      if (file) return answer(file, pinned, request)
      log.debug({ ip, file: path }, 'no such boot file')
      for (const one of paths) reportMissing(deps, machines.of(ip, one), one)
      return undefined
    },
    close: slices.close,
  }
}
