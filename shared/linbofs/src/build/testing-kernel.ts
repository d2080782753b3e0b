import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { CpioEntry } from '@linbo/boot/cpio'
import { listCpio } from '@linbo/boot/cpio-read'
import { expect } from 'vitest'

/**
 * What the kernel makes of an initramfs (init/initramfs.c): packed and plain archives one behind the other, zeros
 * between them, plain ones only at multiples of four, later entries over earlier ones.
 */
export async function asKernel(path: string): Promise<Map<string, CpioEntry>> {
  const bytes = await readFile(path)
  const tree = new Map<string, CpioEntry>()
  const put = async (archive: Uint8Array) => {
    for (const entry of await listCpio(archive)) {
      const parent = dirname(entry.path)
      if (parent !== '.') expect(tree.get(parent)?.mode.toString(8)).toMatch(/^4/)
      const before = tree.get(entry.path)
      const isFolder = (one?: CpioEntry) => one?.mode.toString(8).startsWith('4')
      // The kernel removes what is of another kind; a folder that is not empty stays.
      if (isFolder(before)) expect(isFolder(entry)).toBe(true)
      tree.set(entry.path, entry)
    }
  }
  let at = 0
  while (at < bytes.length) {
    if (bytes[at] === 0) at++
    else if (bytes.toString('latin1', at, at + 6) === '070701') {
      expect(at % 4).toBe(0)
      const end = bytes.indexOf('TRAILER!!!\0', at) + 11
      await put(bytes.subarray(at, end + (-(end - at + 2) & 3) + 2))
      at = end
    } else {
      expect(bytes.toString('hex', at, at + 6)).toBe('fd377a585a00')
      // Stream flags: checksum crc32, the strongest the kernel knows.
      expect(bytes[at + 7]).toBe(1)
      const magicEnd = bytes.indexOf('YZ', at, 'latin1') + 2
      let end = magicEnd
      while (end > 1 && end < bytes.length && bytes[end] !== 0 && bytes[end] !== 0x30)
        end = bytes.indexOf('YZ', end, 'latin1') + 2
      await put(execFileSync('xz', ['-dc'], { input: bytes.subarray(at, end), maxBuffer: 1e9 }))
      at = end
    }
  }
  return tree
}
