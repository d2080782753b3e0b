/** One line of the daemon's log, `2026/11/20 15:16:47 [18664] …`, with the log format of rsyncd-conf.ts. */
export type LogLine = { pid: number } & (
  | { kind: 'request'; isDownload: boolean; request: string; user: string | undefined }
  | { kind: 'file'; direction: 'send' | 'recv'; sizeBytes: number; file: string }
  /** The end of a transfer whose goodbyes were exchanged. */
  | { kind: 'summary' }
  /** The end of a transfer that failed. */
  | { kind: 'error'; text: string }
  | { kind: 'problem'; text: string }
  | { kind: 'other'; text: string }
)

const harmless =
  /^(connect from|rsync allowed access|module-list request|building file list|receiving file list|rsyncd version|name lookup failed|\S+ - )/

/** Undefined for a line that has no process id. */
export function parseLogLine(line: string): LogLine | undefined {
  const found = /^(?:\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d )?\[(\d+)\] (.*)$/.exec(line)
  if (!found) return undefined
  const pid = Number(found[1])
  const text = found[2] ?? ''
  const request = /^rsync (on|to) (.*) from (?:([^@\s]+)@)?\S* \([^)]*\)$/.exec(text)
  if (request)
    return {
      pid,
      kind: 'request',
      isDownload: request[1] === 'on',
      request: request[2] ?? '',
      user: request[3],
    }
  const file = /^(send|recv) \S+ \S+ (\d+) (.*)$/.exec(text)
  if (file)
    return {
      pid,
      kind: 'file',
      direction: file[1] as 'send' | 'recv',
      sizeBytes: Number(file[2]),
      file: file[3] ?? '',
    }
  if (/^sent \d+ bytes {2}received \d+ bytes {2}total size \d+$/.test(text))
    return { pid, kind: 'summary' }
  if (text.startsWith('rsync error: ')) return { pid, kind: 'error', text }
  if (harmless.test(text)) return { pid, kind: 'other', text }
  return { pid, kind: 'problem', text }
}
