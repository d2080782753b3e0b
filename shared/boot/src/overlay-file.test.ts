import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { firstEntry } from './cpio.ts'
import { overlayServer, setOverlay } from './overlay-file.ts'
import { serverOverlay } from './server-overlay.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'linbo-overlay-'))
})
afterEach(() => rm(root, { recursive: true }))

const read = (name = 'linbofs64') => readFile(join(root, name))
const write = (bytes: Buffer) => writeFile(join(root, 'linbofs64'), bytes)

describe('setOverlay', () => {
  it.each([4096, 4097, 4098, 4099, 200_003])(
    'puts an archive behind an initramfs of %i bytes where the kernel looks for it, and takes it away again',
    async (size) => {
      const original = Buffer.alloc(size, 'LINBO')
      await write(original)
      expect(await overlayServer(root)).toBeUndefined()
      expect(await setOverlay(root, '10.0.0.1')).toBe(true)
      const withOverlay = await read()
      expect(withOverlay.subarray(0, size).equals(original)).toBe(true)
      const start = (size + 3) & ~3
      expect(firstEntry(withOverlay.subarray(start))?.path).toBe('usr')
      expect(withOverlay.subarray(start).equals(serverOverlay('10.0.0.1', size))).toBe(true)
      expect(await overlayServer(root)).toBe('10.0.0.1')
      expect(await setOverlay(root, undefined)).toBe(true)
      expect((await read()).equals(original)).toBe(true)
    },
  )

  it('keeps the checksum right, changes nothing twice, and follows a new address', async () => {
    await write(Buffer.alloc(5000, 1))
    expect(await setOverlay(root, '10.0.0.1')).toBe(true)
    expect(await setOverlay(root, '10.0.0.1')).toBe(false)
    expect(await setOverlay(root, '10.0.0.2')).toBe(true)
    expect(await overlayServer(root)).toBe('10.0.0.2')
    const md5 = createHash('md5')
      .update(await read())
      .digest('hex')
    expect((await read('linbofs64.md5')).toString()).toBe(`${md5}\n`)
    expect((await readdir(root)).sort()).toEqual(['linbofs64', 'linbofs64.md5'])
  })

  it('takes nothing away that is not there', async () => {
    await write(Buffer.alloc(5000, 1))
    expect(await setOverlay(root, undefined)).toBe(false)
  })

  it('says what is missing without an initramfs', async () => {
    await expect(setOverlay(root, '10.0.0.1')).rejects.toMatchObject({ code: 'BOOT_NO_INITRAMFS' })
    expect(await overlayServer(root)).toBeUndefined()
  })
})
