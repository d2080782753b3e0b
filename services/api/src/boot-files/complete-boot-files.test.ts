import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLog } from '@linbo/log'
import { LinboError } from '@linbo/runtime'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { completeBootFiles } from './complete-boot-files.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'linbo-complete-'))
})
afterEach(() => rm(root, { recursive: true }))

it('makes checksums and GRUB’s tree', async () => {
  await writeFile(join(root, 'linbo64'), 'kernel')
  const done: string[] = []
  const builder = {
    completeTree: async () => void done.push('tree'),
  }
  await completeBootFiles(root, builder, silentLog)
  expect(done).toEqual(['tree'])
  expect(await readFile(join(root, 'linbo64.md5'), 'utf8')).toMatch(/^[0-9a-f]{32}\n$/)
})

it('tells what goes wrong with its fix, and goes on', async () => {
  const told: unknown[] = []
  const log = { ...silentLog, warn: (facts: unknown) => void told.push(facts) }
  const error = new LinboError('BOOT_GRUB_MISSING', 'no GRUB', { fix: 'Install it.' })
  const builder = { completeTree: () => Promise.reject(error) }
  await completeBootFiles(root, builder, log as typeof silentLog)
  expect(told).toEqual([{ err: error, fix: 'Install it.' }])
})
