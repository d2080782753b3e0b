import { type Request, singlePath } from './request.ts'

/** Who asks. */
export interface Peer {
  ip: string
  /** The host that has this address, if it is known. */
  hostname: string | null
}

export type ClientFileKind = 'log' | 'status' | 'gz'

/** What is done before the daemon gets to see a download. */
export type Access =
  /** Passed on as it is. `path` is what it is about when that is one thing: a file, or a folder with its slash. */
  | { kind: 'pass'; path: string | undefined }
  /** Passed on; the daemon's excludes make it "no such file". */
  | { kind: 'hidden'; path: string; reason: string }
  | { kind: 'refuse'; reason: string }
  /** Onboot commands of the asking machine: handed out once. */
  | { kind: 'onboot'; path: string; name: string }
  /** GRUB's configuration for this host's own disk, made for this request. */
  | { kind: 'local-grub'; path: string; group: string }
  /** The client offers a file of its own: fetch it over SSH, then answer "no such file". */
  | { kind: 'client-file'; path: string; source: string; name: string; type: ClientFileKind }

const refusedLong =
  /^--(remove-source-files|remove-sent-files|files-from|write-devices|copy-devices|log-file|insecure-links|daemon|config|temp-dir|backup-dir|partial-dir|confine-root)(=|$)/

/** Folders whose content only their own machine gets, or nobody. The daemon's excludes say the same. */
const privateFolders = ['linbocmd/', 'tmp/', 'log/', 'backup/', 'images/tmp/']

/** Decides about a request to the module `linbo`. */
export function decideDownload(request: Request, peer: Peer, module = 'linbo'): Access {
  const refused = request.long.find((option) => refusedLong.test(option))
  if (refused)
    return { kind: 'refuse', reason: `the option ${refused.split('=')[0]} is not allowed here` }
  if (!request.isDownload)
    return {
      kind: 'refuse',
      reason: `the module ${module} is read only; images go to linbo-upload`,
    }
  const isLook = request.isDryRun && !request.isRecursive && request.paths.length === 1
  if (
    request.paths.some(
      (one) =>
        (asksForRoot(one, module) || namesHosts(one, module)) && !(isLook && isRoot(one, module)),
    )
  )
    return { kind: 'refuse', reason: `all of ${module} is not given out; ask for one thing` }
  const path = singlePath(request, module)
  if (path === undefined) return { kind: 'pass', path }

  const onboot = /^linbocmd\/([A-Za-z0-9.-]+)\.cmd$/.exec(path)
  if (onboot) {
    const name = onboot[1] ?? ''
    if (name === peer.ip || (peer.hostname !== null && name === peer.hostname))
      return { kind: 'onboot', path, name }
    return { kind: 'hidden', path, reason: `onboot commands of ${name} are only for that machine` }
  }
  const offered = /^tmp\/([A-Za-z0-9][A-Za-z0-9._-]{0,99}\.(log|status|gz))$/.exec(path)
  if (offered && !request.isDryRun) {
    const name = offered[1] ?? ''
    return {
      kind: 'client-file',
      path,
      source: `/tmp/${name}`,
      name,
      type: offered[2] as ClientFileKind,
    }
  }
  const spool = /^boot\/grub\/spool\/[A-Za-z0-9-]+\.([A-Za-z0-9][A-Za-z0-9_-]*)\.grub\.cfg$/.exec(
    path,
  )
  if (spool) return { kind: 'local-grub', path, group: spool[1] ?? '' }
  const reason = whyPrivate(path)
  return reason ? { kind: 'hidden', path, reason } : { kind: 'pass', path }
}

/** Whether a path is the module's root, plainly: what lies there by name is told to who looks whether the module is there. */
function isRoot(path: string, module: string): boolean {
  return path.replace(/[/.]+$/, '') === module && !path.includes('..')
}

/**
 * Whether a path means the module's root itself, by its name, by climbing or by a pattern. No client fetches that, and
 * everything below it would tell strangers the names of all hosts and groups.
 */
function asksForRoot(path: string, module: string): boolean {
  const [name, ...segments] = path.split('/')
  if (name !== module) return false
  const [first, ...more] = segments.filter((segment) => segment !== '' && segment !== '.')
  return first === undefined || [first, ...more].includes('..') || /[*?[\\]/.test(first)
}

/** Whether a path means a folder whose list has the names of all hosts. Clients ask for the one file they need. */
function namesHosts(path: string, module: string): boolean {
  const [name, ...segments] = path.split('/')
  if (name !== module) return false
  const below = segments.filter((segment) => segment !== '' && segment !== '.')
  const folder = ['boot', 'grub', 'hostcfg']
  return below.every((segment, index) => segment === folder[index] || /[*?[\\]/.test(segment))
}

function whyPrivate(path: string): string | undefined {
  if (privateFolders.some((folder) => path.startsWith(folder))) return 'the folder is private'
  if (path.includes('.macct')) return 'machine account files are private'
  if (path.split('/').some((segment) => segment.startsWith('.'))) return 'dot files are private'
  return undefined
}
