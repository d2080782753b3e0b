import { readdir, stat, unlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bootSetFiles } from './boot-set.ts'
import { inUseMs } from './boot-set-plan.ts'
import { listBootSets, removeBootSet } from './boot-sets.ts'
import { addBootSet, stageBootSet } from './boot-sets-add.ts'
import { activateBootSet } from './boot-sets-switch.ts'
import { md5, sha256, start, useSetTree } from './boot-sets-testing.ts'
import { writeMd5Files } from './md5-files.ts'

const tree = useSetTree()
const { makeSet, seen, expectPairs, read } = tree

describe('a boot set', () => {
  it('is given to nobody before it is activated', async () => {
    const id = await makeSet('one')
    expect(Object.values(await seen())).toEqual(bootSetFiles.map(() => undefined))
    expect(await activateBootSet(tree.root, id)).toEqual({ id, before: null })
    await expectPairs('one')
  })

  it('is named after its time and content, and told with all that is known', async () => {
    const id = await makeSet('one')
    const again = await makeSet('one')
    expect(id).toBe(`20261121-080000-${sha256('initramfs one').slice(0, 8)}`)
    expect(again).toBe(`${id}-2`)
    const sets = await listBootSets(tree.root, start)
    expect(sets.map((set) => set.id)).toEqual([again, id])
    expect(sets[1]).toEqual({
      ...{ id, version: 'one', madeAt: '2026-11-21T08:00:00.000Z', by: 'admin' },
      sha256: { linbo64: sha256('kernel one'), linbofs64: sha256('initramfs one') },
      ...{ overlay: ['etc/linbo_pwhash'], sizeBytes: 23, isCurrent: false, isInUse: false },
      problem: null,
    })
  })

  it('takes the record its maker wrote', async () => {
    const staged = await stageBootSet(tree.root)
    await writeFile(join(staged, 'linbo64'), 'kernel')
    await writeFile(join(staged, 'linbofs64'), 'initramfs')
    const record = { version: '7.4', madeAt: '2026-01-02T03:04:05Z', by: 'cli', kernelVersion: 'x' }
    await writeFile(join(staged, 'set.json'), JSON.stringify(record))
    expect(await addBootSet(tree.root, staged)).toBe('20260102-030405')
    const [set] = await listBootSets(tree.root)
    expect(set).toMatchObject({ version: '7.4', by: 'cli', sha256: { linbofs64: null } })
  })

  it('can be read by whoever serves it', async () => {
    const staged = await stageBootSet(tree.root)
    for (const name of ['linbo64', 'linbofs64', 'linbofs64.md5', 'linbo-version'])
      await writeFile(join(staged, name), 'text', { mode: 0o600 })
    const madeAt = new Date(start).toISOString()
    const sha256 = { linbo64: null, linbofs64: null }
    const record = { version: null, madeAt, by: null, sha256, overlay: [] }
    const id = await addBootSet(tree.root, staged, record)
    for (const name of bootSetFiles)
      expect((await stat(join(tree.root, '.boot', id, name))).mode & 0o777).toBe(0o644)
    for (const folder of ['.boot', join('.boot', id)])
      expect((await stat(join(tree.root, folder))).mode & 0o777).toBe(0o755)
  })

  it('is none without its files', async () => {
    const staged = await stageBootSet(tree.root)
    await writeFile(join(staged, 'linbo64'), 'kernel')
    await expect(addBootSet(tree.root, staged)).rejects.toMatchObject({ code: 'BOOT_SET_BROKEN' })
    await writeFile(join(staged, 'linbofs64'), '')
    await expect(addBootSet(tree.root, staged)).rejects.toMatchObject({ code: 'BOOT_SET_BROKEN' })
    expect(await listBootSets(tree.root)).toEqual([])
  })

  it('can be gone back to', async () => {
    const one = await makeSet('one')
    const two = await makeSet('two')
    await activateBootSet(tree.root, one)
    expect(await activateBootSet(tree.root, two)).toEqual({ id: two, before: one })
    await expectPairs('two')
    expect(await activateBootSet(tree.root, one)).toEqual({ id: one, before: two })
    await expectPairs('one')
  })

  it('is not activated when it is unknown, no name of a set, or lost a file', async () => {
    const one = await makeSet('one')
    await activateBootSet(tree.root, one)
    for (const id of ['none', 'current', '..', '', '../.boot', '.new-x'])
      await expect(activateBootSet(tree.root, id)).rejects.toMatchObject({
        code: 'BOOT_SET_UNKNOWN',
      })
    const two = await makeSet('two')
    await unlink(join(tree.root, '.boot', two, 'linbofs64'))
    await expect(activateBootSet(tree.root, two)).rejects.toMatchObject({ code: 'BOOT_SET_BROKEN' })
    expect((await listBootSets(tree.root)).find(({ id }) => id === two)?.problem).toContain(
      'linbofs64',
    )
    await expectPairs('one')
  })

  it('is activated once after the other when several are wanted at the same time', async () => {
    const ids = await Promise.all(['one', 'two', 'three'].map((name) => makeSet(name)))
    const befores = await Promise.all(ids.map((id) => activateBootSet(tree.root, id)))
    expect(befores.map(({ before }) => before)).toEqual([null, ids[0], ids[1]])
    await expectPairs('three')
  })
})

