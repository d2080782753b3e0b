import type { BusEvent } from '@linbo/bus'

/**
 * What the rsync gateway saw of one host's uploads. LINBO reports success whatever happened, so an upload command is
 * judged by this and by rsync's own words in the output.
 */
export interface UploadWatch {
  observe(event: BusEvent): void
  /** `waiting` while no image arrived: news may still be on its way. Else null for success, or what went wrong. */
  verdict(): { state: 'waiting' } | { state: 'ended'; problem: string | null }
}

/** Watches uploads of one host, from now on. */
export function watchUploads(hostname: string, ip: string): UploadWatch {
  /** What is on its way, by transfer. */
  const files = new Map<string, string>()
  const results = new Map<string, string | null>()
  return {
    observe(event) {
      if (event.type === 'transfer.started') {
        const ours = event.host === hostname || (event.host === null && event.ip === ip)
        if (ours && event.direction === 'up' && /^\/?images\//.test(event.file)) {
          files.set(event.transfer, event.file)
        }
      } else if (event.type === 'transfer.finished') {
        const file = files.get(event.transfer)
        if (file === undefined) return
        files.delete(event.transfer)
        const ok = event.result === 'ok'
        results.set(file, ok ? null : (event.reason ?? event.result))
      }
    },
    verdict() {
      for (const [file, problem] of results) {
        if (problem !== null) return { state: 'ended', problem: `${file}: ${problem}` }
      }
      const image = [...results.keys()].some((file) => /\.(?:qcow2|qdiff)$/.test(file))
      return image && files.size === 0 ? { state: 'ended', problem: null } : { state: 'waiting' }
    },
  }
}

/** A line of an upload's output that means it failed, although LINBO exits with 0. */
export function isUploadFailure(problem: string): boolean {
  return /^Failed to upload|^rsync error|^@ERROR/.test(problem)
}
