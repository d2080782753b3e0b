import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { run } from '../run.ts'
import { type Handler, startTestServer, type TestServer, testIo } from '../testing.ts'

let folder: string
let server: TestServer | undefined
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'linbo-cli-iso-'))
})
afterEach(async () => {
  await server?.close()
  await rm(folder, { recursive: true })
})

const result = { key: 'k', set: null, missing: ['linbo-version'], sizeBytes: 9, isNew: true }
const good: Handler = ({ method }) =>
  method === 'GET'
    ? { text: 'the image' }
    : { text: `{"step":"making GRUB","percent":null}\n${JSON.stringify({ result })}\n` }

async function iso(handler: Handler, ...words: string[]) {
  server = await startTestServer(handler)
  const io = testIo({ LINBO_URL: server.url, LINBO_TOKEN: 'secret' })
  const code = await run(['boot', 'iso', '--output', join(folder, 'x.iso'), ...words], io)
  return { code, out: io.printed(), err: io.complained() }
}

describe('linbo boot iso', () => {
  it('fetches the image, and tells how far it is and what it is without', async () => {
    const { code, out, err } = await iso(good, '--group', 'lab')
    expect(code).toBe(0)
    expect(await readFile(join(folder, 'x.iso'), 'utf8')).toBe('the image')
    expect(server?.requests).toEqual([
      'POST /boot-files/iso?group=lab',
      'GET /boot-files/iso?group=lab',
    ])
    expect(out).toContain('x.iso: 9 B')
    expect(err.split('\n')).toEqual([
      'making GRUB',
      'fetching the image',
      'without linbo-version, which is not on the server',
      '',
    ])
  })

  it('prints the image alone when the file is -', async () => {
    const { code, out, err } = await iso(good, '--output', '-')
    expect(code).toBe(0)
    expect(out).toBe('the image')
    expect(err).toContain('printed: 9 B')
    expect(await readdir(folder)).toEqual([])
  })

  it('prints JSON', async () => {
    const { out } = await iso(good, '--json')
    expect(JSON.parse(out)).toEqual({ ...result, file: join(folder, 'x.iso') })
  })

  it('leaves no half file behind when it cannot be made', async () => {
    const problem = { code: 'CHILD_MISSING', detail: 'no xorriso', fix: 'apt-get install xorriso' }
    const { code, err } = await iso(() => ({ text: `${JSON.stringify({ problem })}\n` }))
    expect(code).toBe(1)
    expect(err).toContain('apt-get install xorriso')
    expect(await readdir(folder)).toEqual([])
  })

  it('names the file that cannot be written', async () => {
    const { code, err } = await iso(good, '--output', join(folder, 'none', 'x.iso'))
    expect(code).toBe(1)
    expect(err).toContain(join(folder, 'none', 'x.iso'))
  })
})