describe('old sets', () => {
  it('are removed but for the last five', async () => {
    const ids: string[] = []
    for (let day = 0; day < 8; day++) {
      const at = start + day * 86_400_000
      ids.push(await makeSet(`set ${day}`, at))
      await activateBootSet(tree.root, ids[day] ?? '', { now: at })
    }
    expect((await listBootSets(tree.root)).map(({ id }) => id)).toEqual(ids.slice(3).reverse())
  })

  it('stay while machines may be fetching them, and the current one however old it is', async () => {
    const ids: string[] = []
    for (let minute = 0; minute < 8; minute++) {
      const at = start + minute * 60_000
      ids.push(await makeSet(`set ${minute}`, at))
      await activateBootSet(tree.root, ids[minute] ?? '', { now: at })
    }
    expect(await listBootSets(tree.root, start)).toHaveLength(8)
    await activateBootSet(tree.root, ids[0] ?? '', { now: start + 2 * inUseMs })
    const kept = (await listBootSets(tree.root)).map(({ id }) => id)
    expect(kept).toHaveLength(5)
    expect(kept).toContain(ids[0])
  })

  it('can be removed by hand, but not the current one and none that was just left', async () => {
    const [one, two] = [await makeSet('one'), await makeSet('two')]
    await activateBootSet(tree.root, one, { now: start })
    await expect(removeBootSet(tree.root, one)).rejects.toMatchObject({ code: 'BOOT_SET_CURRENT' })
    await activateBootSet(tree.root, two, { now: start })
    const late = start + inUseMs
    await expect(removeBootSet(tree.root, one, late - 1)).rejects.toMatchObject({
      code: 'BOOT_SET_IN_USE',
    })
    await removeBootSet(tree.root, one, late)
    await expect(removeBootSet(tree.root, one)).rejects.toMatchObject({ code: 'BOOT_SET_UNKNOWN' })
    expect(await listBootSets(tree.root)).toHaveLength(1)
  })

  it('take what interrupted work left behind with them after a day', async () => {
    const staged = await stageBootSet(tree.root)
    const id = await makeSet('one')
    await activateBootSet(tree.root, id, { now: Date.now() })
    expect(await readdir(join(tree.root, '.boot'))).toContain(staged.split('/').at(-1))
    await utimes(staged, 0, 0)
    await activateBootSet(tree.root, id, { now: Date.now() + 2 * 86_400_000 })
    expect((await readdir(join(tree.root, '.boot'))).sort()).toEqual([id, 'current'])
  })
})

describe('what writes boot files elsewhere', () => {
  it('writes checksums into the set, beside the file they are of', async () => {
    const id = await makeSet('one')
    await activateBootSet(tree.root, id)
    expect(await writeMd5Files(tree.root)).toEqual([])
    await writeFile(join(tree.root, 'linbofs64'), 'changed through the link')
    expect(await writeMd5Files(tree.root)).toEqual(['linbofs64.md5'])
    expect(await read(`.boot/${id}/linbofs64.md5`)).toBe(`${md5('changed through the link')}\n`)
    await activateBootSet(tree.root, await makeSet('two'))
    await expectPairs('two')
  })
})
