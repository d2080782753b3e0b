import { flags } from './handshake.ts'

/** What a client asks of a module, read from its arguments. */
export interface Request {
  /** True when the client downloads: then our side is rsync's sender. */
  isDownload: boolean
  /** Nothing is to be transferred: a trial (`-n`) or a listing. */
  isDryRun: boolean
  /** Follows symbolic links while it reads directories (`-L`, `-k`, `--copy-unsafe-links`). */
  followsLinks: boolean
  isRecursive: boolean
  /** Single letters of all bundles, such as `vL`. */
  letters: string
  /** Long options as sent, such as `--partial` or `--log-format=X`. */
  long: string[]
  /** What stands behind the lone dot: module and path, such as `linbo/start.conf.win11`. */
  paths: string[]
}

/** Bundles that begin with these letters carry a value (`-B1400`), not more options. */
const withValue = /^-[BTMf@]/

/** Reads the argument lists of a handshake; undefined when they are none an rsync client sends. */
export function readRequest(lists: string[][]): Request | undefined {
  const [first = [], second] = lists
  const args = second ? [...first, ...second.slice(1)] : first
  if (args[0] !== '--server') return undefined
  const dot = args.indexOf('.')
  if (dot < 0) return undefined
  const options = args.slice(1, dot)
  const long = options.filter((option) => option.startsWith('--'))
  const short = options.filter((option) => /^-[^-]/.test(option))
  if (long.length + short.length !== options.length) return undefined
  const letters = short.map((one) => (withValue.test(one) ? (one[1] ?? '') : flags(one))).join('')
  return {
    isDownload: long.includes('--sender'),
    isDryRun:
      /n/.test(letters) || /d/.test(letters.replace(/.*r.*/, '')) || long.includes('--list-only'),
    followsLinks: /[Lk]/.test(letters) || long.includes('--copy-unsafe-links'),
    isRecursive: letters.includes('r'),
    letters,
    long,
    paths: args.slice(dot + 1),
  }
}

/**
 * The path below the module of a request for exactly one thing, without doubled slashes and `.` segments;
 * a folder's keeps its slash at the end. Undefined for several things, for patterns and for paths that climb:
 * the daemon alone answers those.
 */
export function singlePath(request: Request, module: string): string | undefined {
  const [one, ...more] = request.paths
  if (one === undefined || more.length > 0) return undefined
  if (one !== module && !one.startsWith(`${module}/`)) return undefined
  if (/[*?[\]\\\0-\x1f\x7f]/.test(one)) return undefined
  const segments = one.slice(module.length).split('/')
  const isFolder = segments.at(-1) === '' || segments.at(-1) === '.'
  const kept = segments.filter((segment) => segment !== '' && segment !== '.')
  if (kept.includes('..')) return undefined
  if (kept.length === 0) return ''
  return kept.join('/') + (isFolder ? '/' : '')
}
