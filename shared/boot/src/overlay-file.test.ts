import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cpio, packCpio } from './cpio.ts'
import { initramfsBytes, overlayServer } from './overlay-file.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'linbo-overlay-'))
})
afterEach(() => rm(root, { recursive: true }))

/** As versions before boot sets wrote it. */
const formerOverlay = (server: string, baseBytes: number) =>
  Buffer.concat([
    Buffer.alloc(-baseBytes & 3),
    packCpio([
      cpio.folder('usr'),
      cpio.file('usr/share/linbo-server/base-size', `${baseBytes}\n`),
      cpio.file('usr/share/linbo-server/server', `${server}\n`),
    ]),
  ])

describe('the overlay of an older version', () => {
  it.each([4000, 4001, 4002, 4003, 100_000])('is found behind %i bytes', async (size) => {
    const path = join(root, 'linbofs64')
    await writeFile(path, Buffer.concat([Buffer.alloc(size, 7), formerOverlay('10.0.0.1', size)]))
    expect(await initramfsBytes(path)).toBe(size)
    expect(await overlayServer(root)).toBe('10.0.0.1')
  })

  it('is not there in a file without one, in an empty one, without a file', async () => {
    const path = join(root, 'linbofs64')
    expect(await initramfsBytes(path)).toBe(0)
    expect(await overlayServer(root)).toBeUndefined()
    await writeFile(path, Buffer.alloc(5000, 1))
    expect(await initramfsBytes(path)).toBe(5000)
    await writeFile(path, '')
    expect(await initramfsBytes(path)).toBe(0)
  })
})

it('the server of a boot set stands in its record', async () => {
  await mkdir(join(root, '.boot/a'), { recursive: true })
  await symlink('a', join(root, '.boot/current'))
  await writeFile(join(root, 'linbofs64'), formerOverlay('10.0.0.9', 0))
  const record = join(root, '.boot/a/set.json')
  await writeFile(record, '{"server":"10.0.0.1"}')
  expect(await overlayServer(root)).toBe('10.0.0.1')
  await writeFile(record, '{"server":null}')
  expect(await overlayServer(root)).toBeUndefined()
})
