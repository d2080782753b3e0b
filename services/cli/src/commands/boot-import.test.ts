import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listenTcp } from '@linbo/runtime'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ExitCode } from '../exit-code.ts'
import { run } from '../run.ts'
import { type Handler, startTestServer, testIo } from '../testing.ts'

const sha256 = 'ab'.repeat(32)
const id = 'linuxmuster-linbo7_7.4.11-0'
const verification = {
  md5sums: 'missing',
  sha256: 'matched',
  signature: { status: 'good', signer: 'Example', fingerprint: 'FFEE' },
}
const imported = {
  package: { id, version: '7.4.11-0', sha256, verification, isActive: false },
  isNew: true,
  activation: null,
}
const activation = {
  package: id,
  set: 'set-2',
  written: [],
  kept: ['icons/a.svg'],
  warnings: ['beware'],
}
const answer = (...lines: object[]) => ({
  text: lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
})

function put(name: string, content: string | Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), 'linbo-import-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

async function linbo(handler: Handler, ...argv: string[]) {
  const server = await startTestServer(handler)
  const io = testIo({ LINBO_URL: server.url, LINBO_TOKEN: 't' })
  try {
    const code = await run(['boot', ...argv], io)
    return { code, out: io.printed(), err: io.complained(), requests: server.requests }
  } finally {
    await server.close()
  }
}

describe('linbo boot import', () => {
  it('sends the files as they are, and says what was verified', async () => {
    const bodies: string[] = []
    const files = [put('one.deb', 'first'), put('two.deb', 'x'.repeat(500_000))]
    const { code, out, err, requests } = await linbo(
      ({ body }) => {
        bodies.push(body)
        return answer(
          { step: 'unpack', percent: 3 },
          { step: 'unpack', percent: 90 },
          { result: imported },
        )
      },
      'import',
      ...files,
    )
    expect([code, err]).toEqual([ExitCode.good, 'send one.deb\nunpack\nsend two.deb\nunpack\n'])
    expect(bodies).toEqual(['first', 'x'.repeat(500_000)])
    expect(requests).toEqual(Array(2).fill('POST /boot-packages?activate=false&replace=false'))
    expect(out).toContain(`${id} imported, sha256 ${sha256}`)
    expect(out).toContain('signed by Example, key FFEE')
    expect(out).toContain('linbo boot activate 7.4.11-0')
  })

  it('hands on what to verify and to do', async () => {
    const { out, err, requests } = await linbo(
      () => answer({ result: { ...imported, activation } }),
      ...['import', put('one.deb', ''), '--sha256', sha256, '--activate'],
      ...['--signature', put('one.deb.sig', 'signed')],
    )
    expect(requests).toEqual([`POST /boot-packages?activate=true&replace=false&sha256=${sha256}`])
    expect(out).toContain(`machines get ${id} now, boot set set-2`)
    expect(err).toContain('beware')
    expect(err).toMatch(/icons\/a\.svg\n.*--replace/)
  })

  it('gives the answers as JSON', async () => {
    const { out } = await linbo(
      () => answer({ result: imported }),
      'import',
      '--json',
      put('a.deb', 'x'),
    )
    expect(JSON.parse(out)).toEqual([imported])
  })

  it('ends with the problem and its fix', async () => {
    const problem = { code: 'PACKAGE_BROKEN', detail: 'it is cut off', fix: 'Download it again.' }
    const { code, err } = await linbo(() => answer({ problem }), 'import', put('one.deb', 'x'))
    expect([code, err]).toEqual([
      ExitCode.failed,
      'send one.deb\nlinbo: it is cut off\n  → Download it again.\n',
    ])
  })

  it('takes one checksum for one file only, and needs a file', async () => {
    const files = [put('one.deb', 'x'), put('two.deb', 'x')]
    const nobody = () => ({ status: 500 })
    expect((await linbo(nobody, 'import', ...files, '--sha256', sha256)).code).toBe(ExitCode.usage)
    expect((await linbo(nobody, 'import')).code).toBe(ExitCode.usage)
    const missing = await linbo(nobody, 'import', '/nonexistent.deb')
    expect([missing.code, missing.err]).toEqual([
      ExitCode.failed,
      'linbo: cannot read /nonexistent.deb\n  → Check the name.\n',
    ])
  })

  it('reads the answer of a server that refuses before it has everything', async () => {
    const server = createServer((_request, response) => {
      response.writeHead(413, { 'content-type': 'application/problem+json' })
      response.end(JSON.stringify({ code: 'PACKAGE_TOO_LARGE', detail: 'too large', fix: 'Less.' }))
    })
    const port = await listenTcp(server, { port: 0, address: '127.0.0.1', purpose: 'test API' })
    onTestFinished(() => void server.close().closeAllConnections())
    const io = testIo({ LINBO_URL: `http://127.0.0.1:${port}`, LINBO_TOKEN: 't' })
    const code = await run(['boot', 'import', put('a.deb', Buffer.alloc(3_000_000))], io)
    expect([code, io.complained()]).toEqual([
      ExitCode.failed,
      expect.stringContaining('linbo: too large\n  → Less.\n'),
    ])
  })

  it('says so when no server answers', async () => {
    const io = testIo({ LINBO_URL: 'http://127.0.0.1:1' })
    expect(await run(['boot', 'import', put('a.deb', 'x')], io)).toBe(ExitCode.unreachable)
    expect(io.complained()).toContain('no LINBO server answers')
  })
})

