import { once } from 'node:events'
import { readdir, readlink, rename, truncate, writeFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import type { BusEvent } from '@linbo/bus'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { openTestApp, type TestApp } from '../test-app.ts'

let test: TestApp
let port: number
const sockets: Socket[] = []
/** More than a connection's buffers hold. */
const sizeBytes = 48 * 1024 * 1024
const old = Buffer.alloc(sizeBytes, 'old bytes ')
const fresh = Buffer.alloc(sizeBytes, 'NEW BYTES ')

beforeAll(async () => {
  test = await openTestApp()
  port = await test.listen()
})
afterAll(() => test.close())
beforeEach(async () => {
  await writeFile(join(test.root, 'linbofs64'), old)
  await writeFile(join(test.root, 'linbo64'), 'kernel')
  test.events.length = 0
})
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await expect.poll(() => openFiles()).toBe(0)
})

const head = (path: string, method = 'GET') =>
  `${method} /boot/${path} HTTP/1.1\r\nHost: linbo\r\n\r\n`

function open(bytes: string): Socket {
  const socket = connect(port, '127.0.0.1')
  sockets.push(socket)
  socket.on('error', () => {})
  socket.write(bytes)
  return socket
}

/** Everything until the other side closes. */
async function drain(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = []
  socket.on('data', (bytes) => chunks.push(bytes)).resume()
  await once(socket, 'close')
  return Buffer.concat(chunks)
}

const bodyOf = (answer: Buffer) => answer.subarray(answer.indexOf('\r\n\r\n') + 4)

