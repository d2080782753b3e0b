import { findHost, findKnownKey, listAudit, pinKey } from '@linbo/db'
import { startPostgres, type TestPostgres } from '@linbo/test/postgres'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ImportResult } from '../hosts/host-import.ts'
import { openTestApp, type TestApp } from '../test-app.ts'

let postgres: TestPostgres
beforeAll(async () => {
  postgres = await startPostgres()
}, 60_000)
afterAll(() => postgres.stop())

describe.each(['embedded', 'Postgres'])('devices.csv on the %s database', (kind) => {
  let test: TestApp
  beforeAll(async () => {
    const databaseUrl = kind === 'Postgres' ? await postgres.createDatabase('devices') : undefined
    test = await openTestApp({ bodyBytes: 4_000_000, ...(databaseUrl ? { databaseUrl } : {}) })
  })
  afterAll(() => test.close())
  beforeEach(async () => {
    await test.deps.db.deleteFrom('hosts').execute()
    await test.deps.db.deleteFrom('device_files').execute()
  })

  const line = (host: string, mac: number, ip: string) =>
    `r1;${host};lab;52:54:00:00:01:0${mac};${ip};;;;classroom-studentcomputer;;1;;;;`
  const send = (content: string | Uint8Array, query = '') =>
    test.askBare(`/api/v1/hosts/import${query}`, {
      method: 'POST',
      headers: { authorization: 'Bearer a-token-for-tests-only', 'content-type': 'text/csv' },
      body: content as BodyInit,
    })
  const take = async (content: string | Uint8Array, query = ''): Promise<ImportResult> => {
    const answer = await send(content, query)
    expect(answer.status).toBe(200)
    return (await answer.json()) as ImportResult
  }
  const file = (...lines: string[]) => `${lines.join('\n')}\n`
  const hosts = async () =>
    (await test.deps.db.selectFrom('hosts').select('hostname').orderBy('hostname').execute()).map(
      (host) => host.hostname,
    )
  const exported = async (school = '') => {
    const answer = await test.ask('GET', `/api/v1/hosts/export${school && `?school=${school}`}`)
    expect(answer.status).toBe(200)
    return new Uint8Array(await answer.arrayBuffer())
  }
  const bytes = (text: string) => new TextEncoder().encode(text)
  const text = async (school = '') =>
    new TextDecoder('utf-8', { ignoreBOM: true }).decode(await exported(school))

  describe('importing a devices.csv', () => {
    it('adds, changes and leaves alone, and says what changes', async () => {
      await take(file(line('a', 1, '10.1.0.1'), line('b', 2, '10.1.0.2')))
      const result = await take(
        file('# x', line('a', 1, '10.1.0.1'), line('b', 2, '10.1.0.9'), line('c', 3, 'DHCP')),
      )
      expect(result).toMatchObject({
        ...{ school: 'default-school', dryRun: false, added: ['c'], unchanged: 1 },
        changed: [{ hostname: 'b', fields: { ip: ['10.1.0.2', '10.1.0.9'] } }],
        ...{ removed: [], missing: [], notRemoved: null, refused: [] },
      })
      const [entry] = await listAudit(test.deps.db)
      expect(entry).toMatchObject({
        action: 'host.import',
        detail: { school: 'default-school', added: 1, changed: 1, removed: 0, refused: 0 },
      })
    })

    it('tells in a dry run what it would do, and does nothing', async () => {
      await take(file(line('a', 1, '10.1.0.1'), line('b', 2, '10.1.0.2')))
      const audited = (await listAudit(test.deps.db)).length
      const change = file(line('a', 1, '10.1.0.7'), line('c', 3, 'DHCP'))
      expect(await take(change, '?dryRun=true&remove=true')).toMatchObject({
        ...{ dryRun: true, added: ['c'], removed: ['b'], missing: [] },
        changed: [{ hostname: 'a' }],
      })
      expect(await take(change, '?dryRun=true')).toMatchObject({ removed: [], missing: ['b'] })
      expect(await hosts()).toEqual(['a', 'b'])
      expect((await listAudit(test.deps.db)).length).toBe(audited)
      expect(await text()).toBe(file(line('a', 1, '10.1.0.1'), line('b', 2, '10.1.0.2')))
    })

    it('refuses columns with line, column and name, and takes the other lines', async () => {
      const result = await take(
        file(line('a', 1, '10.1.0.1'), 'r1;b;lab;nonsense;DHCP;;;;king;;1', 'short;line'),
      )
      expect(result).toMatchObject({
        added: ['a'],
        refused: [
          { line: 2, column: 4, name: 'mac' },
          { line: 2, column: 9, name: 'role' },
          { line: 3 },
        ],
      })
    })

    it('warns of groups without a start.conf, once each', async () => {
      const { warnings } = await take(file(line('a', 1, 'DHCP'), line('b', 2, 'DHCP')))
      expect(warnings).toMatchObject([{ line: 1, column: 3, name: 'group' }])
    })

    it('lets two hosts exchange their addresses', async () => {
      await take(file(line('a', 1, '10.1.0.1'), line('b', 2, '10.1.0.2')))
      const result = await take(file(line('a', 2, '10.1.0.2'), line('b', 1, '10.1.0.1')))
      expect(result.changed.map((one) => one.hostname)).toEqual(['a', 'b'])
      expect(await findHost(test.deps.db, 'a')).toMatchObject({ ip: '10.1.0.2' })
    })

    it('refuses what a host has that is not in the file, and what then clashes', async () => {
      await take(file(line('a', 1, '10.1.0.1'), line('b', 2, '10.1.0.2')))
      expect(await take(file(line('c', 3, '10.1.0.1'), line('b', 2, '10.1.0.3')))).toMatchObject({
        added: [],
        changed: [{ hostname: 'b' }],
        refused: [{ line: 1, column: 5, message: expect.stringContaining('host a') }],
      })
    })

    it('lets a new host have what a removed one had', async () => {
      await take(file(line('a', 1, '10.1.0.1'), line('b', 2, '10.1.0.2')))
      await pinKey(test.deps.db, 'a', 'SHA256:old')
      const result = await take(
        file(line('c', 1, '10.1.0.1'), line('b', 2, '10.1.0.2')),
        '?remove=true',
      )
      expect(result).toMatchObject({ added: ['c'], removed: ['a'], refused: [] })
      expect(await findKnownKey(test.deps.db, 'a')).toBeUndefined()
      expect(await hosts()).toEqual(['b', 'c'])
    })
  })

  describe('removing by import', () => {
    const many = Array.from({ length: 20 }, (_, n) =>
      line(`pc${n}`, 0, 'DHCP')
        .replace(':0;', `:00;`)
        .replace('01:00', `02:${10 + n}`),
    )

    it('removes none as long as a line is refused: it may be the host that seems to be gone', async () => {
      await take(file(line('a', 1, 'DHCP'), line('b', 2, 'DHCP')))
      const result = await take(
        file(line('a', 1, 'DHCP'), 'r1;b_;lab;x;DHCP;;;;;;1'),
        '?remove=true',
      )
      expect(result).toMatchObject({ removed: [], missing: ['b'], notRemoved: expect.any(Object) })
      expect(await hosts()).toEqual(['a', 'b'])
    })

    it.each([
      ['an empty file', ''],
      ['comments', '# nothing\n;;;\n'],
      ['another file', '<html>\n<p>not found</p>\n'],
      ['bytes', '\u0000\u0001;\u0002'],
    ])('does nothing with %s', async (_name, content) => {
      await take(file(...many))
      const answer = await send(content, '?remove=true')
      expect(answer.status).toBe(422)
      expect(await answer.json()).toMatchObject({ code: 'DEVICES_BROKEN', fix: expect.any(String) })
      expect(await hosts()).toHaveLength(20)
      const dry = await take(content, '?remove=true&dryRun=true')
      expect(dry).toMatchObject({
        removed: [],
        notRemoved: { message: expect.stringContaining('20') },
      })
      expect(await text()).toBe(file(...many))
    })

    it('wants more than half of a school confirmed by their number', async () => {
      await take(file(...many))
      const few = file(...many.slice(0, 9))
      const refused = await send(few, '?remove=true')
      expect(refused.status).toBe(409)
      expect(await refused.json()).toMatchObject({
        code: 'HOSTS_WOULD_GO',
        fix: expect.stringContaining('confirm=11'),
      })
      expect((await send(few, '?remove=true&confirm=10')).status).toBe(409)
      const dry = await take(few, '?remove=true&dryRun=true')
      expect(dry.removed).toHaveLength(11)
      expect(dry.notRemoved?.fix).toContain('confirm=11')
      const confirmed = await take(few, '?remove=true&dryRun=true&confirm=11')
      expect(confirmed).toMatchObject({ notRemoved: null })
      expect(await hosts()).toHaveLength(20)
      expect((await take(few, '?remove=true&confirm=11')).removed).toHaveLength(11)
      expect(await hosts()).toHaveLength(9)
    })
  })

  describe('schools', () => {
    it('names the hosts of a school after it, and exports them without', async () => {
      await take(file(line('a', 1, '10.1.0.1')))
      const north = file('# north', line('a', 2, '10.1.0.2').replace(';a;', ';A;'))
      expect(await take(north, '?school=north')).toMatchObject({ added: ['north-a'], missing: [] })
      expect(await findHost(test.deps.db, 'north-a')).toMatchObject({ school: 'north' })
      expect(await text('north')).toBe(north)
      expect(await text()).toBe(file(line('a', 1, '10.1.0.1')))
    })

    it('refuses a name, MAC or address of another school and names it', async () => {
      await take(file(line('north-a', 1, '10.1.0.1'), line('b', 2, '10.1.0.2')))
      const north = file(line('a', 3, 'DHCP'), line('c', 2, 'DHCP'), line('d', 4, '10.1.0.2'))
      const { added, refused } = await take(north, '?school=north&remove=true')
      expect(added).toEqual([])
      expect(refused).toMatchObject([
        { line: 1, name: 'hostname', message: expect.stringContaining('school default-school') },
        { line: 2, name: 'mac', message: expect.stringContaining('host b') },
        { line: 3, name: 'ip', message: expect.stringContaining('host b') },
      ])
    })

    it('leaves other schools alone when it removes', async () => {
      await take(file(line('a', 1, 'DHCP')))
      await take(file(line('b', 2, 'DHCP')), '?school=north')
      expect(await take(file(line('c', 3, 'DHCP')), '?school=north&remove=true')).toMatchObject({
        removed: ['north-b'],
      })
      expect(await hosts()).toEqual(['a', 'north-c'])
    })

    it('knows no school with other letters', async () => {
      expect((await send('', '?school=..%2Fx')).status).toBe(422)
    })
  })

  describe('exporting a devices.csv', () => {
    const odd =
      '\ufeff# Räume\r\n\r\nr1 ; PC1;lab;52-54-00-00-01-01;dhcp;off;win;x;;ten;1;a;b;c;note;more;;\r\n' +
      `r2;bad_name;lab;52:54:00:00:01:09;DHCP;;;;;;1;;;;\r\n${line('pc2', 2, '10.1.0.2')}\r\n# end`

    it('gives back every byte', async () => {
      await take(odd)
      expect(await exported()).toEqual(bytes(odd))
      expect(await take(odd)).toMatchObject({ unchanged: 2, added: [], changed: [] })
    })

    it('gives back a file in ISO 8859-1', async () => {
      const old = Uint8Array.from([...bytes(`${line('a', 1, 'DHCP')}R`), 0xe4, 0x75, 0x6d, 0x0a])
      await take(old)
      expect(await exported()).toEqual(old)
      expect(await findHost(test.deps.db, 'a')).toMatchObject({ comment: 'Räum' })
    })

    it('differs in one row when one host was changed, added or removed', async () => {
      await take(odd)
      await test.ask('PATCH', '/api/v1/hosts/pc1', { ip: '10.1.0.1', room: 'r9' })
      expect(await text()).toBe(odd.replace('r1 ;', 'r9 ;').replace(';dhcp;', ';10.1.0.1;'))
      await test.ask('PATCH', '/api/v1/hosts/pc1', { ip: null, room: 'r1' })
      expect(await text()).toBe(odd)
      const pc3 = { hostname: 'pc3', mac: '525400000103', group: 'lab', room: 'r1' }
      await test.ask('POST', '/api/v1/hosts', pc3)
      await test.ask('DELETE', '/api/v1/hosts/pc1')
      const [first = '', second = '', , ...rest] = odd.split('\r\n')
      const row = line('pc3', 3, 'DHCP')
      expect(await text()).toBe([first, second, ...rest.toSpliced(2, 0, row)].join('\r\n'))
    })

    it('keeps the whole file when a part of it is imported', async () => {
      await take(odd)
      await take(`${line('pc1', 1, '10.1.0.1')}\n${line('pc3', 3, 'DHCP')}\n`)
      const csv = await text()
      expect(csv).toContain('\r\n# end')
      expect(csv).toContain('52-54-00-00-01-01;10.1.0.1;')
      expect(csv).toContain('pc3')
      expect(csv).toContain('bad_name')
    })

    it('does not take a file for devices.csv in which every line is refused', async () => {
      expect(
        (await take(Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 0, 10, 97, 10))).refused,
      ).toHaveLength(2)
      expect(await text()).toBe('')
    })

    it('writes a file of its own when none was imported', async () => {
      expect(await text()).toBe('')
      await test.ask('POST', '/api/v1/hosts', {
        ...{ hostname: 'pc3', mac: '525400000103', group: 'lab', room: 'r1', comment: 'ä' },
      })
      expect(await text()).toBe(file(`${line('pc3', 3, 'DHCP')}ä`))
    })
  })

  it('takes 2,000 hosts over, and moves them all, in one go', async () => {
    const two = (value: number) => value.toString(16).padStart(2, '0')
    const row = (n: number, group = 'lab') =>
      `r${n % 40};pc${n};${group};52:54:00:01:${two(n >> 8)}:${two(n & 255)};10.9.${n >> 8}.${n & 255};;;;;;1;;;;`
    const numbers = Array.from({ length: 2000 }, (_, n) => n + 1).filter((n) => (n & 255) < 255)
    const started = performance.now()
    const first = await take(file(...numbers.map((n) => row(n))))
    const added = performance.now()
    const second = await take(file(...numbers.map((n) => row(n, 'kiosk'))))
    const changed = performance.now()
    expect([first.added.length, first.refused.length]).toEqual([numbers.length, 0])
    expect([second.changed.length, second.unchanged]).toEqual([numbers.length, 0])
    expect(await text()).toBe(file(...numbers.map((n) => row(n, 'kiosk'))))
    const ms = (from: number, to: number) => `${Math.round(to - from)} ms`
    console.info(
      `${numbers.length} hosts added in ${ms(started, added)}, changed in ${ms(added, changed)}`,
    )
  })
})
