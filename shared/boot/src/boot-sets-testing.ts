import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect } from 'vitest'
import { bootSetFiles } from './boot-set.ts'
import { addBootSet, stageBootSet } from './boot-sets-add.ts'

/** When the sets of tests are made, in milliseconds since 1970. */
export const start = Date.parse('2026-11-21T08:00:00Z')
export const md5 = (text: string | Buffer) => createHash('md5').update(text).digest('hex')
export const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

/** Kernel, initramfs and the rest of this name, each telling it. */
const filesOf = (name: string) => ({
  linbo64: `kernel ${name}`,
  'linbo64.md5': `${md5(`kernel ${name}`)}\n`,
  linbofs64: `initramfs ${name}`,
  'linbofs64.md5': `${md5(`initramfs ${name}`)}\n`,
  'linbo-version': `LINBO ${name}\n`,
})

/** A LINBO_DIR of its own for each test of a file. */
export function useSetTree() {
  let root = ''
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'linbo-sets-'))
  })
  afterEach(() => rm(root, { recursive: true, force: true }))

  const read = (path: string) => readFile(join(root, path), 'utf8').catch(() => undefined)
  /** The file a client gets under each of the names. */
  async function seen(): Promise<Record<string, string | undefined>> {
    const texts = await Promise.all(bootSetFiles.map(read))
    return Object.fromEntries(bootSetFiles.map((name, index) => [name, texts[index]]))
  }
  return {
    get root() {
      return root
    },
    read,
    seen,
    /** Adds a set without activating it; returns its id. */
    async makeSet(name: string, at = start): Promise<string> {
      const files = filesOf(name)
      const staged = await stageBootSet(root)
      for (const file of ['linbo64', 'linbofs64', 'linbo-version'] as const)
        await writeFile(join(staged, file), files[file])
      return addBootSet(root, staged, {
        ...{ version: name, madeAt: new Date(at).toISOString(), by: 'admin' },
        sha256: { linbo64: sha256(files.linbo64), linbofs64: sha256(files.linbofs64) },
        overlay: ['etc/linbo_pwhash'],
      })
    },
    /** Expects that clients get the files of this name. */
    async expectPairs(name: string): Promise<void> {
      expect(await seen()).toEqual(filesOf(name))
    },
    /** Puts files there by hand. */
    async putOwn(name: string): Promise<void> {
      for (const [file, text] of Object.entries(filesOf(name))) {
        await rm(join(root, file), { force: true })
        await writeFile(join(root, file), text)
      }
    },
  }
}
