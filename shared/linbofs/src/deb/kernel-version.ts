/** How much of a kernel has to be read to find its version, in bytes. */
export const kernelStartBytes = 64 * 1024

/**
 * The release of an x86 kernel from the beginning of its file (Documentation/arch/x86/boot.rst: `kernel_version` at
 * 0x20e, counted from 0x200). Undefined for a file that does not tell, such as a kernel of another architecture.
 */
export function kernelRelease(start: Uint8Array): string | undefined {
  const magic = String.fromCharCode(...start.subarray(0x202, 0x206))
  if (magic !== 'HdrS') return undefined
  const at = (start[0x20e] ?? 0) + (start[0x20f] ?? 0) * 256 + 0x200
  const text = String.fromCharCode(...start.subarray(at, at + 100))
  return /^[A-Za-z0-9._+~-]+/.exec(text)?.[0]
}

/**
 * Where a path of `modules.tar.xz` lies below `lib/modules`: the archive may begin at the root, at `modules` or at the
 * folder named after the kernel's release. Undefined for what lies elsewhere.
 * @returns the release and what follows it; both empty for a folder above it.
 */
export function moduleInside(path: string): { release: string; rest: string } | undefined {
  if (/^(?:(?:usr\/)?lib(?:\/modules)?|usr|modules)$/.test(path)) return { release: '', rest: '' }
  const found = /^(?:(?:(?:usr\/)?lib\/)?modules\/([^/]+)|(\d+\.\d[^/]*))(\/.*)?$/.exec(path)
  const release = found?.[1] ?? found?.[2]
  return release === undefined ? undefined : { release, rest: found?.[3] ?? '' }
}
