import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { copyAtomic, writeAtomic, writeSecret } from './atomic.ts'

describe('writeAtomic', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'linbo-atomic-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  it('replaces a file whole and creates folders on the way', async () => {
    const path = join(folder, 'a', 'b.txt')
    await writeAtomic(path, 'one')
    await writeAtomic(path, 'two')
    expect(await readFile(path, 'utf8')).toBe('two')
    expect(await readdir(join(folder, 'a'))).toEqual(['b.txt'])
  })

  it('leaves the old file and no debris when it cannot write', async () => {
    const path = join(folder, 'target')
    await writeFile(join(folder, 'keep'), 'old')
    await expect(writeAtomic(join(folder, 'keep', 'x'), 'new')).rejects.toThrow()
    await expect(writeAtomic(path, undefined as unknown as string)).rejects.toThrow()
    expect(await readdir(folder)).toEqual(['keep'])
  })

  it('keeps secrets to ourselves whatever the mask', async () => {
    const path = join(folder, 'secret')
    const mask = process.umask(0)
    await writeSecret(path, 's').finally(() => process.umask(mask))
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    await chmod(path, 0o644)
    await writeSecret(path, 't')
    expect((await stat(path)).mode & 0o777).toBe(0o600)
  })
})

describe('copyAtomic', () => {
  it('replaces a file by a copy of another, or leaves it as it is', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'linbo-atomic-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    const [from, to] = [join(folder, 'from'), join(folder, 'a', 'to')]
    await writeFile(from, 'one', { mode: 0o600 })
    await copyAtomic(from, to)
    await writeFile(from, 'two')
    await copyAtomic(from, to, { mode: 0o640 })
    await expect(copyAtomic(join(folder, 'missing'), to)).rejects.toThrow()
    expect(await readFile(to, 'utf8')).toBe('two')
    expect((await stat(to)).mode & 0o777).toBe(0o640)
    expect(await readdir(join(folder, 'a'))).toEqual(['to'])
  })
})
