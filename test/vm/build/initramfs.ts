import { constants as zlib, zstdCompressSync } from 'node:zlib'
import { type CpioEntry, cpio, packCpio } from './cpio.ts'
import { parentFolders } from './programs.ts'

/** Folders and links of a merged-usr system, with what the kernel needs before /dev is mounted. */
const skeleton: CpioEntry[] = [
  // The kernel makes / writable for everybody, which an SSH server rightly dislikes.
  cpio.folder('.'),
  ...['dev', 'proc', 'sys', 'run', 'usr', 'usr/bin', 'usr/lib'].map((path) => cpio.folder(path)),
  cpio.folder('tmp', 0o1777),
  cpio.link('bin', 'usr/bin'),
  cpio.link('sbin', 'usr/bin'),
  cpio.link('lib', 'usr/lib'),
  cpio.link('usr/sbin', 'bin'),
  cpio.link('lib64', 'usr/lib64'),
  cpio.device('dev/console', 5, 1),
  cpio.device('dev/null', 1, 3),
]

/** The given files and all they lie in, sorted; later entries replace earlier ones of the same path. */
export function wholeTree(files: CpioEntry[]): CpioEntry[] {
  const merged = new Map<string, CpioEntry>()
  for (const entry of [...skeleton, ...files.map(inMergedUsr)]) merged.set(entry.path, entry)
  for (const folder of parentFolders([...merged.values()])) {
    if (!merged.has(folder.path)) merged.set(folder.path, folder)
  }
  return [...merged.values()].sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** A zstd-compressed initramfs of the given files. */
export function packInitramfs(files: CpioEntry[]): Buffer {
  return zstdCompressSync(packCpio(wholeTree(files)), {
    params: { [zlib.ZSTD_c_compressionLevel]: 12, [zlib.ZSTD_c_checksumFlag]: 0 },
  })
}

function inMergedUsr(entry: CpioEntry): CpioEntry {
  return { ...entry, path: entry.path.replace(/^lib(64)?(?=\/|$)/, 'usr/$&') }
}
