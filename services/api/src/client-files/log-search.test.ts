import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { LogFiles } from './log-files.ts'
import { createLogSearch } from './log-search.ts'

let folder: string
let files: Pick<LogFiles, 'all'>
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'linbo-logs-'))
  const texts = ['one\ntwo Needle\nthree', 'needle\n\nNEEDLE needle\r\n', 'Grün und Straße\n']
  const all = texts.map((_, index) => ({
    ...{ host: `pc${index}`, name: 'linbo.log', path: join(folder, `pc${index}`) },
    ...{ sizeBytes: 1, changedAt: new Date() },
  }))
  for (const [index, text] of texts.entries()) await writeFile(all[index]!.path, text)
  files = { all: async () => all }
})
afterAll(() => rm(folder, { recursive: true }))

const limits = { limit: 10, ms: 1000 }

it('finds every line once, with its number', async () => {
  const { hits, isComplete } = await createLogSearch(files, () => 0).find('needle', limits)
  expect(hits.map((hit) => `${hit.host}:${hit.line} ${hit.text}`)).toEqual([
    'pc0:2 two Needle',
    'pc1:1 needle',
    'pc1:3 NEEDLE needle',
  ])
  expect(isComplete).toBe(true)
  const letters = await createLogSearch(files, () => 0).find('grün', limits)
  expect(letters.hits.map((hit) => hit.text)).toEqual(['Grün und Straße'])
})

it('says so when it ended before all was looked through', async () => {
  const few = await createLogSearch(files, () => 0).find('needle', { ...limits, limit: 1 })
  expect(few).toMatchObject({ hits: [{ host: 'pc0' }], searched: 1, files: 3, isComplete: false })
  let time = 0
  const late = await createLogSearch(files, () => time++).find('needle', { ...limits, ms: 1 })
  expect(late).toMatchObject({ isComplete: false })
  expect(late.searched).toBeLessThan(3)
})

it('lets one search run at a time, and few wait', async () => {
  const search = createLogSearch(files, () => 0)
  const some = Array.from({ length: 5 }, () => search.find('needle', limits))
  const ended = await Promise.allSettled(some)
  expect(ended.map((one) => one.status)).toEqual([
    ...Array.from({ length: 4 }, () => 'fulfilled'),
    'rejected',
  ])
  expect((ended[4] as PromiseRejectedResult).reason).toMatchObject({ code: 'SEARCH_BUSY' })
  expect((await search.find('needle', limits)).hits).toHaveLength(3)
})
