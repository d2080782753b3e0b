import type { TransferResult } from '@linbo/bus'

/** What the daemon's log told about one connection. */
export interface Report {
  /** The goodbyes were exchanged: the client has everything that was sent. */
  isComplete: boolean
  /** Sizes in bytes of the files whose content was transferred. */
  files: number[]
  problems: string[]
}

export interface Outcome {
  result: TransferResult
  reason: string | null
  /** The content was transferred whole, not merely found unchanged. */
  isDelivered: boolean
}

const missing = /\((2|20)\)$|has no referent/

/** Judges how a download ended. */
export function judgeDownload(report: Report, clientLeft: boolean): Outcome {
  const [problem] = report.problems
  if (!report.isComplete) {
    return clientLeft
      ? { result: 'aborted', reason: 'the client closed the connection', isDelivered: false }
      : { result: 'failed', reason: problem ?? 'the rsync daemon ended early', isDelivered: false }
  }
  if (report.files.length > 0 && problem === undefined)
    return { result: 'ok', reason: null, isDelivered: true }
  if (problem === undefined)
    return { result: 'ok', reason: 'unchanged on the client', isDelivered: false }
  if (report.files.length === 0 && report.problems.every((one) => missing.test(one)))
    return { result: 'missing', reason: problem, isDelivered: false }
  return { result: 'failed', reason: problem, isDelivered: false }
}

/**
 * Judges how an upload ended. Its file is whole only when the daemon received exactly one, complains of nothing,
 * and the file that lies there is as long as the client's.
 * @param stagedBytes size of the file that was received, undefined when there is none.
 */
export function judgeUpload(
  report: Report,
  clientLeft: boolean,
  stagedBytes: number | undefined,
): Outcome {
  const failed = (result: TransferResult, reason: string): Outcome => ({
    result,
    reason,
    isDelivered: false,
  })
  const [problem] = report.problems
  if (!report.isComplete)
    return clientLeft
      ? failed('aborted', 'the client closed the connection before the end')
      : failed('failed', problem ?? 'the rsync daemon ended early')
  if (problem !== undefined) return failed('failed', problem)
  if (report.files.length !== 1)
    return failed('failed', `${report.files.length} files came instead of one`)
  if (stagedBytes === undefined) return failed('failed', 'what came is not a regular file')
  if (stagedBytes !== report.files[0])
    return failed('failed', `${stagedBytes} of ${report.files[0]} bytes arrived`)
  return { result: 'ok', reason: null, isDelivered: true }
}
