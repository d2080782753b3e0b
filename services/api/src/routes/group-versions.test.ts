import { readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startPostgres, type TestPostgres } from '@linbo/test/postgres'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { testStartConf } from '../groups/test-start-conf.ts'
import { openTestApp, type TestApp } from '../test-app.ts'

interface Version {
  number: number
  revision: string | null
  author: string
  source: string
  at: string
  comment: string
}

/** Other tests may be using the processors. */
const patience = { timeout: 20_000 }

let postgres: TestPostgres
beforeAll(async () => {
  postgres = await startPostgres()
}, 60_000)
afterAll(() => postgres.stop())

describe.each(['embedded', 'Postgres'])('versions of a start.conf, %s database', (kind) => {
  let test: TestApp
  let group = ''
  let groups = 0
  beforeAll(async () => {
    const bodyBytes = 4_000_000
    const databaseUrl = kind === 'Postgres' ? await postgres.createDatabase('versions') : undefined
    test = await openTestApp({ bodyBytes, ...(databaseUrl ? { databaseUrl } : {}) })
  })
  afterAll(() => test.close())
  beforeEach(() => {
    group = `lab${++groups}`
  })

  const conf = (os?: string) => testStartConf(group, os)
  const path = (more = '') => `/api/v1/groups/${group}${more}`
  const put = (text: string, headers: Record<string, string> = {}, query = '') =>
    test.ask('PUT', path(`/start-conf${query}`), text, headers)
  const file = () => join(test.root, `start.conf.${group}`)
  const onDisk = () => readFile(file(), 'utf8')
  const editByHand = (text: string) => writeFile(file(), text)
  const tag = async () => (await test.ask('GET', path('/start-conf'))).headers.get('etag') ?? ''
  const told = () =>
    test.events.filter((event) => event.type === 'start-conf.changed' && event.group === group)
  const versions = async (query = '') => {
    const answer = await test.ask('GET', path(`/versions${query}`))
    return (await answer.json()) as { items: Version[]; next: string | null }
  }
  const summary = async () =>
    (await versions()).items.map(({ number, author, source }) => `${number} ${author} ${source}`)

  it('begin with the first, count on with each change and tell who, how and when', async () => {
    const began = new Date(test.clock.now()).toISOString()
    const first = await put(conf())
    expect(first.headers.get('etag')).toBe(await tag())
    test.clock.advance(60_000)
    await put(conf('Debian'), { 'user-agent': 'linbo-cli/0.1.0' }, '?comment=new')
    await put(conf('Debian'))
    const { items } = await versions()
    expect(items).toMatchObject([
      { number: 2, source: 'cli', at: new Date(test.clock.now()).toISOString(), comment: 'new' },
      { number: 1, author: 'admin', source: 'api', at: began, comment: '' },
    ])
    expect(`"${items[0]?.revision}"`).toBe(await tag())
    expect(await (await test.ask('GET', path('/versions/1'))).json()).toMatchObject({
      text: conf(),
    })
    expect(await (await test.ask('GET', path())).json()).toMatchObject({ changed: items[0] })
    expect(told()).toMatchObject([
      { author: 'admin', version: 1 },
      { author: 'admin', version: 2 },
    ])
  })

  it('come in pages', async () => {
    for (const os of ['a', 'b', 'c']) await put(conf(os))
    const first = await versions('?limit=2')
    expect(first.items.map((one) => one.number)).toEqual([3, 2])
    const rest = await versions(`?limit=2&cursor=${first.next}`)
    expect(rest).toMatchObject({ items: [{ number: 1 }], next: null })
    expect((await test.ask('GET', path('/versions?cursor=x'))).status).toBe(422)
    expect((await test.ask('GET', path('/versions/9'))).status).toBe(404)
    expect((await test.ask('GET', '/api/v1/groups/nobody/versions')).status).toBe(404)
    expect((await test.ask('GET', '/api/v1/groups/nobody/versions/1')).status).toBe(404)
  })

  it('are made of edits on the disk, once each', async () => {
    await put(conf())
    await editByHand(conf('by hand'))
    await expect.poll(summary, patience).toEqual(['2 disk disk', '1 admin api'])
    await rm(file())
    await expect.poll(summary, patience).toEqual(['3 disk disk', '2 disk disk', '1 admin api'])
    expect((await versions()).items[0]).toMatchObject({ revision: null })
    await expect.poll(() => told().at(-1), patience).toMatchObject({ author: 'disk', version: 3 })
  })

  it('are made at the start of edits that happened meanwhile, with the time of the file', async () => {
    await put(conf())
    await put(conf('Debian'))
    await test.deps.bootConfigs.stop()
    const edited = test.clock.now() + 1_200_000
    test.clock.advance(3_600_000)
    await editByHand(conf('by hand'))
    await utimes(file(), 1, edited / 1000)
    await writeFile(join(test.root, 'start.conf.unseen'), testStartConf('unseen'))
    await writeFile(join(test.root, 'start.conf.odd'), Uint8Array.of(0x23, 0x20, 0xe4, 0, 0x0a))
    await writeFile(join(test.root, 'start.conf.big'), '#'.repeat(1024 * 1024 + 1))
    await test.deps.bootConfigs.start()
    expect(await summary()).toEqual(['3 disk disk', '2 admin api', '1 admin api'])
    expect((await versions()).items[0]).toMatchObject({ at: new Date(edited).toISOString() })
    const found = await test.ask('GET', '/api/v1/groups/unseen/versions')
    expect(await found.json()).toMatchObject({ items: [{ number: 1, source: 'found' }] })
    const odd = await test.ask('GET', '/api/v1/groups/odd/versions/1')
    expect(await odd.json()).toMatchObject({ sizeBytes: 5, text: '# ä\u0000\n' })
    expect(told().at(-1)).toMatchObject({ author: 'disk', version: 3 })
    await test.deps.bootConfigs.stop()
    await test.deps.bootConfigs.start()
    expect(await summary()).toHaveLength(3)
  })

  it('conflict when somebody saved first: who and what is told, the file stays', async () => {
    await put(conf())
    const revision = await tag()
    await put(conf('theirs'))
    const answer = await put(conf('mine'), { 'if-match': revision })
    expect(answer.status).toBe(412)
    expect(answer.headers.get('content-type')).toMatch('problem+json')
    expect(await answer.json()).toMatchObject({
      code: 'START_CONF_CONFLICT',
      detail: expect.stringMatching(/^start\.conf\.lab\d+ is version 2 by admin at 2026-/),
      current: { number: 2, author: 'admin', text: conf('theirs') },
      removed: null,
      base: 1,
    })
    expect(await onDisk()).toBe(conf('theirs'))
    expect((await put(conf('theirs'), { 'if-match': revision })).status).toBe(200)
    expect((await put(conf('mine'), { 'if-match': await tag() })).status).toBe(200)
    expect(await summary()).toHaveLength(3)
  })

  it('conflict with an edit by hand that the watcher has not seen yet, which is kept', async () => {
    await put(conf())
    const revision = await tag()
    await editByHand(conf('by hand'))
    const answer = await put(conf('mine'), { 'if-match': revision })
    expect(answer.status).toBe(412)
    expect(await answer.json()).toMatchObject({
      current: { number: 2, author: 'disk', text: conf('by hand') },
      base: 1,
    })
    expect(await onDisk()).toBe(conf('by hand'))
    await expect.poll(() => told().at(-1), patience).toMatchObject({ author: 'disk', version: 2 })
    await put(conf('mine'), { 'if-match': await tag() })
    expect(await summary()).toEqual(['3 admin api', '2 disk disk', '1 admin api'])
  })

  it('keep an edit by hand that comes right after a save, and one that a script writes over', async () => {
    await put(conf())
    const revision = await tag()
    await put(conf('mine'), { 'if-match': revision })
    await editByHand(conf('by hand'))
    await put(conf('a script'))
    expect(await summary()).toEqual(['4 admin api', '3 disk disk', '2 admin api', '1 admin api'])
    expect(await (await test.ask('GET', path('/versions/3'))).json()).toMatchObject({
      text: conf('by hand'),
    })
  })

  it('conflict with a removal, and with a file where none should be', async () => {
    await put(conf())
    const revision = await tag()
    const again = await put(conf('x'), { 'if-none-match': '*' })
    expect(again.status).toBe(412)
    await rm(file())
    const answer = await put(conf('mine'), { 'if-match': revision })
    expect(answer.status).toBe(412)
    expect(await answer.json()).toMatchObject({
      current: null,
      removed: { number: 2, author: 'disk' },
      base: 1,
    })
    expect((await put(conf('mine'), { 'if-match': '*' })).status).toBe(412)
    expect((await put(conf('mine'), { 'if-none-match': '*' })).status).toBe(200)
    expect((await put(conf(), { 'if-match': 'x' })).status).toBe(422)
  })

  it('show what changed between two of them', async () => {
    await put(conf('one'))
    await put(conf('two'))
    const diff = async (query = '') => (await test.ask('GET', path(`/diff${query}`))).json()
    expect(await diff()).toMatchObject({
      from: { number: 1 },
      to: { number: 2 },
      changes: [{ kind: 'changed', section: 'os', key: 'Name', before: 'one', after: 'two' }],
      text: expect.stringContaining('-Name = one\n+Name = two\n'),
    })
    expect(await diff('?from=current&to=1&context=0')).toMatchObject({
      hunks: [{ lines: [{ kind: 'removed', text: 'Name = two' }, { kind: 'added' }] }],
    })
    expect(await diff('?from=0&to=1')).toMatchObject({ from: { number: 0, revision: null } })
    expect(await diff('?from=2')).toMatchObject({ hunks: [], text: '' })
    expect((await test.ask('GET', path('/diff?from=7'))).status).toBe(404)
    expect((await test.ask('GET', path('/diff?from=x'))).status).toBe(422)
    expect((await test.ask('GET', '/api/v1/groups/nobody/diff')).status).toBe(404)
  })

  it('are restored as new ones, and bring back a group that was removed', async () => {
    await put(conf('one'))
    const revision = await tag()
    await put(conf('two'))
    const stale = await test.ask('POST', path('/versions/1/restore'), undefined, {
      'if-match': revision,
    })
    expect(stale.status).toBe(412)
    expect((await test.ask('POST', path('/versions/1/restore'))).status).toBe(200)
    expect(await onDisk()).toBe(conf('one'))
    expect((await test.ask('DELETE', path(), undefined, { 'if-match': '"x"' })).status).toBe(422)
    expect((await test.ask('DELETE', path())).status).toBe(204)
    expect((await test.ask('GET', path())).status).toBe(404)
    const gone = await test.ask('GET', '/api/v1/groups?removed=true')
    expect(((await gone.json()) as { items: object[] }).items).toContainEqual(
      expect.objectContaining({ name: group, changed: expect.objectContaining({ number: 4 }) }),
    )
    expect((await test.ask('POST', path('/versions/4/restore'))).status).toBe(404)
    expect(await (await test.ask('POST', path('/versions/2/restore'))).json()).toMatchObject({
      os: [{ name: 'two' }],
      changed: { number: 5, source: 'restore', comment: 'version 2' },
    })
    const { items } = (await (await test.ask('GET', '/api/v1/audit')).json()) as {
      items: { action: string; detail: object }[]
    }
    expect(items.slice(0, 3)).toMatchObject([
      { action: 'group.restore', detail: { restored: 2, version: 5 } },
      { action: 'group.remove' },
      { action: 'group.restore' },
    ])
  })

  it('that have errors are kept when made by hand, and not restored', async () => {
    await put(conf())
    await editByHand(conf('$(reboot)'))
    await put(conf('new'))
    const answer = await test.ask('POST', path('/versions/2/restore'))
    expect(answer.status).toBe(422)
    expect(await answer.json()).toMatchObject({
      code: 'START_CONF_BROKEN',
      problems: [{ severity: 'error', line: 23 }],
    })
  })

  it('do not get lost when the disk refuses', async () => {
    await put(conf())
    const { write } = test.deps.startConfs
    test.deps.startConfs.write = () => Promise.reject(new Error('the disk is full'))
    expect((await put(conf('mine'))).status).toBe(500)
    test.deps.startConfs.write = write
    expect(await summary()).toEqual(['1 admin api'])
    expect(await onDisk()).toBe(conf())
  })

  it('are as large as a start.conf may be', async () => {
    expect((await put('#'.repeat(1024 * 1024 + 1))).status).toBe(413)
    expect((await put(conf() + '#\n'.repeat(100_000))).status).toBe(200)
  })
})
