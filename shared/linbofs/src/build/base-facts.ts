import type { CpioEntry } from '@linbo/boot/cpio'
import { FileType, isOf } from './cpio-stream.ts'

/** What one has to know of LINBO's own initramfs to lay something over it. Paths have no leading slash. */
export interface BaseFacts {
  folders: Set<string>
  /** Symbolic links and where they point. */
  links: Map<string, string>
  devices: Pick<CpioEntry, 'path' | 'mode' | 'device'>[]
  /** Its `etc/inittab`. */
  inittab: string | undefined
}

export function noFacts(): BaseFacts {
  return { folders: new Set(), links: new Map(), devices: [], inittab: undefined }
}

/** Remembers what matters of an entry that is not a file. */
export function noteEntry(facts: BaseFacts, entry: Pick<CpioEntry, 'path' | 'mode' | 'device'>) {
  const { path, mode, device } = entry
  facts.links.delete(path)
  if (isOf(mode, FileType.folder)) facts.folders.add(path)
  else if (device) facts.devices.push({ path, mode, device })
}

/**
 * Where a path leads when the folders on the way may be links: with `lib` → `usr/lib`, `lib/firmware` is
 * `usr/lib/firmware`. The kernel would replace such a link by an empty folder. The last name stays as it is.
 */
export function placeIn(facts: Pick<BaseFacts, 'links'>, path: string): string {
  const todo = path.split('/')
  const done: string[] = []
  // As many links as Linux follows.
  let followed = 0
  while (todo.length > 1) {
    const name = todo.shift() ?? ''
    if (name === '' || name === '.') continue
    if (name === '..') {
      done.pop()
      continue
    }
    const target = facts.links.get([...done, name].join('/'))
    if (target === undefined || ++followed > 40) done.push(name)
    else {
      if (target.startsWith('/')) done.length = 0
      todo.unshift(...target.split('/'))
    }
  }
  return [...done, ...todo].join('/')
}

/**
 * Entries as they have to be to fall into place over this base: links on the way resolved, missing folders added once
 * before what is in them, in the order of their paths. A folder where the base has a link to one is left out: the link stays.
 */
export function layOver<T extends Pick<CpioEntry, 'path' | 'mode'>>(
  facts: Pick<BaseFacts, 'folders' | 'links'>,
  entries: T[],
  folder: (path: string) => T,
): T[] {
  const placed = new Map<string, T>()
  for (const entry of entries) {
    const path = placeIn(facts, entry.path)
    if (isOf(entry.mode, FileType.folder) && facts.links.has(path)) continue
    placed.set(path, { ...entry, path })
  }
  for (const path of [...placed.keys()]) {
    const names = path.split('/')
    for (let depth = 1; depth < names.length; depth++) {
      const parent = names.slice(0, depth).join('/')
      if (!facts.folders.has(parent) && !placed.has(parent)) placed.set(parent, folder(parent))
    }
  }
  return [...placed.values()].sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** The facts as they are kept beside a base. */
export function printFacts(facts: BaseFacts): string {
  const { folders, links, devices, inittab } = facts
  return `${JSON.stringify({ folders: [...folders], links: [...links], devices, inittab })}\n`
}

/** Undefined for what `printFacts` did not write. */
export function parseFacts(text: string): BaseFacts | undefined {
  try {
    const { folders, links, devices, inittab } = JSON.parse(text)
    if (!Array.isArray(folders) || !Array.isArray(links) || !Array.isArray(devices))
      return undefined
    return { folders: new Set(folders), links: new Map(links), devices, inittab }
  } catch {
    return undefined
  }
}
