import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isUnchanged, resolveBootFile } from './open-boot-file.ts'

let outside: string
let root: string
beforeAll(async () => {
  outside = await mkdtemp(join(tmpdir(), 'linbo-open-'))
  root = join(outside, 'srv')
  for (const folder of ['boot/grub/hostcfg', 'boot/grub/spool', 'boot/grub/x86_64-efi', 'images/w'])
    await mkdir(join(root, folder), { recursive: true })
  const files = {
    linbo64: 'kernel',
    'linbo64.md5': 'md5',
    'boot/grub/lab.cfg': 'lab',
    'boot/grub/x86_64-efi/core.efi': 'core',
    'boot/grub/spool/pc01.lab.grub.cfg': 'spool',
    'boot/grub/.hidden': 'hidden',
    'start.conf.lab': 'secret',
    'images/w/w.qcow2.macct': 'secret',
    '../passwd': 'secret',
  }
  for (const [file, text] of Object.entries(files)) await writeFile(join(root, file), text)
  const links = {
    'boot/grub/hostcfg/pc01.cfg': '../lab.cfg',
    'boot/grub/out.cfg': '../../../passwd',
    'boot/grub/macct.cfg': '../../images/w/w.qcow2.macct',
    'boot/grub/hidden.cfg': '.hidden',
    'boot/grub/folder': '../../images',
    'boot/grub/lost.cfg': 'none.cfg',
    'boot/grub/passwd.cfg': '/etc/passwd',
    linbofs64: '../passwd',
  }
  for (const [link, target] of Object.entries(links)) await symlink(target, join(root, link))
  spawnSync('mkfifo', [join(root, 'boot/grub/pipe.cfg')])
})
afterAll(() => rm(outside, { recursive: true, force: true }))

async function get(path: string): Promise<string | undefined> {
  const opened = await resolveBootFile(root, path)
  if (!opened) return undefined
  const text = await opened.handle.readFile('utf8')
  expect(opened.sizeBytes).toBe(text.length)
  await opened.handle.close()
  return text
}

describe('resolveBootFile', () => {
  it.each([
    ['linbo64', 'kernel'],
    ['/linbo64', 'kernel'],
    ['linbo64.md5', 'md5'],
    ['boot/grub/lab.cfg', 'lab'],
    ['grub/lab.cfg', 'lab'],
    ['grub/x86_64-efi/core.efi', 'core'],
    ['grub/hostcfg/pc01.cfg', 'lab'],
    ['grub%2Flab.cfg', 'lab'],
    ['//grub//lab.cfg', 'lab'],
  ])('opens %s', async (path, text) => {
    expect(await get(path)).toBe(text)
  })

  it.each([
    '',
    '/',
    'start.conf.lab',
    'images/w/w.qcow2.macct',
    '../passwd',
    'grub/../../../passwd',
    'grub/..%2f..%2f..%2fpasswd',
    '%2e%2e/passwd',
    '%252e%252e/passwd',
    'grub\\..\\lab.cfg',
    'grub/./lab.cfg',
    'grub',
    'grub/hostcfg',
    'grub/spool/pc01.lab.grub.cfg',
    'grub/.hidden',
    'grub/hidden.cfg',
    'grub/out.cfg',
    'grub/macct.cfg',
    'grub/passwd.cfg',
    'grub/folder/w/w.qcow2.macct',
    'grub/lost.cfg',
    'grub/pipe.cfg',
    'linbofs64',
    'grub/lab.cfg%00',
    '%',
    '/etc/passwd',
  ])('refuses %j', async (path) => {
    expect(await get(path)).toBeUndefined()
  })

  it('gives out of a boot set the file that is asked for, and nothing else', async () => {
    const tree = join(outside, 'tree')
    await mkdir(join(tree, '.boot/one'), { recursive: true })
    for (const name of ['linbo64', 'linbofs64', 'set.json'])
      await writeFile(join(tree, '.boot/one', name), name)
    await symlink('one', join(tree, '.boot/current'))
    await symlink('.boot/current/linbo64', join(tree, 'linbo64'))
    await symlink('.boot/current/set.json', join(tree, 'linbo-version'))
    await symlink('.boot/one/linbo64', join(tree, 'linbofs64.md5'))
    const text = async (path: string, place = path) => {
      const opened = await resolveBootFile(tree, path, () => place)
      if (!opened) return undefined
      expect(opened.path).toBe(path)
      const read = await opened.handle.readFile('utf8')
      await opened.handle.close()
      return read
    }
    expect(await text('linbo64')).toBe('linbo64')
    expect(await text('linbofs64', '.boot/one/linbofs64')).toBe('linbofs64')
    for (const path of ['linbo-version', 'linbofs64.md5', '.boot/one/linbo64', '.boot/current'])
      expect(await text(path)).toBeUndefined()
    expect(await text('linbo64', '.boot/one/linbofs64')).toBeUndefined()
    expect(await text('linbo64', '../passwd')).toBeUndefined()
  })

  it('knows every change of an open file by its version', async () => {
    const path = join(root, 'boot/grub/changing.cfg')
    await writeFile(path, 'old')
    const open = async () => (await resolveBootFile(root, 'grub/changing.cfg'))!
    const file = await open()
    expect(await isUnchanged(file)).toBe(true)
    const again = await open()
    expect(again.version).toBe(file.version)
    await writeFile(path, 'longer')
    expect(await isUnchanged(file)).toBe(false)
    const changed = await open()
    await writeFile(`${path}.new`, 'longer')
    await utimes(`${path}.new`, changed.modifiedAt, changed.modifiedAt)
    await rename(`${path}.new`, path)
    const replaced = await open()
    expect(await isUnchanged(changed)).toBe(true)
    expect(replaced.version).not.toBe(changed.version)
    for (const one of [file, again, changed, replaced]) await one.handle.close()
  })

  it('never gives out anything secret, whatever is asked', async () => {
    const part = fc.oneof(
      fc.constantFrom(
        '..',
        '%2e%2e',
        'grub',
        'boot',
        'folder',
        'images',
        'w',
        'passwd',
        'spool',
        '%2f',
      ),
      fc.string({ unit: 'binary', maxLength: 6 }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 7 }), async (parts) => {
        expect(['kernel', 'md5', 'lab', 'core', undefined]).toContain(await get(parts.join('/')))
      }),
      { seed: 7, numRuns: 400 },
    )
  })
})
