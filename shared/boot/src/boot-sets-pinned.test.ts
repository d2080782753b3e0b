import { mkdtemp, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { quietMs } from './boot-set-pins.ts'
import { removeBootSet } from './boot-sets.ts'
import { addBootSet, stageBootSet } from './boot-sets-add.ts'
import { createPinnedBootSets, type PinnedBootSets } from './boot-sets-pinned.ts'
import { activateBootSet } from './boot-sets-switch.ts'

let root: string
let now = 0
let pins: PinnedBootSets
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'linbo-pinned-'))
  now = 0
  pins = createPinnedBootSets(root, () => now)
})
afterEach(() => rm(root, { recursive: true, force: true }))

async function makeSet(name: string): Promise<string> {
  const staged = await stageBootSet(root)
  for (const file of ['linbo64', 'linbofs64']) await writeFile(join(staged, file), name)
  return addBootSet(root, staged, {
    ...{ version: name, madeAt: '2026-11-21T08:00:00Z', by: null, overlay: [] },
    sha256: { linbo64: null, linbofs64: null },
  })
}

async function putOwn(name: string): Promise<void> {
  for (const file of ['linbo64', 'linbofs64', 'linbofs64.md5']) {
    await writeFile(join(root, 'new'), name)
    await rename(join(root, 'new'), join(root, file))
  }
}

/** What the client at this address reads now. */
async function get(client: string, file: string): Promise<string> {
  const pinned = pins.take(client, file)
  try {
    return await readFile(join(root, pinned?.path ?? file), 'utf8')
  } finally {
    pinned?.release()
  }
}

describe('createPinnedBootSets', () => {
  it('has nothing to say about other files', async () => {
    await activateBootSet(root, await makeSet('one'))
    for (const path of ['start.conf', 'boot/grub/grub.cfg', 'linbo64x', '.boot/current/linbo64'])
      expect(pins.take('10.0.0.1', path)).toBeUndefined()
  })

  it('keeps a client at its set until it was quiet', async () => {
    await activateBootSet(root, await makeSet('one'))
    expect(await get('10.0.0.1', 'linbo64')).toBe('one')
    await activateBootSet(root, await makeSet('two'))
    expect(await get('10.0.0.1', 'linbofs64')).toBe('one')
    expect(await get('10.0.0.2', 'linbofs64')).toBe('two')
    now = quietMs
    expect(await get('10.0.0.1', 'linbo64')).toBe('two')
  })

  it('keeps a client that began with files by themselves at these, in both ways', async () => {
    await putOwn('own')
    expect(await get('10.0.0.1', 'linbofs64.md5')).toBe('own')
    await activateBootSet(root, await makeSet('one'))
    expect(await get('10.0.0.1', 'linbofs64')).toBe('own')
    expect(await get('10.0.0.2', 'linbofs64')).toBe('one')
    await activateBootSet(root, await makeSet('two'))
    expect(await get('10.0.0.1', 'linbofs64')).toBe('own')
    expect(await get('10.0.0.2', 'linbofs64')).toBe('one')
  })

  it('takes no files of an earlier time for those a client began with', async () => {
    await putOwn('earlier')
    await activateBootSet(root, await makeSet('one'))
    await unlink(join(root, 'linbofs64'))
    await writeFile(join(root, 'linbofs64'), 'own')
    expect(await get('10.0.0.1', 'linbofs64')).toBe('own')
    expect(await get('10.0.0.1', 'linbo64')).toBe('one')
    await activateBootSet(root, await makeSet('two'))
    expect(await get('10.0.0.2', 'linbofs64')).toBe('two')
  })

  it('gives a client the current set when its own was removed', async () => {
    const [one, two] = [await makeSet('one'), await makeSet('two')]
    await activateBootSet(root, one, { now: 0 })
    expect(await get('10.0.0.1', 'linbo64')).toBe('one')
    await activateBootSet(root, two, { now: 0 })
    await removeBootSet(root, one)
    expect(await get('10.0.0.1', 'linbofs64')).toBe('two')
  })

  it('names the path of nothing for what no set has', async () => {
    expect(pins.take('10.0.0.1', 'linbo64')).toMatchObject({ path: 'linbo64', set: undefined })
  })
})
