import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { promisify } from 'node:util'
import { activateBootSet, addBootSet, stageBootSet } from '@linbo/boot'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { requireTool } from '../support/require.ts'
import { type Suite, startSuite } from '../support/suite.ts'

const run = promisify(execFile)
const files = ['linbofs64.md5', 'linbofs64', 'linbo64.md5', 'linbo64'] as const
const letters = ['a', 'b', 'c', 'd']
/** Fetches of both pairs, one after another, and the same number several at a time. */
const fetches = 25
const atOnce = 5

let suite: Suite
let folder: string
const sets: string[] = []

beforeAll(async () => {
  suite = await startSuite('one process')
  folder = await mkdtemp(join(tmpdir(), 'linbo-sets-'))
  for (const letter of letters) {
    const staged = await stageBootSet(suite.linboDir)
    await writeFile(join(staged, 'linbo64'), letter.repeat(100_003))
    await writeFile(join(staged, 'linbofs64'), letter.repeat(300_007))
    const record = { version: letter, madeAt: new Date().toISOString(), by: null, overlay: [] }
    const sha256 = { linbo64: null, linbofs64: null }
    sets.push(await addBootSet(suite.linboDir, staged, { ...record, sha256 }))
  }
}, 60_000)
afterAll(async () => {
  await suite?.stop()
  await rm(folder, { recursive: true, force: true })
})

type Fetch = (client: string, file: string, to: string) => Promise<unknown>

const rsync: Fetch = (client, file, to) => {
  const { rsync: port } = suite.ports
  const from = `rsync://127.0.0.1:${port}/linbo/${file}`
  return run('rsync', [`--address=${client}`, '-HaLz', '--partial', from, to])
}
const http: Fetch = (client, file, to) =>
  run('curl', ['-sSf', '--interface', client, '-o', to, `${suite.url}/boot/${file}`])
const tftp: Fetch = (client, file, to) => {
  const url = `tftp://127.0.0.1:${suite.ports.tftp}/${file}`
  return run('curl', ['-sSf', '--tftp-blksize', '1468', '--interface', client, '-o', to, url])
}

/** Switches from set to set until it is told to stop; returns how often. */
function keepSwitching() {
  let isOver = false
  const done = (async () => {
    let count = 0
    for (; !isOver; count++) {
      await activateBootSet(suite.linboDir, sets[count % sets.length] ?? '')
      await nextTurn()
    }
    return count
  })()
  return () => {
    isOver = true
    return done
  }
}

let folders = 0
/** Fetches all files as a client does, and returns the letter of the set that all of them are of. */
async function fetchAll(fetch: Fetch, client: string): Promise<string> {
  const prefix = join(folder, `${folders++}.`)
  for (const file of files) await fetch(client, file, prefix + file)
  const [md5, initramfs, kernelMd5, kernel] = await Promise.all(
    files.map((file) => readFile(prefix + file)),
  )
  const letter = String.fromCharCode(initramfs?.[0] ?? 0)
  expect(initramfs?.toString()).toBe(letter.repeat(300_007))
  expect(kernel?.toString()).toBe(letter.repeat(100_003))
  expect(md5?.toString()).toBe(`${md5Of(initramfs)}\n`)
  expect(kernelMd5?.toString()).toBe(`${md5Of(kernel)}\n`)
  for (const file of files) await rm(prefix + file)
  return letter
}

const md5Of = (bytes: Buffer | undefined) =>
  createHash('md5')
    .update(bytes ?? '')
    .digest('hex')

const describeTools = requireTool('rsync', 'curl')
describeTools('while kernel and initramfs are switched all the time', () => {
  it.each([
    ['rsync', rsync, 1],
    ['HTTP', http, 2],
    ['TFTP', tftp, 3],
  ] as const)(
    'a client gets files of one set by %s, with their checksums',
    async (_name, fetch, net) => {
      const stop = keepSwitching()
      const seen = new Set<string>()
      try {
        for (let number = 0; number < fetches; number++)
          seen.add(await fetchAll(fetch, `127.7.${net}.${number + 1}`))
        for (let number = 0; number < fetches / atOnce; number++) {
          const client = `127.8.${net}.${number + 1}`
          const all = Array.from({ length: atOnce }, () => fetchAll(fetch, client))
          expect(new Set(await Promise.all(all)).size).toBe(1)
        }
      } finally {
        expect(await stop()).toBeGreaterThan(fetches)
      }
      expect(seen.size).toBeGreaterThan(1)
    },
    180_000,
  )
})

describe('an administrator', () => {
  it('goes back to an earlier set, and a machine that comes then gets that one', async () => {
    for (const [index, id] of sets.entries()) {
      await suite.api('POST', `/boot-sets/${id}/activate`)
      expect(await fetchAll(http, `127.9.0.${index + 1}`)).toBe(letters[index])
    }
    const [latest, first] = [sets.at(-1), sets[0]]
    const back = await suite.api<{ before: string }>('POST', `/boot-sets/${first}/activate`)
    expect(back.before).toBe(latest)
    expect(await fetchAll(http, '127.9.0.100')).toBe(letters[0])
    const changed = await suite.event(
      (event) => event.type === 'boot-files.changed' && event.set === latest,
    )
    expect(changed).toMatchObject({ version: letters.at(-1) })
  })
})
