import { parseHwinfo } from '@linbo/formats'
import { afterEach, describe, expect, it } from 'vitest'
import { run } from '../run.ts'
import { type Handler, startTestServer, type TestServer, testIo } from '../testing.ts'

let server: TestServer | undefined
afterEach(() => server?.close())

async function linbo(handler: Handler, ...words: string[]) {
  server = await startTestServer(handler)
  const io = testIo({ LINBO_URL: server.url, LINBO_TOKEN: 'secret' })
  return { code: await run(words, io), out: io.printed(), err: io.complained() }
}
const list = `01: None 00.0: 10105 BIOS
  Hardware Class: bios
  System Info: #1
    Product: "EduDesk"
`
const hardware = parseHwinfo(list)

describe('linbo host hardware', () => {
  it('shows parts, images, missing firmware and complaints', async () => {
    const { code, out } = await linbo(
      ({ path }) =>
        path.endsWith('/image-status')
          ? {
              json: {
                items: [
                  {
                    ...{ host: 'pc1', image: 'win.qcow2', kind: 'applied', version: '2026' },
                    ...{ clientTime: '2026-11-20T07:45', at: '', isCurrent: false },
                  },
                ],
              },
            }
          : {
              json: {
                ...{
                  hostname: 'pc1',
                  at: '2026-11-21T08:00:00Z',
                  hardware,
                  linboVersion: '7.4.11',
                },
                missingFirmware: [{ name: 'a.fw', at: '2026-11-21T08:00:00Z' }],
                errors: [{ time: null, text: 'Error: disk' }],
              },
            },
      ...['host', 'hardware', 'pc1'],
    )
    expect(code).toBe(0)
    expect(out).toMatch(/machine\s+EduDesk/)
    expect(out).toMatch(/win\.qcow2\s+applied\s+2026-11-20 07:45\s+2026\s+old/)
    expect(out).toContain('a.fw')
    expect(out).toContain('Error: disk')
  })
})

describe('linbo host log', () => {
  it('prints lines, without what would move a terminal', async () => {
    const lines = [{ number: 1, text: 'evil \u001b]0;x\u0007 line', time: null }]
    const words = ['host', 'log', 'pc1', '--search', 'evil', '--tail', '5']
    const { out } = await linbo(() => ({ json: { name: 'linbo.log', total: 1, lines } }), ...words)
    expect(out).toBe('evil ]0;x line\n')
    expect(server?.requests).toEqual(['GET /hosts/pc1/logs/linbo.log?tail=5&search=evil'])
  })

  it('looks through all hosts, and says when that was not all', async () => {
    const hits = [{ host: 'pc1', file: 'linbo.log', line: 7, text: 'Error: disk' }]
    const answer = { json: { hits, files: 9, searched: 3, isComplete: false } }
    const { code, out, err } = await linbo(() => answer, 'host', 'log', '--search', 'error')
    expect(code).toBe(0)
    expect(out).toBe('pc1:linbo.log:7: Error: disk\n')
    expect(err).toContain('3 of 9 files')
  })

  it.each([[['host', 'log']], [['host', 'log', 'pc1', '--tail', '0']]])(
    'explains itself after %j',
    async (words) => {
      expect((await linbo(() => ({}), ...words)).code).toBe(2)
    },
  )
})

describe('linbo inventory', () => {
  it('is a table, JSON, or a table for spreadsheets', async () => {
    const item = {
      hostname: 'pc1',
      room: 'r1',
      group: 'lab',
      mac: 'm',
      ip: null,
      at: null,
      hardware,
    }
    const answer: Handler = ({ path }) =>
      path.startsWith('/inventory/export')
        ? { text: 'hostname\r\npc1\r\n' }
        : { json: { items: [item], next: null } }
    expect((await linbo(answer, 'inventory')).out).toMatch(/pc1\s+r1\s+EduDesk/)
    const json = await linbo(answer, 'inventory', '--search', 'edu', '--json')
    expect(JSON.parse(json.out)).toEqual([item])
    expect((await linbo(answer, 'inventory', '--csv')).out).toBe('hostname\r\npc1\r\n')
  })
})

describe('unknown machines', () => {
  const machine = {
    ...{ mac: '52:54:00:00:02:01', ip: null, firmware: 'bios', boots: 3, hidden: false },
    ...{ firstAt: '2026-11-21T08:00:00Z', lastAt: '2026-11-21T08:00:00Z', registration: null },
    ...{ step: 'kernel', ok: false, detail: 'linbo64', hardware: null },
    boot: { id: 'b', state: 'stalled', verdict: { title: 'It is not registered' } },
  }

  it('are listed with what became of their boot, and hidden', async () => {
    const { out } = await linbo(
      () => ({ json: { items: [machine], next: null } }),
      'host',
      'unknown',
    )
    expect(out).toMatch(/52:54:00:00:02:01\s+bios\s+3 .*It is not registered/)
    const hidden = await linbo(() => ({ status: 204 }), 'host', 'unknown', '--hide', machine.mac)
    expect(hidden.out).toBe(`hidden ${machine.mac}\n`)
  })

  it('are adopted, or only proposed', async () => {
    const host = { hostname: 'pc02', ip: null, room: 'r1', group: 'lab' }
    const words = ['host', 'adopt', machine.mac, '--room', 'r1', '--ip', 'dhcp']
    const adopted = await linbo(({ body }) => ({ json: { ...host, body } }), ...words)
    expect(adopted.out).toBe(`adopted ${machine.mac} as pc02, DHCP, room r1, group lab\n`)
    const proposed = await linbo(() => ({ json: host }), ...words, '--dry-run')
    expect(proposed.out).toContain('would adopt')
    expect(server?.requests[0]).toMatch(/^GET .*\/proposal\?room=r1$/)
  })
})
