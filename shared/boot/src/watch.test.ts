import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type StartConfWatch, watchStartConfs } from './watch.ts'

let root: string
let watch: StartConfWatch | undefined
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'linbo-watch-'))
})
afterEach(async () => {
  watch?.close()
  await rm(root, { recursive: true, force: true })
})

function watching() {
  const groups: string[] = []
  watch = watchStartConfs(root, (group) => groups.push(group), { quietMs: 20 })
  return groups
}

describe('watchStartConfs', () => {
  it('tells a written file once, and no other file', async () => {
    const groups = watching()
    await writeFile(join(root, 'linbo64'), 'x')
    await writeFile(join(root, '.start.conf.lab.swp'), 'x')
    for (let n = 0; n < 5; n++) await writeFile(join(root, 'start.conf.lab'), `# ${n}\n`)
    await writeFile(join(root, 'start.conf.last'), '#')
    await vi.waitFor(() => expect(groups).toContain('last'))
    expect(groups).toEqual(['lab', 'last'])
  })

  it('sees an editor that saves by renaming, again and again', async () => {
    await writeFile(join(root, 'start.conf.lab'), '# old\n')
    const groups = watching()
    for (let n = 1; n <= 3; n++) {
      await writeFile(join(root, '4913'), `# ${n}\n`)
      await rename(join(root, '4913'), join(root, 'start.conf.lab'))
      await vi.waitFor(() => expect(groups).toHaveLength(n))
    }
  })

  it('tells a removed file', async () => {
    await writeFile(join(root, 'start.conf.lab'), '# old\n')
    const groups = watching()
    await rm(join(root, 'start.conf.lab'))
    await vi.waitFor(() => expect(groups).toEqual(['lab']))
  })

  it('is silent once closed', async () => {
    const groups = watching()
    await writeFile(join(root, 'start.conf.lab'), '#')
    watch?.close()
    const other: string[] = []
    watch = watchStartConfs(root, (group) => other.push(group), { quietMs: 40 })
    await writeFile(join(root, 'start.conf.lab'), '##')
    await vi.waitFor(() => expect(other).toEqual(['lab']))
    expect(groups).toEqual([])
  })

  it('says what to do when the folder is missing', () => {
    expect(() => watchStartConfs(join(root, 'none'), () => {})).toThrow(
      expect.objectContaining({ code: 'BOOT_WATCH_FAILED', fix: expect.any(String) }),
    )
  })
})