describe('linbo boot', () => {
  const set = (name: string, more: object = {}) => ({
    id: name,
    problem: null,
    isCurrent: false,
    ...more,
  })
  const sets = [
    set('set-3'),
    set('set-2', { isCurrent: true }),
    set('set-x', { problem: 'gone' }),
    set('set-1'),
  ]

  it('activates a version and tells what it changed', async () => {
    const { out, requests } = await linbo(
      () => answer({ step: 'writing', percent: null }, { result: activation }),
      ...['activate', '7.4.11-0', '--replace'],
    )
    expect(requests).toEqual(['POST /boot-packages/7.4.11-0/activate?replace=true'])
    expect(out).toContain('boot set set-2')
  })

  it('removes a version', async () => {
    const { out, requests } = await linbo(() => ({ status: 204 }), 'remove', '1:7.4')
    expect([out, requests]).toEqual(['1:7.4 removed\n', ['DELETE /boot-packages/1%3A7.4']])
  })

  it('goes back to the set before, or to the one that is named', async () => {
    const handler: Handler = ({ method }) =>
      method === 'GET' ? { json: { items: sets, next: null } } : { json: {} }
    expect((await linbo(handler, 'rollback')).out).toBe('machines get boot set set-1 now\n')
    const named = await linbo(handler, 'rollback', 'set-3')
    expect(named.requests).toEqual(['POST /boot-sets/set-3/activate'])
    const none = await linbo(() => ({ json: { items: sets.slice(0, 2), next: null } }), 'rollback')
    expect([none.code, none.err]).toEqual([
      ExitCode.failed,
      expect.stringContaining('no earlier boot set'),
    ])
  })

  it('lists packages, sets and files in one picture', async () => {
    const at = '2026-01-05T08:00:00.000Z'
    const items: Record<string, object[]> = {
      '/boot-packages': [
        {
          ...{ id, name: 'linuxmuster-linbo7', version: '7.4.11-0', kernelVersion: '7.0.10-1' },
          ...{ sha256, sizeBytes: 150_000_000, importedAt: at, verification, isActive: true },
        },
      ],
      '/boot-sets': [
        {
          id: 'set-2',
          version: '7.4.11-0',
          sizeBytes: 90_000_000,
          madeAt: at,
          by: 'admin',
          problem: null,
          isCurrent: true,
        },
      ],
      '/boot-files': [
        {
          path: 'linbo64',
          present: false,
          required: true,
          sizeBytes: null,
          modifiedAt: null,
          fix: 'Run: linbo boot import',
        },
      ],
    }
    const handler: Handler = ({ path }) => ({ json: { items: items[path], next: null } })
    const { code, out } = await linbo(handler, 'list')
    expect(code).toBe(ExitCode.failed)
    expect(out).toMatch(
      /linuxmuster-linbo7 +7\.4\.11-0 +7\.0\.10-1 +150\.0 MB .* sha256, signature +active/,
    )
    expect(out).toMatch(/set-2 +7\.4\.11-0 +90\.0 MB .* admin +active/)
    expect(out).toMatch(/linbo64 +missing\nlinbo64\n {2}→ Run: linbo boot import/)
    const json = JSON.parse((await linbo(handler, 'list', '--json')).out)
    expect(json).toEqual({
      packages: items['/boot-packages'],
      sets: items['/boot-sets'],
      files: items['/boot-files'],
    })
  })
})
