/** Where a requested name leads: a path below LINBO_DIR, or why it is not served. */
export type Requested =
  | { kind: 'path'; path: string }
  /** The name can mean no file of ours. */
  | { kind: 'refused'; reason: string }
  /** Kept secret: the client is told that there is no such file. */
  | { kind: 'hidden'; reason: string }

/** Longest name, in characters, that is looked at. */
export const maxNameLength = 512

const secretFolders = ['linbocmd/', 'tmp/', 'log/', 'backup/', 'images/tmp/']

/**
 * Turns a requested name into a path below the root. Slashes at the front, doubled slashes, backslashes and
 * `.` segments are what firmware writes; `..` is never followed.
 */
export function requestedPath(name: string): Requested {
  if (name.length > maxNameLength) return { kind: 'refused', reason: 'the name is too long' }
  if (/[\0-\x1f\x7f]/.test(name)) return { kind: 'refused', reason: 'the name has control bytes' }
  const segments = name.split(/[/\\]+/).filter((segment) => segment !== '' && segment !== '.')
  if (segments.includes('..')) return { kind: 'refused', reason: 'the name leads upwards' }
  if (segments.length === 0) return { kind: 'refused', reason: 'the name is empty' }
  const path = segments.join('/')
  const secret = whySecret(path)
  return secret ? { kind: 'hidden', reason: secret } : { kind: 'path', path }
}

/**
 * Why a path below LINBO_DIR is not for everybody, or undefined when it is: onboot commands and machine account
 * files hold passwords, logs name people, dot files and `tmp` are half-written.
 */
export function whySecret(path: string): string | undefined {
  if (secretFolders.some((folder) => `${path}/`.startsWith(folder))) return 'the folder is private'
  if (/^images\/[^/]+\/backups(\/|$)/.test(path)) return 'backups are private'
  if (path.includes('.macct')) return 'machine account files are private'
  if (path.split('/').some((segment) => segment.startsWith('.'))) return 'dot files are private'
  return undefined
}

/** Path below the root of an absolute real path, or undefined when it lies outside. */
export function pathBelow(root: string, path: string): string | undefined {
  const prefix = root.endsWith('/') ? root : `${root}/`
  return path.startsWith(prefix) ? path.slice(prefix.length) : undefined
}
