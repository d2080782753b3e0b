import { createHash } from 'node:crypto'
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  unlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bootSetFiles, parseBootSetRecord } from './boot-set.ts'
import { inUseMs } from './boot-set-plan.ts'
import { addBootSet, listBootSets, removeBootSet, stageBootSet } from './boot-sets.ts'
import { activateBootSet } from './boot-sets-switch.ts'
import { writeMd5Files } from './md5-files.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'linbo-sets-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

const start = Date.parse('2026-11-21T08:00:00Z')
const md5 = (text: string | Buffer) => createHash('md5').update(text).digest('hex')
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const read = (path: string) => readFile(join(root, path), 'utf8').catch(() => undefined)

async function makeSet(name: string, at = start): Promise<string> {
  const staged = await stageBootSet(root)
  await writeFile(join(staged, 'linbo64'), `kernel ${name}`)
  await writeFile(join(staged, 'linbofs64'), `initramfs ${name}`)
  await writeFile(join(staged, 'linbo-version'), `LINBO ${name}\n`)
  return addBootSet(root, staged, {
    ...{ version: name, madeAt: new Date(at).toISOString(), by: 'admin' },
    sha256: { linbo64: sha256(`kernel ${name}`), linbofs64: sha256(`initramfs ${name}`) },
    overlay: ['etc/linbo_pwhash'],
  })
}

/** The file a client gets under each of the names. */
async function seen(): Promise<Record<string, string | undefined>> {
  const texts = await Promise.all(bootSetFiles.map(read))
  return Object.fromEntries(bootSetFiles.map((name, index) => [name, texts[index]]))
}

async function expectPairs(name: string): Promise<void> {
  expect(await seen()).toEqual({
    linbo64: `kernel ${name}`,
    'linbo64.md5': `${md5(`kernel ${name}`)}\n`,
    linbofs64: `initramfs ${name}`,
    'linbofs64.md5': `${md5(`initramfs ${name}`)}\n`,
    'linbo-version': `LINBO ${name}\n`,
  })
}

async function putOwn(name: string): Promise<void> {
  for (const [file, text] of [
    ['linbo64', `kernel ${name}`],
    ['linbo64.md5', `${md5(`kernel ${name}`)}\n`],
    ['linbofs64', `initramfs ${name}`],
    ['linbofs64.md5', `${md5(`initramfs ${name}`)}\n`],
    ['linbo-version', `LINBO ${name}\n`],
  ] as const) {
    await rm(join(root, file), { force: true })
    await writeFile(join(root, file), text)
  }
}

