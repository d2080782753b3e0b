import { Readable } from 'node:stream'
import { afterEach, describe, expect, it } from 'vitest'
import { run } from '../run.ts'
import { type Handler, startTestServer, type TestServer, testIo } from '../testing.ts'

let server: TestServer | undefined
afterEach(async () => {
  await server?.close()
  server = undefined
})

async function linbo(words: string[], handler: Handler, more: object = {}) {
  server = await startTestServer(handler)
  const io = Object.assign(testIo({ LINBO_URL: server.url, LINBO_TOKEN: 'x' }), more)
  const code = await run(words, io)
  return { code, out: io.printed(), err: io.complained(), requests: server.requests }
}

const result = {
  ...{ set: '20261121-1', before: null, version: '7.4.11-0', kernelVersion: '7.0', ms: 512 },
  ...{ overlay: ['password hash'], warnings: ['firmware: x is not on this server.'] },
  sizeBytes: 100_000_000,
}
const lines = (...some: object[]) => some.map((line) => `${JSON.stringify(line)}\n`).join('')

describe('linbo boot build', () => {
  it('tells each step, what was built and what is missing', async () => {
    const text = lines({ step: 'writing linbofs64', percent: null }, { result })
    const done = await linbo(['boot', 'build'], () => ({ text }))
    expect(done.code).toBe(0)
    expect(done.requests).toEqual(['POST /boot-files/build?grub=needed'])
    expect(done.out).toContain('machines get boot set 20261121-1 now, built from LINBO 7.4.11-0')
    expect(done.out).toContain('in 512 ms, with password hash')
    expect(done.err).toContain('writing linbofs64')
    expect(done.err).toContain('x is not on this server')
  })

  it('makes GRUB’s tree anew when asked to, and speaks JSON', async () => {
    const done = await linbo(['boot', 'build', '--grub', '--json'], () => ({
      text: lines({ result }),
    }))
    expect(done.requests).toEqual(['POST /boot-files/build?grub=always'])
    expect(JSON.parse(done.out)).toEqual(result)
  })

  it('fails with the problem and what to do', async () => {
    const problem = { code: 'LINBOFS_NO_BASE', detail: 'there is no LINBO', fix: 'Import it.' }
    const done = await linbo(['boot', 'build'], () => ({ text: lines({ problem }) }))
    expect(done).toMatchObject({
      code: 1,
      err: expect.stringContaining('there is no LINBO\n  → Import it.'),
    })
  })
})

describe('linbo config set-password', () => {
  const changed: Handler = ({ body }) => ({
    json: {
      isSet: true,
      set: JSON.parse(body).password === 'Muster-1' ? 's1' : null,
      problem: null,
    },
  })
  const ask = (...answers: string[]) => ({ ask: async () => answers.shift() ?? '' })

  it('asks twice and never shows it', async () => {
    const done = await linbo(['config', 'set-password'], changed, ask('Muster-1', 'Muster-1'))
    expect(done).toMatchObject({ code: 0, requests: ['PUT /settings/linbo-password'] })
    expect(done.out).toContain('boot set s1')
    expect(done.out + done.err).not.toContain('Muster-1')
  })

  it('sends nothing when the two differ', async () => {
    const done = await linbo(['config', 'set-password'], changed, ask('Muster-1', 'Muster-2'))
    expect(done).toMatchObject({ code: 2, requests: [] })
  })

  it('reads it from standard input, without its line end', async () => {
    const from = (text: string) => ({
      input: Readable.from(text === '' ? [] : [Buffer.from(text)]),
    })
    const done = await linbo(['config', 'set-password'], changed, from('Muster-1\r\n'))
    expect(done).toMatchObject({ code: 0, out: expect.stringContaining('boot set s1') })
    await server?.close()
    const none = await linbo(['config', 'set-password'], changed, from(''))
    expect(none).toMatchObject({ code: 2, requests: [] })
  })

  it('says so when clients do not know it yet', async () => {
    const problem = { code: 'LINBOFS_NO_BASE', detail: 'nothing to build from', fix: 'Import it.' }
    const answer: Handler = () => ({ json: { isSet: true, set: null, problem } })
    const done = await linbo(['config', 'set-password'], answer, ask('Muster-1', 'Muster-1'))
    expect(done).toMatchObject({
      code: 1,
      err: expect.stringMatching(/nothing to build from\n.*Import/),
    })
  })
})

describe('linbo boot firmware', () => {
  const items = [
    { name: 'a.fw', hosts: ['pc1', 'pc2', 'pc3', 'pc4'], configured: false, found: true },
    { name: 'b.fw', hosts: [], configured: true, found: false },
    { name: 'c.fw', hosts: ['pc1'], configured: false, found: false },
  ]
  let put: unknown
  const handler: Handler = ({ method, body }) => {
    if (method === 'PUT') put = JSON.parse(body)
    return { json: { items, next: null } }
  }

  it('lists without changing anything', async () => {
    const done = await linbo(['boot', 'firmware'], handler)
    expect(done).toMatchObject({ code: 0, requests: ['GET /boot-files/firmware'] })
    expect(done.out).toMatch(/a\.fw +no +present +4 hosts/)
    expect(done.out).toMatch(/b\.fw +yes +missing/)
  })

  it('adds what is missed and here, what is named, and takes out', async () => {
    await linbo(
      ['boot', 'firmware', '--missing', '--add', 'd.fw,e.fw', '--remove', 'b.fw'],
      handler,
    )
    expect(put).toEqual({ names: ['d.fw', 'e.fw', 'a.fw'] })
  })
})
