import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ensureTree } from './tree.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'linbo-tree-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

const mode = async (path: string) => (await stat(join(root, path))).mode & 0o777

describe('ensureTree', () => {
  it('makes what clients depend on', async () => {
    const made = await ensureTree(root)
    expect(made).toContain('boot/grub/themes/linbo')
    expect((await stat(join(root, 'linuxmuster-win'))).isDirectory()).toBe(true)
    expect(await readFile(join(root, 'boot/grub/themes/linbo/theme.txt'), 'utf8')).toContain(
      '+ boot_menu {',
    )
    expect(await readFile(join(root, 'start.conf'), 'utf8')).toMatch(/^# .*\n$/)
  })

  it('keeps onboot commands from other users', async () => {
    await ensureTree(root)
    expect(await mode('linbocmd')).toBe(0o750)
    expect(await mode('images')).toBe(0o755)
  })

  it('changes nothing the second time', async () => {
    await ensureTree(root)
    expect(await ensureTree(root)).toEqual([])
  })

  it("leaves an administrator's files and modes alone", async () => {
    await writeFile(join(root, 'start.conf'), '# mine\n')
    await mkdir(join(root, 'linbocmd'), { mode: 0o700 })
    await ensureTree(root)
    expect(await readFile(join(root, 'start.conf'), 'utf8')).toBe('# mine\n')
    expect(await mode('linbocmd')).toBe(0o700)
  })

  it('says what to do when a file is where a folder belongs', async () => {
    await writeFile(join(root, 'images'), '')
    await expect(ensureTree(root)).rejects.toMatchObject({
      code: 'BOOT_TREE_UNWRITABLE',
      fix: expect.stringContaining('LINBO_DIR'),
    })
  })
})
