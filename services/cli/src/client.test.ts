import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BusEvent } from '@linbo/bus'
import { afterEach, describe, expect, it } from 'vitest'
import { createClient } from './client.ts'
import { type Handler, startTestServer, type TestServer, testIo } from './testing.ts'

let server: TestServer
afterEach(() => server?.close())

async function clientWith(handler: Handler, env: Record<string, string> = {}) {
  server = await startTestServer(handler)
  return createClient(testIo({ LINBO_URL: `${server.url}/`, ...env }))
}

const event = (id: number) => ({ id, at: '', type: 'service.health' }) as unknown as BusEvent

describe('the client', () => {
  it('signs in with LINBO_TOKEN', async () => {
    const client = await clientWith(({ token }) => ({ json: token }), { LINBO_TOKEN: 'abc' })
    expect(await client.request('GET', '/status')).toBe('Bearer abc')
  })

  it('signs in with the admin-token file on this machine, and sends it nowhere else', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'linbo-cli-'))
    await writeFile(join(dir, 'admin-token'), 'filed\n')
    const client = await clientWith(({ token }) => ({ json: token }), { LINBO_DATA_DIR: dir })
    expect(await client.request('GET', '/status')).toBe('Bearer filed')
    const { findServer } = await import('./server-access.ts')
    const afar = findServer(testIo({ LINBO_DATA_DIR: dir, LINBO_URL: 'http://10.0.0.1:8080' }))
    expect(afar.token).toBeUndefined()
    await rm(dir, { recursive: true })
  })

  it('refuses an address that is none', () => {
    const make = () => createClient(testIo({ LINBO_URL: 'linbo.school:8080' }))
    expect(make).toThrow(expect.objectContaining({ code: 'USAGE' }))
  })

  it('turns a problem document into an error with code and fix', async () => {
    const json = { code: 'HOST_UNKNOWN', title: 'No such host', detail: 'no pc9', fix: 'Add it.' }
    const client = await clientWith(() => ({ status: 404, json }))
    await expect(client.request('GET', '/hosts/pc9')).rejects.toMatchObject({
      code: 'HOST_UNKNOWN',
      message: 'no pc9',
      fix: 'Add it.',
    })
  })

  it('copes with an error page that is no problem document', async () => {
    const client = await clientWith(() => ({ status: 502, text: '<html>' }))
    await expect(client.request('GET', '/')).rejects.toMatchObject({
      code: 'SERVER_ERROR',
      message: 'the server answered 502',
    })
  })

  it('tells a wrong token from a missing one', async () => {
    const refuse = () => ({ status: 401, json: {} })
    const wrong = await clientWith(refuse, { LINBO_TOKEN: 'x' })
    await expect(wrong.request('GET', '/')).rejects.toThrow('does not accept our token')
    await server.close()
    const none = await clientWith(refuse)
    await expect(none.request('GET', '/')).rejects.toThrow('no token')
  })

  it('says that no server answers', async () => {
    const client = createClient(testIo({ LINBO_URL: 'http://127.0.0.1:1' }))
    await expect(client.text('GET', '/')).rejects.toMatchObject({ code: 'SERVER_UNREACHABLE' })
  })

  it('reads every page of a listing', async () => {
    const pages: Record<string, unknown> = {
      '/hosts?room=a': { items: [1, 2], next: 'x y' },
      '/hosts?room=a&cursor=x%20y': { items: [3], next: null },
    }
    const client = await clientWith(({ path }) => ({ json: pages[path] }))
    expect(await client.all('/hosts?room=a')).toEqual([1, 2, 3])
  })

  it('follows events, and goes on after the last one when the connection breaks', async () => {
    const client = await clientWith(() => ({}))
    const abort = new AbortController()
    const seen: number[] = []
    let gaps = 0
    const following = client.events({
      since: 4,
      signal: abort.signal,
      onEvent: ({ id }) => seen.push(id),
      onGap: () => gaps++,
    })
    await expect.poll(() => server.sockets).toEqual(['/api/v1/events?since=4'])
    server.send({ type: 'stream.gap' })
    server.send(event(7))
    await expect.poll(() => seen).toEqual([7])
    expect(gaps).toBe(1)
    server.dropSockets()
    await expect.poll(() => server.sockets.at(-1)).toBe('/api/v1/events?since=7')
    server.send(event(8))
    await expect.poll(() => seen).toEqual([7, 8])
    abort.abort()
    await following
  })
})
