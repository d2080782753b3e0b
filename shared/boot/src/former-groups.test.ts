import { lstat, mkdir, mkdtemp, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  dropFormerGroup,
  formerGroup,
  leaveFormerGroup,
  listFormerGroups,
  publishFormerGroups,
} from './former-groups.ts'
import { managedMarker } from './grub-config.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'linbo-former-'))
  await mkdir(join(root, 'boot/grub'), { recursive: true })
  await put('start.conf.now', 'of now\n')
  await put('boot/grub/now.cfg', managedMarker)
})
afterEach(() => rm(root, { recursive: true }))

const put = (file: string, text: string) => writeFile(join(root, file), text)
const read = (file: string) => readFile(join(root, file), 'utf8')
const linkOf = (file: string) => readlink(join(root, file)).catch(() => undefined)
const publish = async () => {
  const { names, ...rest } = await publishFormerGroups(root)
  return { names: Object.fromEntries(names), ...rest }
}

describe('a former name of a group', () => {
  it('leads to the files of now', async () => {
    await put('start.conf.old', 'of old\n')
    await put('boot/grub/old.cfg', managedMarker)
    await leaveFormerGroup(root, 'old', 'now')
    expect(await read('start.conf.old')).toBe('of now\n')
    expect(await linkOf('boot/grub/old.cfg')).toBe('./now.cfg')
    expect(await formerGroup(root, 'old')).toBe('now')
    expect(await publish()).toEqual({ names: { old: 'now' }, written: [], removed: [] })
    expect(await listFormerGroups(root)).toEqual(new Map([['old', 'now']]))
  })

  it("is no link an administrator made, and none to something else's name", async () => {
    for (const [name, target] of [
      ['shared', 'start.conf.now'],
      ['odd', './start.conf.a b'],
      ['else', './something'],
    ] as const)
      await symlink(target, join(root, `start.conf.${name}`))
    await symlink('elsewhere.cfg', join(root, 'boot/grub/mine.cfg'))
    expect(await publish()).toEqual({ names: {}, written: [], removed: [] })
    expect(await formerGroup(root, 'now')).toBeUndefined()
    expect(await formerGroup(root, 'nobody')).toBeUndefined()
    expect(await dropFormerGroup(root, 'shared')).toBe(false)
    expect(await linkOf('boot/grub/mine.cfg')).toBe('elsewhere.cfg')
  })

  it('leads straight to the name of now after several', async () => {
    await leaveFormerGroup(root, 'first', 'second')
    await leaveFormerGroup(root, 'second', 'now')
    const { names, written } = await publish()
    expect(names).toEqual({ first: 'now', second: 'now' })
    expect(written).toEqual(['start.conf.first'])
    expect(await linkOf('boot/grub/first.cfg')).toBe('./now.cfg')
    expect(await linkOf('start.conf.first')).toBe('./start.conf.now')
  })

  it.each([[{ old: 'gone' }], [{ one: 'other', other: 'one' }]])(
    'goes when it leads nowhere: %j',
    async (former) => {
      const links = Object.entries(former)
      for (const [name, group] of links) await leaveFormerGroup(root, name, group)
      const { names, removed } = await publish()
      expect(names).toEqual({})
      expect(removed).toHaveLength(links.length * 2)
      expect(await publish()).toEqual({ names: {}, written: [], removed: [] })
    },
  )

  it('goes when it is dropped, with its GRUB configuration', async () => {
    await leaveFormerGroup(root, 'old', 'now')
    expect(await dropFormerGroup(root, 'old')).toBe(true)
    expect(await publish()).toEqual({ names: {}, written: [], removed: ['boot/grub/old.cfg'] })
    await expect(lstat(join(root, 'start.conf.old'))).rejects.toThrow('ENOENT')
  })

  it("never takes the place of an administrator's own GRUB configuration", async () => {
    await put('boot/grub/old.cfg', '# mine\n')
    await leaveFormerGroup(root, 'old', 'now')
    expect(await publish()).toEqual({ names: { old: 'now' }, written: [], removed: [] })
    expect(await read('boot/grub/old.cfg')).toBe('# mine\n')
    await rm(join(root, 'boot/grub/old.cfg'))
    expect((await publish()).written).toEqual(['boot/grub/old.cfg'])
  })
})
