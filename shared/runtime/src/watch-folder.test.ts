import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type FolderWatch, watchFolder } from './watch-folder.ts'

let folder: string
let watch: FolderWatch | undefined
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'linbo-watch-'))
})
afterEach(async () => {
  watch?.close()
  await rm(folder, { recursive: true, force: true })
})

describe('watchFolder', () => {
  it('tells a file once that is written in steps, and again when it is replaced or removed', async () => {
    const names: string[] = []
    watch = watchFolder(folder, (name) => names.push(name), { quietMs: 20 })
    for (let n = 0; n < 5; n++) await writeFile(join(folder, 'a'), `${n}`)
    await vi.waitFor(() => expect(names).toEqual(['a']))
    await writeFile(join(folder, 'b'), '')
    await rename(join(folder, 'b'), join(folder, 'a'))
    await vi.waitFor(() => expect(names.filter((name) => name === 'a')).toHaveLength(2))
    await rm(join(folder, 'a'))
    await vi.waitFor(() => expect(names.filter((name) => name === 'a')).toHaveLength(3))
  })

  it('throws when there is no such folder', () => {
    expect(() => watchFolder(join(folder, 'nowhere'), () => {})).toThrow('ENOENT')
  })
})
