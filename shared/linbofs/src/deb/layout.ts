import { linkedPath } from './entry-path.ts'
import type { PackageName } from './package.ts'

const payload = 'var/lib/linuxmuster/linbo/'
const tree = 'srv/linbo/'

/** What a client cannot boot without. */
const required: Record<PackageName, readonly string[]> = {
  'linuxmuster-linbo7': ['linbo64', 'linbofs64.tar.xz', 'modules.tar.xz', 'kversion'],
  'linuxmuster-linbo-gui7': ['serverfs/linbo_gui64_7.tar.lz', 'serverfs/gui/linbo_gui64_7.tar.lz'],
}

/** Single files, by where they lie in the package. */
const files: Record<PackageName, Record<string, string>> = {
  'linuxmuster-linbo7': {
    [`${payload}linbo64`]: 'linbo64',
    [`${payload}linbofs64.tar.xz`]: 'linbofs64.tar.xz',
    [`${payload}modules.tar.xz`]: 'modules.tar.xz',
    [`${payload}kversion`]: 'kversion',
    'usr/share/linuxmuster/linbo/efipxe': 'efipxe',
    [`${tree}linbo-version`]: 'linbo-version',
  },
  'linuxmuster-linbo-gui7': {
    [`${tree}linbo_gui64_7.tar.lz`]: 'serverfs/linbo_gui64_7.tar.lz',
    [`${tree}linbo_gui64_7.tar.lz.md5`]: 'serverfs/linbo_gui64_7.tar.lz.md5',
  },
}

/** Folders of which everything is taken. Not `boot/grub`: configurations, modules and the theme there are our own. */
const folders = ['icons', 'examples', 'linuxmuster-win', 'gui'].map((name) => `${tree}${name}/`)

/** Where a file of the package goes below its folder in our store; undefined for one that is of no use to us. */
export function placeOf(name: PackageName, path: string): string | undefined {
  const single = files[name][path]
  if (single !== undefined) return single
  return folders.some((folder) => path.startsWith(folder))
    ? `serverfs/${path.slice(tree.length)}`
    : undefined
}

/** Whether a link at `path` stays inside the folder that it is taken with, and what it points to. */
export function linkWithin(path: string, target: string): string | undefined {
  const folder = folders.find((one) => path.startsWith(one))
  const linked = linkedPath(path, target)
  return folder && linked?.startsWith(folder) ? linked : undefined
}

/** The first file that should have been in the package and is not. */
export function missingFile(name: PackageName, found: Iterable<string>): string | undefined {
  const has = new Set(found)
  const wanted = required[name]
  if (name === 'linuxmuster-linbo-gui7')
    return wanted.some((one) => has.has(one)) ? undefined : wanted[0]
  return wanted.find((one) => !has.has(one))
}