/** How many boot files this process has open. */
async function openFiles(): Promise<number> {
  const links = await Promise.all(
    (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')),
  )
  return links.filter((link) => link.startsWith(`${test.root}/linbo`)).length
}

async function finished(): Promise<BusEvent<'transfer.finished'>> {
  const find = () => test.events.find((event) => event.type === 'transfer.finished')
  await expect.poll(find).toBeDefined()
  return find() as BusEvent<'transfer.finished'>
}

/** A client that has seen the beginning and reads no more for now. */
async function begin(): Promise<{ socket: Socket; first: Buffer }> {
  const socket = open(head('linbofs64').replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'))
  const [first] = (await once(socket, 'data')) as [Buffer]
  socket.pause()
  return { socket, first }
}

it('a machine that vanishes leaves nothing open, and the transfer is told as aborted', async () => {
  const { socket } = await begin()
  socket.destroy()
  expect(await finished()).toMatchObject({ result: 'aborted', reason: 'the machine hung up' })
  expect((await finished()).bytes).toBeLessThan(sizeBytes)
  expect(test.events.some((event) => event.type === 'boot.step')).toBe(false)
})

it.each([
  ['written over', () => writeFile(join(test.root, 'linbofs64'), fresh)],
  ['made shorter', () => truncate(join(test.root, 'linbofs64'), 1000)],
])('a file that is %s in between is broken off, never mixed', async (_, change) => {
  const { socket, first } = await begin()
  await change()
  const body = bodyOf(Buffer.concat([first, await drain(socket)]))
  expect(body.length).toBeLessThan(sizeBytes)
  expect(Buffer.compare(body, old.subarray(0, body.length))).toBe(0)
  expect(await finished()).toMatchObject({
    result: 'failed',
    reason: 'the file was changed meanwhile',
  })
})

it('a file that is replaced in between arrives whole, as it was', async () => {
  const { socket, first } = await begin()
  await writeFile(join(test.root, 'new'), fresh)
  await rename(join(test.root, 'new'), join(test.root, 'linbofs64'))
  const body = bodyOf(Buffer.concat([first, await drain(socket)]))
  expect(Buffer.compare(body, old)).toBe(0)
  const again = await fetch(`http://127.0.0.1:${port}/boot/linbofs64`)
  expect(Buffer.compare(Buffer.from(await again.arrayBuffer()), fresh)).toBe(0)
})

it('a machine that stops reading is given up', async () => {
  const impatient = await openTestApp({ stallMs: 100 })
  await writeFile(join(impatient.root, 'linbofs64'), old)
  const socket = connect(await impatient.listen(), '127.0.0.1').on('error', () => {})
  socket.write(head('linbofs64'))
  await once(socket, 'data')
  socket.pause()
  await expect
    .poll(() => impatient.events.slice(-2))
    .toMatchObject([
      { type: 'transfer.finished', result: 'failed', reason: 'the machine stopped reading' },
      { type: 'boot.step', step: 'initramfs', ok: false, cause: 'client-silent' },
    ])
  socket.destroy()
  await impatient.close()
})

it('GRUB takes a missing file for an empty one', async () => {
  const socket = open('')
  let heard = ''
  socket.on('data', (bytes) => {
    heard += bytes
  })
  socket.write(head('grub/none.cfg').replace('\r\n\r\n', '\r\nUser-Agent: GRUB 2.06\r\n\r\n'))
  await expect.poll(() => heard).toMatch(/\r\n\r\n$/)
  expect(heard).toMatch(
    /^HTTP\/1\.1 404 Not Found\r\n(?!Content-Length)[\s\S]*\r\nContent-Length: 0\r\n/,
  )
})

it('one connection asks for the size, then for one file after another, as UEFI and iPXE do', async () => {
  const socket = open('')
  let heard = ''
  socket.on('data', (bytes) => {
    heard += bytes
  })
  for (const [method, body] of [
    ['HEAD', ''],
    ['GET', 'kernel'],
    ['GET', 'kernel'],
  ] as const) {
    heard = ''
    socket.write(head('linbo64', method))
    await expect.poll(() => heard).toMatch(/\r\n\r\n/)
    await expect.poll(() => heard.endsWith(`\r\n\r\n${body}`)).toBe(true)
    expect(heard).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(heard).toMatch(body ? /\r\nContent-Length: 6\r\n/ : /\r\ncontent-length: 6\r\n/i)
    expect(heard).toMatch(/\r\nconnection: keep-alive\r\n/i)
  }
})

it('requests that come before the answer are answered in order', async () => {
  const last = head('linbo64').replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n')
  const all = await drain(open(head('linbo64') + head('linbofs64') + last))
  const text = all.toString('latin1')
  expect(text.match(/HTTP\/1\.1 200/g)).toHaveLength(3)
  expect(text.endsWith('\r\n\r\nkernel')).toBe(true)
  expect(all.length).toBeGreaterThan(sizeBytes)
})

it('many requests of a machine that vanishes before their turn leave nothing open', async () => {
  const socket = open(head('linbofs64').repeat(30))
  await once(socket, 'data')
  socket.pause()
  await expect.poll(() => openFiles()).toBeGreaterThan(1)
  socket.destroy()
})

it('HTTP/1.0 without a Host header is answered, and closed', async () => {
  const answer = await drain(open('GET /boot/linbo64 HTTP/1.0\r\n\r\n'))
  expect(String(answer)).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\nkernel$/)
})

it('survives whatever bytes come', async () => {
  const line = fc.constantFrom(
    'GET /boot/linbo64 HTTP/1.1\r\n',
    'GET http://other/boot/linbo64 HTTP/1.1\r\n',
    'GET /boot/%ff%00 HTTP/1.1\r\n',
    'GET /boot/../../etc/passwd HTTP/1.1\r\n',
    'HEAD * HTTP/1.1\r\n',
    'CONNECT x:1 HTTP/1.1\r\n',
    'Host: linbo\r\n',
    'Host: [::bad\r\n',
    'Range: bytes=5-2,-,0-\r\n',
    'Range: bytes=-99999999999999999999999\r\n',
    'If-None-Match: W/"\xff",,,*\r\n',
    'If-Range: \0\r\n',
    'Content-Length: 5\r\n',
    'Transfer-Encoding: chunked\r\n',
    'Connection: upgrade\r\nUpgrade: websocket\r\n',
    '\r\n',
    '\n',
  )
  const junk = fc.string({ unit: 'binary', maxLength: 40 })
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(line, junk), { maxLength: 8 }), async (parts) => {
      const socket = open('')
      socket.end(parts.join(''), 'latin1')
      expect(String(await drain(socket))).not.toContain('root:')
    }),
    { seed: 3, numRuns: 300 },
  )
  const answer = await fetch(`http://127.0.0.1:${port}/boot/linbo64`)
  expect(await answer.text()).toBe('kernel')
})
