import { randomBytes } from 'node:crypto'
import { truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { type Database, openDatabase } from '@linbo/db'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openClient, startServer } from './server-fixture.ts'

let database: Database
beforeAll(async () => {
  database = await openDatabase({ url: undefined, dataDir: 'memory' })
})
afterAll(() => database.close())

const start = (options: Omit<Parameters<typeof startServer>[0], 'db'> = {}) =>
  startServer({ db: database.db, ...options })

describe('the TFTP server', () => {
  it.each([0, 1, 511, 512, 513, 1024, 200_000])('delivers a file of %i bytes', async (size) => {
    const content = randomBytes(size)
    await using server = await start({ files: { linbofs64: content } })
    await using client = await openClient(server.port)
    expect((await client.read('/linbofs64')).equals(content)).toBe(true)
    const options = { blksize: '1428', tsize: '0' }
    expect((await client.read('linbofs64', options)).equals(content)).toBe(true)
  })

  it('rolls over to block 0 after 65,535 blocks', async () => {
    const content = randomBytes(8 * 65_537 + 3)
    await using server = await start({ files: { big: content } })
    await using client = await openClient(server.port)
    const read = await client.read('big', { blksize: '8', windowsize: '16' })
    expect(read.equals(content)).toBe(true)
  })

  it('answers options as agreed, from a port of its own', async () => {
    await using server = await start({ files: { a: 'x'.repeat(5000) } })
    await using client = await openClient(server.port)
    const options = { tsize: '0', blksize: '1468', windowsize: '2', utimeout: '1' }
    const { packet, port } = await client.ask('a', options)
    expect(port).not.toBe(server.port)
    const granted = { tsize: '5000', blksize: '1468', windowsize: '2' }
    expect(packet).toEqual({ op: 'oack', options: new Map(Object.entries(granted)) })
    await client.send({ op: 'ack', block: 0 }, port)
    for (const block of [1, 2]) {
      expect((await client.next()).packet).toMatchObject({ op: 'data', block })
    }
  })

  it('says quickly that a file is missing', async () => {
    await using server = await start()
    await using client = await openClient(server.port)
    const { packet, port } = await client.ask('/boot/grub/grub.cfg-0A141E33')
    expect(packet).toEqual({ op: 'error', code: 1, message: 'file not found' })
    expect(port).not.toBe(server.port)
  })

  it('delivers network text with its line ends', async () => {
    const text = 'one\r\ntwo\n'.repeat(300)
    await using server = await start({ files: { 'start.conf.pc': text } })
    await using client = await openClient(server.port)
    const read = await client.read('start.conf.pc', {}, 'NetASCII')
    expect(read.toString()).toBe('one\r\0\r\ntwo\r\n'.repeat(300))
  })

  it.each([
    ['a write request', { op: 'wrq', file: 'a', mode: 'octet', options: new Map() }, 2],
    ['mode mail', { op: 'rrq', file: 'a', mode: 'mail', options: new Map() }, 4],
    ['a way up', { op: 'rrq', file: '../a', mode: 'octet', options: new Map() }, 2],
    ['an unknown opcode', Uint8Array.from([0, 9, 0, 0]), 4],
    ['a request without end', Uint8Array.from([0, 1, 65, 66]), 4],
  ] as const)('refuses %s', async (_, packet, code) => {
    await using server = await start({ files: { a: 'x' } })
    await using client = await openClient(server.port)
    await client.send(packet)
    expect((await client.next()).packet).toMatchObject({ op: 'error', code })
  })

  it('answers a stranger with error 5 and goes on with its client', async () => {
    const content = randomBytes(1000)
    await using server = await start({ files: { a: content } })
    await using client = await openClient(server.port)
    await using stranger = await openClient(server.port)
    const first = await client.ask('a')
    await stranger.send({ op: 'ack', block: 1 }, first.port)
    expect((await stranger.next()).packet).toMatchObject({ op: 'error', code: 5 })
    await stranger.send({ op: 'error', code: 0, message: 'stop' }, first.port)
    await client.send({ op: 'ack', block: 1 }, first.port)
    await client.block(2)
    expect(stranger.arrived).toEqual([])
  })

  it('starts one transfer for a repeated request, another for another wish', async () => {
    await using server = await start({ files: { a: 'A'.repeat(600), b: 'B' } })
    await using client = await openClient(server.port)
    const first = await client.ask('a')
    await client.send({ op: 'rrq', file: 'a', mode: 'octet', options: new Map() })
    const second = await client.ask('b')
    expect(second.packet).toMatchObject({ block: 1, data: Buffer.from('B') })
    expect(second.port).not.toBe(first.port)
    expect(client.arrived).toEqual([])
  })

  it('repeats what the client does not acknowledge, and gives its place up in the end', async () => {
    const settings = { LINBO_TFTP_TIMEOUT_MS: '50', LINBO_TFTP_RETRIES: '2' }
    await using server = await start({ files: { a: 'A' }, settings })
    await using client = await openClient(server.port)
    await client.ask('a')
    for (let i = 0; i < 2; i++) expect((await client.next()).packet).toMatchObject({ block: 1 })
    const { result } = await server.event('transfer.finished')
    expect(result).toBe('failed')
    await vi.waitFor(() => expect(server.service.health().facts?.transfers).toBe(0))
  })

  it('survives random datagrams', async () => {
    await using server = await start({ files: { a: 'A' } })
    await using client = await openClient(server.port)
    let state = 20
    for (let i = 0; i < 500; i++) {
      state = (state * 1103515245 + 12345) & 0x7fffffff
      const bytes = randomBytes(state % 100)
      if (i % 2 && bytes.length > 1) bytes.writeUInt16BE((state >> 8) % 8)
      await client.send(bytes)
    }
    await using honest = await openClient(server.port)
    expect((await honest.read('a')).toString()).toBe('A')
  })

  it('serves a replaced file afresh and breaks off when one is cut short', async () => {
    await using server = await start({ files: { a: 'old', b: randomBytes(400_000) } })
    await using client = await openClient(server.port)
    expect((await client.read('a')).toString()).toBe('old')
    await server.write('a', 'newer')
    expect((await client.read('a')).toString()).toBe('newer')
    const first = await client.ask('b')
    await truncate(join(server.root, 'b'), 1000)
    let got = first
    for (let block = 1; got.packet.op === 'data'; block++) {
      await client.send({ op: 'ack', block }, first.port)
      got = await client.next()
    }
    const message = 'the file changed while it was being sent'
    expect(got.packet).toEqual({ op: 'error', code: 0, message })
  })

  it('answers from the address it was asked at', async () => {
    await using server = await start({
      files: { a: 'A' },
      settings: { LINBO_LISTEN: '0.0.0.0' },
    })
    await using client = await openClient(server.port, '127.77.0.5')
    expect((await client.ask('a')).address).toBe('127.0.0.1')
    expect((await client.ask('nothing')).address).toBe('127.0.0.1')
  })

  it('names the port that is taken', async () => {
    await using server = await start({ settings: { LINBO_LISTEN: '0.0.0.0' } })
    const settings = { LINBO_TFTP_PORT: `${server.port}`, LINBO_LISTEN: '0.0.0.0' }
    await expect(start({ settings })).rejects.toMatchObject({ code: 'UDP_PORT' })
  })

  it('tells clients that it stops, and leaves nothing open', async () => {
    const before = process.getActiveResourcesInfo().length
    const server = await start({ files: { a: 'A'.repeat(600) } })
    const client = await openClient(server.port)
    await client.ask('a')
    await server.service.stop()
    expect((await client.next()).packet).toMatchObject({ op: 'error', code: 0 })
    expect(server.service.health().state).toBe('stopped')
    await client[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
    expect(process.getActiveResourcesInfo().length).toBeLessThanOrEqual(before)
  })
})

describe('limits', () => {
  it('gives the place of a client that never answered to one that does', async () => {
    const settings = { LINBO_TFTP_TRANSFERS_PER_CLIENT: '10', LINBO_TFTP_TIMEOUT_MS: '100' }
    await using server = await start({ files: { a: randomBytes(3000) }, settings })
    await using client = await openClient(server.port)
    const first = await client.ask('a')
    await client.send({ op: 'ack', block: 1 }, first.port)
    await client.block(2)
    const silent = await Promise.all(Array.from({ length: 9 }, () => openClient(server.port)))
    await Promise.all(silent.map((one) => one.ask('a')))
    // The second copy of its first block tells that a client had its time.
    await Promise.all(silent.map((one) => one.next()))
    await using late = await openClient(server.port)
    expect((await late.read('a')).length).toBe(3000)
    await client.send({ op: 'ack', block: 2 }, first.port)
    await client.block(3)
    await Promise.all(silent.map((one) => one[Symbol.asyncDispose]()))
  })

  it('drops a request when every place is taken by somebody real', async () => {
    await using server = await start({
      files: { a: 'A'.repeat(600) },
      settings: { LINBO_TFTP_TRANSFERS: '1' },
    })
    await using client = await openClient(server.port)
    await using late = await openClient(server.port)
    const first = await client.ask('a')
    await client.send({ op: 'ack', block: 1 }, first.port)
    await client.next()
    await late.send({ op: 'rrq', file: 'a', mode: 'octet', options: new Map() })
    const refused = await late.ask('../x')
    expect(refused.packet).toMatchObject({ op: 'error', code: 2 })
    await client.send({ op: 'ack', block: 2 }, first.port)
    await server.event('transfer.finished')
    // The place is free a moment after the event: a client asks again, as one does whose request was dropped.
    await expect
      .poll(async () => {
        await late.send({ op: 'rrq', file: 'a', mode: 'octet', options: new Map() })
        return late.arrived.length
      })
      .toBeGreaterThan(0)
    expect((await late.next()).packet).toMatchObject({ op: 'data', block: 1 })
  })
})