describe('a boot set', () => {
  it('is given to nobody before it is activated', async () => {
    const id = await makeSet('one')
    expect(Object.values(await seen())).toEqual(bootSetFiles.map(() => undefined))
    expect(await activateBootSet(root, id)).toEqual({ id, before: null })
    await expectPairs('one')
  })

  it('is named after its time and content, and told with all that is known', async () => {
    const id = await makeSet('one')
    const again = await makeSet('one')
    expect(id).toBe(`20261121-080000-${sha256('initramfs one').slice(0, 8)}`)
    expect(again).toBe(`${id}-2`)
    const sets = await listBootSets(root, start)
    expect(sets.map((set) => set.id)).toEqual([again, id])
    expect(sets[1]).toEqual({
      ...{ id, version: 'one', madeAt: '2026-11-21T08:00:00.000Z', by: 'admin' },
      sha256: { linbo64: sha256('kernel one'), linbofs64: sha256('initramfs one') },
      ...{ overlay: ['etc/linbo_pwhash'], sizeBytes: 23, isCurrent: false, isInUse: false },
      problem: null,
    })
  })

  it('takes the record its maker wrote', async () => {
    const staged = await stageBootSet(root)
    await writeFile(join(staged, 'linbo64'), 'kernel')
    await writeFile(join(staged, 'linbofs64'), 'initramfs')
    const record = { version: '7.4', madeAt: '2026-01-02T03:04:05Z', by: 'cli', kernelVersion: 'x' }
    await writeFile(join(staged, 'set.json'), JSON.stringify(record))
    expect(await addBootSet(root, staged)).toBe('20260102-030405')
    const [set] = await listBootSets(root)
    expect(set).toMatchObject({ version: '7.4', by: 'cli', sha256: { linbofs64: null } })
  })

  it('can be read by whoever serves it', async () => {
    const staged = await stageBootSet(root)
    for (const name of ['linbo64', 'linbofs64', 'linbofs64.md5', 'linbo-version'])
      await writeFile(join(staged, name), 'text', { mode: 0o600 })
    const madeAt = new Date(start).toISOString()
    const sha256 = { linbo64: null, linbofs64: null }
    const record = { version: null, madeAt, by: null, sha256, overlay: [] }
    const id = await addBootSet(root, staged, record)
    for (const name of bootSetFiles)
      expect((await stat(join(root, '.boot', id, name))).mode & 0o777).toBe(0o644)
    for (const folder of ['.boot', join('.boot', id)])
      expect((await stat(join(root, folder))).mode & 0o777).toBe(0o755)
  })

  it('is none without its files', async () => {
    const staged = await stageBootSet(root)
    await writeFile(join(staged, 'linbo64'), 'kernel')
    await expect(addBootSet(root, staged)).rejects.toMatchObject({ code: 'BOOT_SET_BROKEN' })
    await writeFile(join(staged, 'linbofs64'), '')
    await expect(addBootSet(root, staged)).rejects.toMatchObject({ code: 'BOOT_SET_BROKEN' })
    expect(await listBootSets(root)).toEqual([])
  })

  it('can be gone back to', async () => {
    const one = await makeSet('one')
    const two = await makeSet('two')
    await activateBootSet(root, one)
    expect(await activateBootSet(root, two)).toEqual({ id: two, before: one })
    await expectPairs('two')
    expect(await activateBootSet(root, one)).toEqual({ id: one, before: two })
    await expectPairs('one')
  })

  it('is not activated when it is unknown, no name of a set, or lost a file', async () => {
    const one = await makeSet('one')
    await activateBootSet(root, one)
    for (const id of ['none', 'current', '..', '', '../.boot', '.new-x'])
      await expect(activateBootSet(root, id)).rejects.toMatchObject({ code: 'BOOT_SET_UNKNOWN' })
    const two = await makeSet('two')
    await unlink(join(root, '.boot', two, 'linbofs64'))
    await expect(activateBootSet(root, two)).rejects.toMatchObject({ code: 'BOOT_SET_BROKEN' })
    expect((await listBootSets(root)).find(({ id }) => id === two)?.problem).toContain('linbofs64')
    await expectPairs('one')
  })

  it('is activated once after the other when several are wanted at the same time', async () => {
    const ids = await Promise.all(['one', 'two', 'three'].map((name) => makeSet(name)))
    const befores = await Promise.all(ids.map((id) => activateBootSet(root, id)))
    expect(befores.map(({ before }) => before)).toEqual([null, ids[0], ids[1]])
    await expectPairs('three')
  })
})

