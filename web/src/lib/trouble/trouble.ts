import type { Stranger } from '../live/model.ts'
import type { BootFile, Host, Operation, ServiceStatus } from '../resources.ts'

export type Trouble =
  | { kind: 'service'; id: string; service: ServiceStatus }
  | { kind: 'no-linbo'; id: string; files: BootFile[] }
  | { kind: 'boot-files'; id: string; files: BootFile[] }
  | { kind: 'stalled'; id: string; host: Host }
  | { kind: 'operation'; id: string; operation: Operation; failed: string[] }
  | { kind: 'stranger'; id: string; stranger: Stranger }

/** A failure older than this is history: it stays on the operations page. */
const freshMs = 24 * 60 * 60_000

export interface Facts {
  services: readonly ServiceStatus[]
  bootFiles: readonly BootFile[]
  hosts: Iterable<Host>
  operations: readonly Operation[]
  strangers: readonly Stranger[]
  now: number
}

/** What is wrong with the boot files, by how much it matters. */
export interface BootFileTrouble {
  /** Kernel and initramfs where they are missing: what LINBO is, and nothing else can be without. */
  linbo: BootFile[]
  /** Other files no machine boots without, missing or damaged. */
  broken: BootFile[]
  /** Files that only cost a feature. */
  optional: BootFile[]
}

const linboFiles = ['linbo64', 'linbofs64']

export function sortBootFiles(files: readonly BootFile[]): BootFileTrouble {
  const wrong = files.filter((file) => file.fix !== null)
  const linbo = wrong.filter((file) => linboFiles.includes(file.path) && !file.present)
  // The checksum of a file that is not there is no problem of its own.
  const follows = new Set(linbo.map((file) => `${file.path}.md5`))
  const rest = wrong.filter((file) => !linbo.includes(file) && !follows.has(file.path))
  return {
    linbo,
    broken: rest.filter((file) => file.required),
    optional: rest.filter((file) => !file.required),
  }
}

/** A boot that will not go on by itself, of a machine that did not make it after all. */
function isStuck({ boot, status }: Host): boolean {
  if (!boot || status === 'linbo' || status === 'os') return false
  return boot.state === 'stalled' || boot.verdict?.severity === 'error'
}

/** Everything that wants somebody's attention, the most far-reaching first. */
export function findTrouble(facts: Facts): Trouble[] {
  const list: Trouble[] = []
  for (const service of facts.services) {
    if (service.state === 'ok') continue
    list.push({ kind: 'service', id: `service ${service.service} ${service.machine}`, service })
  }
  const { linbo, broken } = sortBootFiles(facts.bootFiles)
  if (linbo.length > 0) list.push({ kind: 'no-linbo', id: 'no-linbo', files: linbo })
  if (broken.length > 0) list.push({ kind: 'boot-files', id: 'boot-files', files: broken })
  for (const host of facts.hosts) {
    if (!isStuck(host)) continue
    list.push({ kind: 'stalled', id: `stalled ${host.hostname}`, host })
  }
  for (const operation of facts.operations) {
    if (operation.state !== 'failed' && operation.state !== 'interrupted') continue
    if (facts.now - Date.parse(operation.finishedAt ?? operation.createdAt) > freshMs) continue
    const failed = operation.hosts.filter((host) => host.phase !== 'done').map((h) => h.hostname)
    list.push({ kind: 'operation', id: `operation ${operation.id}`, operation, failed })
  }
  for (const stranger of facts.strangers) {
    list.push({ kind: 'stranger', id: `stranger ${stranger.mac}`, stranger })
  }
  return list
}
