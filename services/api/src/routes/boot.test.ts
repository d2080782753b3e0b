import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BusEvent } from '@linbo/bus'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { addTestHost, openTestApp, type TestApp } from '../test-app.ts'

let test: TestApp
let port: number
const kernel = Uint8Array.from({ length: 600_000 }, (_, index) => index % 251)

beforeAll(async () => {
  test = await openTestApp()
  port = await test.listen()
  await addTestHost(test, 1, { ip: '127.0.0.1' })
  await mkdir(join(test.root, 'images/ubuntu'), { recursive: true })
  await writeFile(join(test.root, 'linbo64'), kernel)
  await writeFile(join(test.root, 'linbofs64'), 'initramfs')
  await writeFile(join(test.root, 'boot/grub/x86_64-efi/core.efi'), 'core')
  await writeFile(join(test.root, 'start.conf.lab'), 'secret')
  await writeFile(join(test.root, 'linbocmd/pc1.cmd'), 'secret')
  await writeFile(join(test.root, 'images/ubuntu/ubuntu.qcow2'), 'secret')
  await writeFile(join(test.root, '../outside'), 'secret')
  await symlink('../../../outside', join(test.root, 'boot/grub/escape.cfg'))
})
afterAll(() => test.close())

beforeEach(() => {
  test.events.length = 0
})

/** What was told, but for the watch over the start.conf files. */
const heard = (): BusEvent[] => test.events.filter((event) => event.type !== 'start-conf.changed')

const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(`http://127.0.0.1:${port}/boot/${path}`, { method, headers })

/** The last of what was told, once that many more things were. */
const lastHeard = async (count: number) => {
  await expect.poll(() => heard().length).toBe(count)
  return heard().at(-1)
}

describe('a boot file', () => {
  it('comes whole, with what a later request needs', async () => {
    const answer = await get('linbo64')
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-length')).toBe('600000')
    expect(answer.headers.get('accept-ranges')).toBe('bytes')
    expect(answer.headers.get('etag')).toMatch(/^"[\w-]+"$/)
    expect(Date.parse(answer.headers.get('last-modified') ?? '')).toBeGreaterThan(0)
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(kernel)
    await lastHeard(4)
  })

  it('is told as a transfer and a step of the boot of this host', async () => {
    await (await get('linbo64')).arrayBuffer()
    const machine = { host: 'pc1', mac: '52:54:00:00:00:01', ip: '127.0.0.1' }
    await lastHeard(4)
    expect(heard()).toMatchObject([
      { type: 'host.seen', ...machine, by: 'http' },
      { type: 'transfer.started', ...machine, via: 'http', file: 'linbo64', sizeBytes: 600_000 },
      { type: 'transfer.finished', result: 'ok', bytes: 600_000 },
      { type: 'boot.step', ...machine, step: 'kernel', ok: true },
    ])
  })

  it.each([
    ['linbofs64', 'initramfs'],
    ['grub/grub.cfg', 'grub-config'],
    ['boot/grub/grub.cfg', 'grub-config'],
    ['grub/x86_64-efi/core.efi', 'boot-file'],
  ])('%s is the step %s', async (path, step) => {
    await (await get(path)).arrayBuffer()
    expect(await lastHeard(4)).toMatchObject({ type: 'boot.step', step })
  })

  it('comes in parts, of which only the last is a step', async () => {
    const first = await get('linbo64', { range: 'bytes=0-9' })
    expect(first.status).toBe(206)
    expect(first.headers.get('content-range')).toBe('bytes 0-9/600000')
    expect(new Uint8Array(await first.arrayBuffer())).toEqual(kernel.slice(0, 10))
    expect(await lastHeard(3)).toMatchObject({ type: 'transfer.finished', result: 'ok', bytes: 10 })
    const last = await get('linbo64', { range: 'bytes=599990-' })
    expect(new Uint8Array(await last.arrayBuffer())).toEqual(kernel.slice(-10))
    expect(await lastHeard(7)).toMatchObject({ type: 'boot.step', step: 'kernel' })
  })

  it('has no part beyond its end', async () => {
    const answer = await get('linbo64', { range: 'bytes=600000-' })
    expect(answer.status).toBe(416)
    expect(answer.headers.get('content-range')).toBe('bytes */600000')
    expect(heard()).toEqual([])
  })

  it('is not sent again when it has not changed', async () => {
    const etag = (await get('linbo64', {}, 'HEAD')).headers.get('etag') ?? ''
    expect((await get('linbo64', { 'if-none-match': etag })).status).toBe(304)
    expect(heard()).toEqual([])
  })

  it('shows its headers alone to HEAD', async () => {
    const answer = await get('linbo64', {}, 'HEAD')
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-length')).toBe('600000')
    expect(await answer.text()).toBe('')
    expect(heard()).toEqual([])
  })

  it('ignores a range with HEAD', async () => {
    const answer = await get('linbo64', { range: 'bytes=0-9' }, 'HEAD')
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-length')).toBe('600000')
  })

  it('is not sent when another version is meant', async () => {
    expect((await get('linbo64', { 'if-match': '"other"' })).status).toBe(412)
    expect(heard()).toEqual([])
  })

  it('has the headers every answer has', async () => {
    const answer = await get('linbo64')
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    await answer.arrayBuffer()
    await lastHeard(4)
  })
})

describe('what is no boot file', () => {
  it.each([
    'none',
    '',
    'start.conf.lab',
    'linbocmd/pc1.cmd',
    'images/ubuntu/ubuntu.qcow2',
    'grub/escape.cfg',
    '..%2foutside',
    'grub/..%2f..%2f..%2foutside',
    'grub/%252e%252e/%252e%252e/outside',
    '..%5coutside',
    '/etc/passwd',
    '%2fetc%2fpasswd',
    'linbo64%00.cfg',
    'grub/',
    '%',
    '%ff%fe',
  ])('is not there: "%s"', async (path) => {
    const answer = await get(path)
    expect(answer.status).toBe(404)
    const text = await answer.text()
    expect(text).not.toContain('secret')
    expect(text).not.toContain(test.root)
    expect(heard()).toEqual([])
  })

  it('is a failed step where a machine cannot boot without it', async () => {
    expect((await get('grub/i386-pc/core.0')).status).toBe(404)
    expect(await lastHeard(1)).toMatchObject({
      ...{ type: 'boot.step', step: 'boot-file', ok: false, cause: 'file-missing' },
      ...{ host: 'pc1', firmware: 'bios' },
    })
  })

  it('tells the MAC of a machine that nobody knows', async () => {
    await get('grub/grub.cfg-01-52-54-00-1b-0b-10')
    await (await get('grub/grub.cfg')).arrayBuffer()
    await lastHeard(4)
    expect(heard()[1]).toMatchObject({ mac: '52:54:00:1b:0b:10', host: null })
  })

  it.each(['../outside', '%2e%2e/outside'])('is not reached over "%s"', async (path) => {
    const answer = await get(path)
    expect(answer.ok).toBe(false)
    expect(await answer.text()).not.toContain('secret')
  })

  it('cannot be written', async () => {
    for (const method of ['PUT', 'POST', 'DELETE']) {
      expect((await get('linbo64', {}, method)).status).toBe(404)
    }
  })
})
