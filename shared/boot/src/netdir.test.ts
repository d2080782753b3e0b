import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { requireTool } from '@linbo/test/require'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bootFileStatus } from './boot-files.ts'
import { buildNetDir, isBuiltFor } from './netdir.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'linbo-netdir-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

const grub = (path: string) => join(root, 'boot/grub', path)

describe('buildNetDir', () => {
  it('names the packages when the modules are missing, and leaves nothing behind', async () => {
    await expect(buildNetDir({ root, grubFolder: join(root, 'none') })).rejects.toMatchObject({
      code: 'BOOT_GRUB_MISSING',
      fix: 'apt-get install grub-common grub-efi-amd64-bin grub-pc-bin',
    })
    expect(await readdir(root)).toEqual([])
  })
})

requireTool('grub-mknetdir')('buildNetDir with GRUB', () => {
  it('makes core images that know their server, and knows which', async () => {
    const server = { address: '10.0.0.1', httpPort: 8080 }
    await buildNetDir({ root, server })
    const efi = await readFile(grub('x86_64-efi/core-proxy.efi'))
    expect(efi.includes('(tftp,10.0.0.1)/boot/grub')).toBe(true)
    const http = await readFile(grub('x86_64-efi/core-http.efi'))
    expect(http.includes('root="http,10.0.0.1:8080"')).toBe(true)
    expect((await stat(grub('i386-pc/core-proxy.0'))).mode & 0o777).toBe(0o644)
    expect(await isBuiltFor(root, server)).toBe(true)
    expect(await isBuiltFor(root, { ...server, httpPort: 80 })).toBe(false)
  })

  it('makes core images with their modules, font and first configuration', async () => {
    const steps: string[] = []
    const built = await buildNetDir({ root, onProgress: (text) => steps.push(text) })
    expect(steps.length).toBeGreaterThan(2)
    expect(built.platforms.map((platform) => platform.path)).toEqual([
      'boot/grub/x86_64-efi/core.efi',
      'boot/grub/i386-pc/core.0',
    ])
    for (const platform of built.platforms) {
      expect(platform.grub).toMatch(/^\d+\.\d+/)
      expect(platform.moduleCount).toBeGreaterThan(200)
      const files = await readdir(grub(platform.platform))
      expect(files).toEqual(expect.arrayContaining(['normal.mod', 'command.lst', 'fs.lst']))
      const core = await stat(join(root, platform.path))
      expect(core.size).toBe(platform.sizeBytes)
      expect(core.mode & 0o777).toBe(0o644)
      expect((await stat(grub(platform.platform))).mode & 0o777).toBe(0o755)
    }
    expect((await readFile(grub('x86_64-efi/core.efi'))).subarray(0, 2).toString()).toBe('MZ')
    expect(await readFile(grub('grub.cfg'), 'utf8')).toContain('menuentry')
    expect((await stat(grub('fonts/unicode.pf2'))).size).toBeGreaterThan(100_000)
    expect((await readdir(grub('.'))).filter((name) => name.startsWith('.'))).toEqual([])
    const cores = (await bootFileStatus(root)).filter((file) => file.path.includes('/core.'))
    expect(cores.map((file) => file.fix)).toEqual([null, null])
  })

  it("replaces an older build and keeps an administrator's files", async () => {
    await mkdir(grub('i386-pc'), { recursive: true })
    await writeFile(grub('i386-pc/core.0'), 'old')
    await writeFile(grub('i386-pc/gone.mod'), 'old')
    await writeFile(grub('i386-pc/core.min'), 'own')
    await writeFile(grub('grub.cfg'), '# own\n')
    await writeFile(join(root, 'linbo64'), 'kernel')
    const built = await buildNetDir({ root })
    expect((await stat(grub('i386-pc/core.0'))).size).toBeGreaterThan(100_000)
    expect(await readdir(grub('i386-pc'))).not.toContain('gone.mod')
    expect(await readFile(grub('i386-pc/core.min'), 'utf8')).toBe('own')
    expect(await readFile(grub('grub.cfg'), 'utf8')).toBe('# own\n')
    expect(built.files).toContain('linbo64.md5')
  })
})
