import { mkdir, readdir, symlink, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bootSetFiles } from './boot-set.ts'
import { listBootSets } from './boot-sets.ts'
import { activateBootSet } from './boot-sets-switch.ts'
import { md5, start, useSetTree } from './boot-sets-testing.ts'
import { writeMd5Files } from './md5-files.ts'

const tree = useSetTree()
const { makeSet, seen, expectPairs, putOwn, read } = tree

describe('files that lie there by themselves', () => {
  it('become a set that one can go back to', async () => {
    await putOwn('own')
    const id = await makeSet('one')
    const { before } = await activateBootSet(tree.root, id, { now: start })
    await expectPairs('one')
    expect(before).toMatch(/^found-20261121-080000-[0-9a-f]{8}$/)
    await activateBootSet(tree.root, before ?? '')
    await expectPairs('own')
    const found = (await listBootSets(tree.root)).find((set) => set.id === before)
    expect(found).toMatchObject({ version: 'LINBO own', by: null, isCurrent: true })
  })

  it('get right checksums with it, also when there was none', async () => {
    await putOwn('own')
    await writeFile(join(tree.root, 'linbo64.md5'), 'wrong\n')
    await unlink(join(tree.root, 'linbofs64.md5'))
    const { before } = await activateBootSet(tree.root, await makeSet('one'))
    await activateBootSet(tree.root, before ?? '')
    await expectPairs('own')
  })

  it('are adopted again when somebody puts one in the place of our link', async () => {
    const one = await makeSet('one')
    await activateBootSet(tree.root, one)
    await unlink(join(tree.root, 'linbofs64'))
    await writeFile(join(tree.root, 'linbofs64'), 'initramfs own')
    await writeMd5Files(tree.root)
    const mixed = { ...(await seen()) }
    expect(mixed['linbofs64.md5']).toBe(`${md5('initramfs own')}\n`)
    const { before } = await activateBootSet(tree.root, one)
    await expectPairs('one')
    await activateBootSet(tree.root, before ?? '')
    expect(await seen()).toEqual(mixed)
  })

  it('may be links to elsewhere', async () => {
    await mkdir(join(tree.root, 'kernels'))
    await putOwn('own')
    await writeFile(join(tree.root, 'kernels/6.1'), 'kernel own')
    await unlink(join(tree.root, 'linbo64'))
    await symlink('kernels/6.1', join(tree.root, 'linbo64'))
    const { before } = await activateBootSet(tree.root, await makeSet('one'))
    await activateBootSet(tree.root, before ?? '')
    await expectPairs('own')
    expect(await read('kernels/6.1')).toBe('kernel own')
  })
})

class Interrupted extends Error {}

describe('a switch that is interrupted', () => {
  /** Ends the switch before its step of this number; true when there was such a step. */
  async function interruptAt(number: number, id: string): Promise<boolean> {
    let steps = 0
    const onStep = () => {
      if (steps++ === number) throw new Interrupted()
    }
    return activateBootSet(tree.root, id, { now: start, onStep }).then(
      () => false,
      () => true,
    )
  }

  it.each([
    ['from files that lie there by themselves', () => putOwn('before')],
    [
      'from another set',
      async () => void (await activateBootSet(tree.root, await makeSet('before'), { now: start })),
    ],
    [
      'from a set with a file of somebody in it',
      async () => {
        await activateBootSet(tree.root, await makeSet('before'), { now: start })
        await unlink(join(tree.root, 'linbofs64'))
        await writeFile(join(tree.root, 'linbofs64'), 'initramfs before')
      },
    ],
  ])('leaves everything as it was, %s, and can be done again', async (_name, prepare) => {
    await prepare()
    const id = await makeSet('after')
    let steps = 0
    while (await interruptAt(steps, id)) {
      await expectPairs('before')
      steps++
    }
    expect(steps).toBeGreaterThan(1)
    await expectPairs('after')
    expect(await readdir(tree.root)).toHaveLength(bootSetFiles.length + 1)
  })

  it('shows nothing or everything of the first set', async () => {
    const id = await makeSet('after')
    for (let steps = 0; await interruptAt(steps, id); steps++)
      expect(Object.values(await seen())).toEqual(bootSetFiles.map(() => undefined))
    await expectPairs('after')
  })
})
