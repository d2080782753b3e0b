import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { addLogFacts, addMissingFirmware, saveHardware, saveImageUse } from '@linbo/db'
import { type Hardware, parseHwinfo, printImageInfo } from '@linbo/formats'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addTestHost, openTestApp, type TestApp } from '../test-app.ts'

let test: TestApp
let logs: string
const at = new Date('2026-11-21T08:00:00Z')
const list = `01: None 00.0: 10105 BIOS
  Hardware Class: bios
  System Info: #1
    Manufacturer: "=Maker, Inc."
    Product: "EduDesk"
    Serial: "SN123"

02: None 00.0: 10103 CPU
  Hardware Class: cpu
  Model: 6.1.2 "A Core"
`
const json = async <T>(path: string) => (await (await test.ask('GET', path)).json()) as T
interface Lines {
  total: number
  found: number
  lines: { number: number; text: string; time: string | null }[]
}

beforeAll(async () => {
  test = await openTestApp()
  logs = join(dirname(test.root), 'data', 'logs')
  await mkdir(join(logs, 'unknown'), { recursive: true })
  for (const number of [1, 2, 3]) await addTestHost(test, number)
  const { db } = test.deps
  await saveHardware(db, '52:54:00:00:00:01', parseHwinfo(list), at)
  const use = { hostname: 'pc1', kind: 'applied' as const, client_time: '202611210759', at }
  await saveImageUse(db, { ...use, image: 'win.qcow2', version: '202611010000' })
  await saveImageUse(db, { ...use, hostname: 'pc2', image: 'win.qcow2', version: '202610010000' })
  await saveImageUse(db, { ...use, image: 'gone.qcow2', version: null })
  await addLogFacts(db, 'pc1', {
    ...{ at, linboVersion: '7.4.11-0' },
    errors: [{ time: '20261121-075900', text: 'Error: x' }],
  })
  await addMissingFirmware(db, 'pc1', ['a.fw'], at)
  await mkdir(join(test.root, 'images/win'), { recursive: true })
  const info = { timestamp: '202611010000', image: 'win.qcow2', imageSizeBytes: 1 }
  await writeFile(join(test.root, 'images/win/win.qcow2.info'), printImageInfo(info))
  const log = [
    '### 20261121-075900 linbo_sync 1 ###',
    'Syncing \u001b[31mred\u001b[0m\u0007',
    '### 20261121-080000 linbo_wrapper linbo:old-secret ###',
    'Error: disk',
    '',
  ]
  await writeFile(join(logs, 'pc1_linbo.log'), log.join('\n'))
  await writeFile(join(logs, 'pc1_hwinfo.gz'), gzipSync(list))
  await writeFile(join(logs, 'pc2_linbo.log'), 'an ERROR here\r\nnothing\nerror again\n')
  await writeFile(join(logs, 'pc3_image.status'), 'fine\n')
  await writeFile(join(logs, 'unknown', '52-54-00-00-02-01_linbo.log'), 'stranger error\n')
  await symlink('/etc/passwd', join(logs, 'pc2_passwd.log'))
})
afterAll(() => test.close())

