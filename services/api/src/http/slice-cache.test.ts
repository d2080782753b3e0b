import { mkdtemp, rm, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type OpenBootFile, resolveBootFile } from '@linbo/boot'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createTestClock, type TestClock } from '../test-clock.ts'
import { createSliceCache, type SliceCache } from './slice-cache.ts'

const mega = 1024 * 1024
const content = Buffer.from(Uint8Array.from({ length: 2.5 * mega }, (_, index) => index % 251))
let root: string
let clock: TestClock
let cache: SliceCache
const opened: OpenBootFile[] = []

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'linbo-slices-'))
  await writeFile(join(root, 'linbo64'), content)
  await writeFile(join(root, 'linbofs64'), content)
  clock = createTestClock(Date.now() + 60_000)
  cache = createSliceCache(3 * mega, clock)
})
afterEach(async () => {
  cache.close()
  for (const file of opened.splice(0)) await file.handle.close()
  await rm(root, { recursive: true, force: true })
})

async function open(name = 'linbo64'): Promise<OpenBootFile> {
  const file = await resolveBootFile(root, name)
  if (!file) throw new Error(`${name} is not there`)
  opened.push(file)
  return file
}

it('gives the bytes from any position to the end of their slice', async () => {
  const file = await open()
  for (const [position, end] of [
    [0, mega],
    [mega - 1, mega],
    [mega, 2 * mega],
    [2 * mega + 7, 2.5 * mega],
  ] as const) {
    const slice = await cache.read(file, position)
    expect(Buffer.compare(slice.bytes, content.subarray(position, end))).toBe(0)
    slice.release()
  }
  expect(cache.heldBytes).toBe(2.5 * mega)
})

it('reads a slice once for all who want it, however they opened the file', async () => {
  const files = await Promise.all([open(), open(), open()])
  const slices = await Promise.all(files.map((file) => cache.read(file, 5)))
  expect(new Set(slices.map((slice) => slice.bytes.buffer)).size).toBe(1)
  expect(cache.heldBytes).toBe(mega)
})

it('forgets what was used least lately, never more than it may hold', async () => {
  const first = await open()
  const second = await open('linbofs64')
  for (const [file, position] of [
    [first, 0],
    [first, mega],
    [second, 0],
    [first, 0],
    [second, mega],
  ] as const) {
    ;(await cache.read(file, position)).release()
    expect(cache.heldBytes).toBeLessThanOrEqual(3 * mega)
  }
  const before = (await cache.read(first, 0)).bytes.buffer
  expect((await cache.read(first, 0)).bytes.buffer).toBe(before)
})

it('leaves slices that are being sent alone, and then gives small pieces to each', async () => {
  const file = await open()
  const held = await Promise.all([0, mega, 2 * mega].map((position) => cache.read(file, position)))
  const other = await open('linbofs64')
  const [own, another] = await Promise.all([cache.read(other, 10), cache.read(other, 10)])
  expect(own.bytes.length).toBe(64 * 1024)
  expect(own.bytes.buffer).not.toBe(another.bytes.buffer)
  expect(Buffer.compare(own.bytes, content.subarray(10, 10 + 64 * 1024))).toBe(0)
  expect(cache.heldBytes).toBe(2.5 * mega)
  for (const slice of held) slice.release()
  expect((await cache.read(other, 10)).bytes.length).toBe(mega - 10)
})

it('shares nothing of a file that has only just changed', async () => {
  const { changedAt } = await open()
  const early = createSliceCache(3 * mega, createTestClock(changedAt + 1999))
  const slice = await early.read(await open(), 0)
  expect(slice.bytes.length).toBe(64 * 1024)
  expect(early.heldBytes).toBe(0)
  early.close()
})

it.each([
  [
    'written over',
    () =>
      writeFile(
        join(root, 'linbo64'),
        content.map((byte) => byte ^ 1),
      ),
  ],
  ['truncated', () => truncate(join(root, 'linbo64'), mega + 10)],
  ['touched', () => utimes(join(root, 'linbo64'), 1, 1)],
])('refuses a file that was %s after it was opened', async (_, change) => {
  const file = await open()
  ;(await cache.read(file, 0)).release()
  await change()
  await expect(cache.read(file, mega)).rejects.toThrow('changed meanwhile')
  await expect(cache.read(file, 2 * mega)).rejects.toThrow('changed meanwhile')
  expect(cache.heldBytes).toBe(mega)
  const fresh = await open()
  expect(fresh.version).not.toBe(file.version)
})

it('lets go of what nobody has asked for in half a minute', async () => {
  const file = await open()
  const sending = await cache.read(file, 0)
  ;(await cache.read(file, mega)).release()
  clock.advance(30_000)
  expect(cache.heldBytes).toBe(mega)
  sending.release()
  clock.advance(30_000)
  expect(cache.heldBytes).toBe(0)
})
