import { afterEach, describe, expect, it } from 'vitest'
import { linbo } from './commands/index.ts'
import { run } from './run.ts'
import { type Handler, startTestServer, type TestServer, testIo } from './testing.ts'

let server: TestServer | undefined
afterEach(() => server?.close())

async function linboWith(handler: Handler, ...words: string[]) {
  server = await startTestServer(handler)
  const io = testIo({ LINBO_URL: server.url, LINBO_TOKEN: 'secret' })
  return { code: await run(words, io), out: io.printed(), err: io.complained() }
}

async function bare(...words: string[]) {
  const io = testIo({ LINBO_URL: 'http://127.0.0.1:1' })
  return { code: await run(words, io), out: io.printed(), err: io.complained() }
}

const host = {
  hostname: 'pc1',
  mac: '52:54:00:00:00:01',
  ip: null,
  group: 'lab',
  room: 'r101',
  school: 'default-school',
  pxe: 1,
  role: '',
  comment: '',
  status: 'os',
  os: 'Windows',
  statusAt: null,
  boot: null,
}

describe('linbo', () => {
  it.each(Object.keys(linbo.subCommands as object))('%s has a help', async (name) => {
    const { code, out } = await bare(name, '--help')
    expect(code).toBe(0)
    expect(out).toContain(`linbo ${name}`)
    expect(out).toContain('--help')
  })

  it('lists what a command needs and takes in its help', async () => {
    const { out } = await bare('host', 'add', '--help')
    expect(out).toMatch(
      /linbo host add <hostname> --mac <mac> --group <group> --room <room> \[options\]/,
    )
    expect(out).toContain('--ip <ip>')
  })

  it.each([
    [[], 'Commands'],
    [['host'], 'forget-key'],
    [['hots'], 'no command "hots"'],
    [['host', 'lits'], 'list, show'],
    [['host', 'list', '--roo', 'x'], 'no option "--roo"'],
    [['host', 'list', '--room'], '--room needs a value'],
    [['host', 'show'], 'HOSTNAME'],
    [['host', 'show', 'a', 'b'], '"b" is one word too many'],
    [['host', 'add', 'pc1', '--mac', 'x'], '--group'],
    [['events', '--since', 'x'], '--since x'],
    [['simulate', '--hosts', '0'], '1 and 5000'],
    [['simulate', '--pace', '-1'], '-1'],
  ])('%j is a usage error', async (words, says) => {
    const { code, err, out } = await bare(...words)
    expect(code).toBe(2)
    expect(err).toContain(says)
    expect(out).toBe('')
  })

  it('says with exit code 3 that no server answers, and where it looked', async () => {
    const { code, err } = await bare('host', 'list')
    expect(code).toBe(3)
    expect(err).toMatch(/127\.0\.0\.1:1\n {2}→ .*npm start/)
  })

  it('prints a table, and JSON when asked', async () => {
    const page = () => ({ json: { items: [host], next: null } })
    const asTable = await linboWith(page, 'host', 'list', '--room', 'r101')
    expect(asTable.out).toMatch(/^HOST +STATUS.*\npc1 +os \(Windows\) +DHCP/)
    expect(server?.requests).toEqual(['GET /hosts?room=r101'])
    await server?.close()
    const asJson = await linboWith(page, 'host', 'list', '--json')
    expect(JSON.parse(asJson.out)).toEqual([host])
  })

  it("shows the server's words and its fix with exit code 1", async () => {
    const problem = { code: 'HOST_UNKNOWN', detail: 'there is no host pc9', fix: 'Add it.' }
    const done = await linboWith(() => ({ status: 404, json: problem }), 'host', 'show', 'pc9')
    expect(done).toEqual({ code: 1, out: '', err: 'linbo: there is no host pc9\n  → Add it.\n' })
  })

  it('checks a start.conf without a server', async () => {
    const { code, err } = await bare('group', 'check', '/nonexistent/start.conf')
    expect(code).toBe(1)
    expect(err).toContain('cannot read /nonexistent/start.conf')
  })

  it('shows the reason of every host of an operation', async () => {
    const hosts = [
      { hostname: 'pc1', phase: 'offline', text: '', reason: 'Not online, host skipped.' },
    ]
    const one = {
      id: 'op1',
      state: 'failed',
      commands: '',
      createdBy: 'admin',
      createdAt: null,
      hosts,
    }
    const done = await linboWith(() => ({ json: one }), 'operation', 'show', 'op1')
    expect(done.out).toMatch(/pc1 +offline +Not online, host skipped\./)
  })
})