describe('a host', () => {
  it('tells what it is made of and what its logs complain about', async () => {
    expect(await json('/api/v1/hosts/PC1/hardware')).toMatchObject({
      hostname: 'pc1',
      hardware: { system: { product: 'EduDesk' }, cpu: { model: 'A Core', threads: 1 } },
      linboVersion: '7.4.11-0',
      missingFirmware: [{ name: 'a.fw' }],
      errors: [{ time: '2026-11-21T07:59:00', text: 'Error: x' }],
    })
    expect(await json('/api/v1/hosts/pc3/hardware')).toMatchObject({ hardware: null, at: null })
    expect((await test.ask('GET', '/api/v1/hosts/nobody/hardware')).status).toBe(404)
  })

  it('tells which image it has, and whether that is the current one', async () => {
    expect(await json('/api/v1/hosts/pc1/image-status')).toMatchObject({
      items: [
        { image: 'gone.qcow2', isCurrent: null },
        { image: 'win.qcow2', isCurrent: true, clientTime: '2026-11-21T07:59' },
      ],
    })
    const { items } = await json<{ items: object[] }>('/api/v1/image-status?image=win.qcow2')
    expect(items).toMatchObject([
      { host: 'pc1', isCurrent: true },
      { host: 'pc2', isCurrent: false },
    ])
  })

  it('has its files, and their lines with number and time, without passwords', async () => {
    const { items } = await json<{ items: { name: string }[] }>('/api/v1/hosts/pc1/logs')
    expect(items.map((one) => one.name).sort()).toEqual(['hwinfo.gz', 'linbo.log'])
    const whole = await json<Lines>('/api/v1/hosts/pc1/logs/linbo.log')
    expect(whole).toMatchObject({ total: 4, found: 4 })
    expect(whole.lines[1]).toEqual({ number: 2, text: 'Syncing red', time: '2026-11-21T07:59:00' })
    expect(whole.lines[2]?.text).toContain('linbo:***')
    expect(whole.lines[3]).toMatchObject({ time: '2026-11-21T08:00:00' })
    const hardware = await json<Lines>('/api/v1/hosts/pc1/logs/hwinfo.gz?search=edudesk')
    expect(hardware).toMatchObject({ found: 1, lines: [{ text: '    Product: "EduDesk"' }] })
  })

  it('shows the part of a log that is asked for', async () => {
    const numbers = async (query: string) =>
      (await json<Lines>(`/api/v1/hosts/pc2/logs/linbo.log?${query}`)).lines.map(
        (one) => one.number,
      )
    expect(await numbers('tail=1')).toEqual([3])
    expect(await numbers('search=Error')).toEqual([1, 3])
    expect(await numbers('search=error&after=1')).toEqual([3])
    expect(await numbers('after=3')).toEqual([])
  })

  it.each(['..%2f..%2fsecret', 'passwd.log', 'nothing.log', '.hidden', '..', 'linbo.log%00'])(
    'has no file %s',
    async (name) => {
      expect((await test.ask('GET', `/api/v1/hosts/pc2/logs/${name}`)).status).not.toBe(200)
    },
  )

  it('shows nothing to those who are not signed in', async () => {
    for (const path of [
      'hosts/pc1/logs/linbo.log',
      'logs?search=error',
      'inventory',
      'registrations',
    ])
      expect((await test.askBare(`/api/v1/${path}`)).status).toBe(401)
  })
})

describe('a machine that is no host', () => {
  it('has its files too', async () => {
    const path = '/api/v1/unknown-machines/52:54:00:00:02:01/logs'
    expect(await json(path)).toMatchObject({ items: [{ name: 'linbo.log' }] })
    expect(await json(`${path}/linbo.log`)).toMatchObject({ lines: [{ text: 'stranger error' }] })
    expect((await test.ask('GET', '/api/v1/unknown-machines/x/logs')).status).toBe(404)
  })
})

describe('all hosts', () => {
  it('are searched for a text, whatever case it has', async () => {
    const found = await json<{ hits: { host: string; line: number; text: string }[] }>(
      '/api/v1/logs?search=eRRor',
    )
    expect(found).toMatchObject({ isComplete: true, searched: 3, files: 3 })
    const hits = found.hits.map((hit) => `${hit.host}:${hit.line} ${hit.text}`).sort()
    expect(hits).toEqual(['pc1:4 Error: disk', 'pc2:1 an ERROR here', 'pc2:3 error again'])
    const first = await json<{ hits: object[]; isComplete: boolean }>(
      '/api/v1/logs?search=error&limit=1',
    )
    expect(first.hits).toHaveLength(1)
    expect(first.isComplete).toBe(false)
    expect((await test.ask('GET', '/api/v1/logs?search=e')).status).toBe(422)
  })

  it('are an inventory, searched by words, and a table for spreadsheets', async () => {
    const names = async (query: string) =>
      (
        await json<{ items: { hostname: string; hardware: Hardware | null }[] }>(
          `/api/v1/inventory?${query}`,
        )
      ).items.map((one) => one.hostname)
    expect(await names('')).toEqual(['pc1', 'pc2', 'pc3'])
    expect(await names('search=edudesk+a+core')).toEqual(['pc1'])
    expect(await names('search=pc2')).toEqual(['pc2'])
    expect(await names('room=r9')).toEqual([])
    const answer = await test.ask('GET', '/api/v1/inventory/export?search=edudesk')
    expect(answer.headers.get('content-type')).toContain('text/csv')
    const [heading, row, ...rest] = (await answer.text()).split('\r\n')
    expect(heading).toMatch(/^hostname,room,group,mac,ip,vendor,product,serial/)
    expect(row).toMatch(/^pc1,r1,lab,52:54:00:00:00:01,10\.0\.0\.1,"'=Maker, Inc\.",EduDesk,SN123/)
    expect(rest).toEqual([''])
  })
})
