import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ImportResult } from '../resources.ts'
import { run } from '../run.ts'
import { type Handler, startTestServer, type TestServer, testIo } from '../testing.ts'

let server: TestServer | undefined
let directory: string
let file: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'linbo-cli-'))
  file = join(directory, 'devices.csv')
  await writeFile(file, 'a;b\n')
})
afterEach(async () => {
  await server?.close()
  await rm(directory, { recursive: true })
})

async function linboWith(handler: Handler, ...words: string[]) {
  server = await startTestServer(handler)
  const io = testIo({ LINBO_URL: server.url, LINBO_TOKEN: 'secret' })
  return { code: await run(words, io), out: io.printed(), err: io.complained() }
}

const nothing: ImportResult = {
  ...{ school: 'default-school', dryRun: false, added: [], changed: [], unchanged: 2 },
  ...{ removed: [], missing: [], notRemoved: null, refused: [], warnings: [] },
}
const problem = { line: 3, column: 4, name: 'mac', message: '"x" is no MAC', fix: 'Write it so.' }

describe('linbo host import', () => {
  it('shows what is added, changed and removed', async () => {
    const result: ImportResult = {
      ...{ ...nothing, dryRun: true, added: ['pc1'], removed: ['pc3'] },
      changed: [{ hostname: 'pc2', fields: { ip: ['10.0.0.2', null], room: ['r1', 'r2'] } }],
    }
    const { code, out, err } = await linboWith(
      () => ({ json: result }),
      ...['host', 'import', file, '--dry-run', '--remove', '--school', 'north', '--confirm', '7'],
    )
    expect(server?.requests).toEqual([
      'POST /hosts/import?school=north&dryRun=true&remove=true&confirm=7',
    ])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/added +pc1\n/)
    expect(out).toMatch(/changed +pc2 +ip 10\.0\.0\.2 → DHCP, room r1 → r2\n/)
    expect(out).toMatch(/removed +pc3\n/)
    expect(out).toContain('would be: 1 added, 1 changed, 1 removed, 2 unchanged, 0 refused\n')
  })

  it('names file, line and column of what is refused, with exit code 1', async () => {
    const result = { ...nothing, refused: [problem], warnings: [{ ...problem, line: 9 }] }
    const { code, out, err } = await linboWith(() => ({ json: result }), 'host', 'import', file)
    expect({ code, out }).toEqual({
      code: 1,
      out: '0 added, 0 changed, 0 removed, 2 unchanged, 1 refused\n',
    })
    expect(err).toBe(
      `${file}:3:4: mac: "x" is no MAC\n  → Write it so.\n` +
        `${file}:9:4: warning: mac: "x" is no MAC\n  → Write it so.\n`,
    )
  })

  it('says why nothing was removed, with exit code 1, and which hosts the file lacks', async () => {
    const refusal = { message: 'nothing goes', fix: 'Look.' }
    const blocked = { ...nothing, missing: ['pc9'], notRemoved: refusal }
    const first = await linboWith(() => ({ json: blocked }), 'host', 'import', file, '--remove')
    expect(first).toMatchObject({ code: 1, err: 'nothing goes\n  → Look.\n' })
    await server?.close()
    const lacking = { ...nothing, missing: ['pc9'] }
    const second = await linboWith(() => ({ json: lacking }), 'host', 'import', file)
    expect(second).toMatchObject({ code: 0, err: expect.stringContaining('1 hosts (pc9)') })
  })

  it('prints JSON', async () => {
    const { out } = await linboWith(() => ({ json: nothing }), 'host', 'import', file, '--json')
    expect(JSON.parse(out)).toEqual(nothing)
  })

  it('says that it cannot read the file', async () => {
    const { code, err } = await linboWith(() => ({}), 'host', 'import', `${file}.not`)
    expect(code).toBe(1)
    expect(err).toContain(`cannot read ${file}.not`)
  })
})

describe('linbo host export', () => {
  it('prints the file as it is', async () => {
    const text = '\ufeff# head\r\na;b'
    const { out } = await linboWith(() => ({ text }), 'host', 'export', '--school', 'north')
    expect(server?.requests).toEqual(['GET /hosts/export?school=north'])
    expect(out).toBe(text)
  })
})
