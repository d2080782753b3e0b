import { ArchiveError } from './archive-error.ts'

/** How much of a kernel has to be read to find its version, in bytes. */
export const kernelStartBytes = 64 * 1024

/**
 * The release of an x86 kernel from the beginning of its file (Documentation/arch/x86/boot.rst: `kernel_version` at
 * 0x20e, counted from 0x200).
 * @throws ArchiveError when it is no kernel.
 */
export function kernelRelease(start: Uint8Array): string {
  const magic = String.fromCharCode(...start.subarray(0x202, 0x206))
  if (magic !== 'HdrS') throw new ArchiveError('linbo64 in it is no Linux kernel')
  const at = (start[0x20e] ?? 0) + (start[0x20f] ?? 0) * 256 + 0x200
  const text = String.fromCharCode(...start.subarray(at, at + 100))
  const release = /^[A-Za-z0-9._+~-]+/.exec(text)?.[0]
  if (release === undefined) throw new ArchiveError('linbo64 in it does not tell its version')
  return release
}

/** The kernel whose modules a path in `modules.tar.xz` belongs to. */
export function moduleRelease(path: string): string | undefined {
  return /^lib\/modules\/([^/]+)(?:\/|$)/.exec(path)?.[1]
}