describe('files that lie there by themselves', () => {
  it('become a set that one can go back to', async () => {
    await putOwn('own')
    const id = await makeSet('one')
    const { before } = await activateBootSet(root, id, { now: start })
    await expectPairs('one')
    expect(before).toMatch(/^found-20261121-080000-[0-9a-f]{8}$/)
    await activateBootSet(root, before ?? '')
    await expectPairs('own')
    const found = (await listBootSets(root)).find((set) => set.id === before)
    expect(found).toMatchObject({ version: 'LINBO own', by: null, isCurrent: true })
  })

  it('get right checksums with it, also when there was none', async () => {
    await putOwn('own')
    await writeFile(join(root, 'linbo64.md5'), 'wrong\n')
    await unlink(join(root, 'linbofs64.md5'))
    const { before } = await activateBootSet(root, await makeSet('one'))
    await activateBootSet(root, before ?? '')
    await expectPairs('own')
  })

  it('are adopted again when somebody puts one in the place of our link', async () => {
    const one = await makeSet('one')
    await activateBootSet(root, one)
    await unlink(join(root, 'linbofs64'))
    await writeFile(join(root, 'linbofs64'), 'initramfs own')
    await writeMd5Files(root)
    const mixed = { ...(await seen()) }
    expect(mixed['linbofs64.md5']).toBe(`${md5('initramfs own')}\n`)
    const { before } = await activateBootSet(root, one)
    await expectPairs('one')
    await activateBootSet(root, before ?? '')
    expect(await seen()).toEqual(mixed)
  })

  it('may be links to elsewhere', async () => {
    await mkdir(join(root, 'kernels'))
    await putOwn('own')
    await writeFile(join(root, 'kernels/6.1'), 'kernel own')
    await unlink(join(root, 'linbo64'))
    await symlink('kernels/6.1', join(root, 'linbo64'))
    const { before } = await activateBootSet(root, await makeSet('one'))
    await activateBootSet(root, before ?? '')
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
    return activateBootSet(root, id, { now: start, onStep }).then(
      () => false,
      () => true,
    )
  }

  it.each([
    ['from files that lie there by themselves', () => putOwn('before')],
    [
      'from another set',
      async () => void (await activateBootSet(root, await makeSet('before'), { now: start })),
    ],
    [
      'from a set with a file of somebody in it',
      async () => {
        await activateBootSet(root, await makeSet('before'), { now: start })
        await unlink(join(root, 'linbofs64'))
        await writeFile(join(root, 'linbofs64'), 'initramfs before')
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
    expect(await readdir(root)).toHaveLength(bootSetFiles.length + 1)
  })

  it('shows nothing or everything of the first set', async () => {
    const id = await makeSet('after')
    for (let steps = 0; await interruptAt(steps, id); steps++)
      expect(Object.values(await seen())).toEqual(bootSetFiles.map(() => undefined))
    await expectPairs('after')
  })
})

describe('old sets', () => {
  it('are removed but for the last five', async () => {
    const ids: string[] = []
    for (let day = 0; day < 8; day++) {
      const at = start + day * 86_400_000
      ids.push(await makeSet(`set ${day}`, at))
      await activateBootSet(root, ids[day] ?? '', { now: at })
    }
    expect((await listBootSets(root)).map(({ id }) => id)).toEqual(ids.slice(3).reverse())
  })

  it('stay while machines may be fetching them, and the current one however old it is', async () => {
    const ids: string[] = []
    for (let minute = 0; minute < 8; minute++) {
      const at = start + minute * 60_000
      ids.push(await makeSet(`set ${minute}`, at))
      await activateBootSet(root, ids[minute] ?? '', { now: at })
    }
    expect(await listBootSets(root, start)).toHaveLength(8)
    await activateBootSet(root, ids[0] ?? '', { now: start + 2 * inUseMs })
    const kept = (await listBootSets(root)).map(({ id }) => id)
    expect(kept).toHaveLength(5)
    expect(kept).toContain(ids[0])
  })

  it('can be removed by hand, but not the current one and none that was just left', async () => {
    const [one, two] = [await makeSet('one'), await makeSet('two')]
    await activateBootSet(root, one, { now: start })
    await expect(removeBootSet(root, one)).rejects.toMatchObject({ code: 'BOOT_SET_CURRENT' })
    await activateBootSet(root, two, { now: start })
    const late = start + inUseMs
    await expect(removeBootSet(root, one, late - 1)).rejects.toMatchObject({
      code: 'BOOT_SET_IN_USE',
    })
    await removeBootSet(root, one, late)
    await expect(removeBootSet(root, one)).rejects.toMatchObject({ code: 'BOOT_SET_UNKNOWN' })
    expect(await listBootSets(root)).toHaveLength(1)
  })

  it('take what interrupted work left behind with them after a day', async () => {
    const staged = await stageBootSet(root)
    const id = await makeSet('one')
    await activateBootSet(root, id, { now: Date.now() })
    expect(await readdir(join(root, '.boot'))).toContain(staged.split('/').at(-1))
    await utimes(staged, 0, 0)
    await activateBootSet(root, id, { now: Date.now() + 2 * 86_400_000 })
    expect((await readdir(join(root, '.boot'))).sort()).toEqual([id, 'current'])
  })
})

describe('what writes boot files elsewhere', () => {
  it('writes checksums into the set, beside the file they are of', async () => {
    const id = await makeSet('one')
    await activateBootSet(root, id)
    expect(await writeMd5Files(root)).toEqual([])
    await writeFile(join(root, 'linbofs64'), 'changed through the link')
    expect(await writeMd5Files(root)).toEqual(['linbofs64.md5'])
    expect(await read(`.boot/${id}/linbofs64.md5`)).toBe(`${md5('changed through the link')}\n`)
    await activateBootSet(root, await makeSet('two'))
    await expectPairs('two')
  })
})

describe('parseBootSetRecord', () => {
  it('reads anything without falling over', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const record = parseBootSetRecord(text)
        if (record) expect(record.overlay.every((line) => typeof line === 'string')).toBe(true)
      }),
      { seed: 5 },
    )
    const madeAt = '2026-11-21T08:00:00.000Z'
    fc.assert(
      fc.property(fc.anything(), fc.anything(), fc.anything(), (version, by, rest) => {
        const text = JSON.stringify({ madeAt, version, by, sha256: rest, overlay: rest })
        expect(parseBootSetRecord(text)?.madeAt).toBe(madeAt)
      }),
      { seed: 6 },
    )
  })
})
