import { lstat, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { findKnownKey, listAudit, pinKey, saveBoots } from '@linbo/db'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { addTestHost, openTestApp, type TestApp, testBoot } from '../test-app.ts'

let test: TestApp
beforeAll(async () => {
  test = await openTestApp()
})
afterAll(() => test.close())
beforeEach(() => test.deps.db.deleteFrom('hosts').execute())

const pc = { hostname: 'pc1', mac: '52-54-00-AB-CD-01', ip: '10.0.0.1', group: 'lab', room: 'r1' }

describe('adding a host', () => {
  it('answers with the host, its MAC in our form, and publishes its boot configuration', async () => {
    const answer = await test.ask('POST', '/api/v1/hosts', pc)
    expect(answer.status).toBe(201)
    expect(answer.headers.get('location')).toBe('/api/v1/hosts/pc1')
    expect(await answer.json()).toEqual({
      ...pc,
      mac: '52:54:00:ab:cd:01',
      school: 'default-school',
      pxe: 1,
      role: 'classroom-studentcomputer',
      comment: '',
      officeKey: '',
      windowsKey: '',
      dhcpOptions: '',
      reserved: [],
      status: 'unknown',
      os: null,
      statusAt: null,
      boot: null,
    })
    expect(await readlink(join(test.root, 'boot/grub/hostcfg/pc1.cfg'))).toBe('../lab.cfg')
    const [entry] = await listAudit(test.deps.db)
    expect(entry).toMatchObject({
      who: 'admin',
      source: '10.0.0.9',
      action: 'host.create',
      target: 'pc1',
    })
  })

  it.each([
    ['hostname', { hostname: 'no good' }],
    ['mac', { mac: '52:54' }],
    ['ip', { ip: '10.0.0.256' }],
    ['group', { group: 'a b' }],
    ['room', { room: '' }],
    ['pxe', { pxe: 4 }],
    ['role', { role: 'king' }],
    ['comment', { comment: 'a;b' }],
    ['dhcpOptions', { dhcpOptions: 'a\nb' }],
    ['colour', { colour: 'red' }],
  ])('names the field %s when it is wrong', async (field, wrong) => {
    const answer = await test.ask('POST', '/api/v1/hosts', { ...pc, ...wrong })
    expect(answer.status).toBe(422)
    const problem = (await answer.json()) as { code: string; detail: string }
    expect(problem.code).toBe('REQUEST_INVALID')
    expect(problem.detail).toContain(field)
  })

  it('takes what devices.csv has beside', async () => {
    const more = { officeKey: 'A-1', windowsKey: 'B-2', dhcpOptions: 'next-server 10.0.0.9' }
    const answer = await test.ask('POST', '/api/v1/hosts', { ...pc, ...more })
    expect(await answer.json()).toMatchObject(more)
    const changed = await test.ask('PATCH', '/api/v1/hosts/pc1', { dhcpOptions: '' })
    expect(await changed.json()).toMatchObject({ ...more, dhcpOptions: '' })
  })

  it('wants hosts of other schools to bear their name', async () => {
    const north = { ...pc, school: 'north' }
    const answer = await test.ask('POST', '/api/v1/hosts', north)
    expect(answer.status).toBe(422)
    expect(await answer.json()).toMatchObject({ code: 'HOST_SCHOOL', fix: 'Call it north-pc1.' })
    const named = await test.ask('POST', '/api/v1/hosts', { ...north, hostname: 'north-pc1' })
    expect(named.status).toBe(201)
    await test.ask('POST', '/api/v1/hosts', { ...pc, mac: '525400000099', ip: null })
    expect((await test.ask('PATCH', '/api/v1/hosts/pc1', { school: 'north' })).status).toBe(422)
  })

  it.each([
    ['name', { mac: '52:54:00:00:00:99', ip: null }, 'pc1'],
    ['MAC', { hostname: 'pc2', ip: null }, 'pc1'],
    ['address', { hostname: 'pc2', mac: '52:54:00:00:00:99' }, 'pc1'],
  ])('names the host that has this %s already', async (_what, more, other) => {
    await test.ask('POST', '/api/v1/hosts', pc)
    const answer = await test.ask('POST', '/api/v1/hosts', { ...pc, ...more })
    expect(answer.status).toBe(409)
    expect(await answer.json()).toMatchObject({
      code: 'HOST_CONFLICT',
      detail: expect.stringContaining(other),
    })
  })

  it.each(['/api/v1/hosts/%00', '/api/v1/hosts?search=a%00'])(
    'refuses a zero byte in %s',
    async (path) => {
      const answer = await test.ask('GET', path)
      expect(answer.status).toBe(400)
      expect(await answer.json()).toMatchObject({
        code: 'REQUEST_MALFORMED',
        fix: expect.any(String),
      })
    },
  )

  it('refuses a body without a type, malformed JSON, and none', async () => {
    const headers = { authorization: 'Bearer a-token-for-tests-only' }
    const init = { method: 'POST', headers: { ...headers, 'content-type': 'application/json' } }
    for (const body of ['{"hostname":', '[]', '']) {
      const answer = await test.askBare('/api/v1/hosts', { ...init, body })
      expect([400, 422]).toContain(answer.status)
      expect(answer.headers.get('content-type')).toBe('application/problem+json')
    }
    const bare = await test.askBare('/api/v1/hosts', { method: 'POST', headers })
    expect([400, 422]).toContain(bare.status)
  })
})

it('gives one name, MAC and address to one of many who ask at once', async () => {
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, n) =>
      test.ask('POST', '/api/v1/hosts', { ...pc, hostname: `pc${n % 2}` }),
    ),
  )
  const codes = answers.map((answer) => answer.status)
  expect(codes.toSorted()).toEqual([201, 409, 409, 409, 409, 409, 409, 409])
})

describe('reading hosts', () => {
  beforeEach(async () => {
    await addTestHost(test, 1)
    await addTestHost(test, 2, { room: 'r2', group: 'other' })
    await addTestHost(test, 3, { ip: null, school: 'north' })
    const now = new Date(test.clock.now())
    await test.bus.state.set(
      'host:pc2',
      { status: 'os', os: 'Ubuntu', at: now.toISOString(), ip: null },
      60_000,
    )
    const at = now.toISOString()
    const boot = testBoot({
      ...{ id: 'boot-2', hostname: 'pc2', state: 'linbo', started_at: now, last_at: now },
      steps: [{ at, step: 'start-conf', ok: true, detail: 'start.conf.other' }],
    })
    await saveBoots(test.deps.db, [boot])
  })
  const names = async (query: string) => {
    const answer = await test.ask('GET', `/api/v1/hosts${query}`)
    expect(answer.status).toBe(200)
    const { items } = (await answer.json()) as { items: { hostname: string }[] }
    return items.map((host) => host.hostname)
  }

  it.each([
    ['', ['pc1', 'pc2', 'pc3']],
    ['?room=r2', ['pc2']],
    ['?group=lab', ['pc1', 'pc3']],
    ['?school=north', ['pc3']],
    ['?status=os', ['pc2']],
    ['?status=unknown', ['pc1', 'pc3']],
    ['?search=00:02', ['pc2']],
    ['?search=%25', []],
  ])('filters with "%s"', async (query, expected) => {
    expect(await names(query)).toEqual(expected)
  })

  it('comes in pages', async () => {
    const first = await (await test.ask('GET', '/api/v1/hosts?limit=2')).json()
    expect(first).toMatchObject({ items: [{ hostname: 'pc1' }, { hostname: 'pc2' }], next: 'pc2' })
    expect(await names('?limit=2&cursor=pc2')).toEqual(['pc3'])
  })

  it('has the status and the newest boot with each host', async () => {
    expect(await (await test.ask('GET', '/api/v1/hosts/pc2')).json()).toMatchObject({
      status: 'os',
      os: 'Ubuntu',
      boot: { id: 'boot-2', state: 'linbo', step: 'start-conf', detail: 'start.conf.other' },
    })
  })

  it('answers 404 for a host there is not', async () => {
    for (const [method, path, body] of [
      ['GET', '/api/v1/hosts/pc9', undefined],
      ['PATCH', '/api/v1/hosts/pc9', { room: 'r9' }],
      ['DELETE', '/api/v1/hosts/pc9', undefined],
      ['DELETE', '/api/v1/hosts/pc9/known-key', undefined],
    ] as const) {
      const answer = await test.ask(method, path, body)
      expect(answer.status).toBe(404)
      expect(await answer.json()).toMatchObject({ code: 'HOST_UNKNOWN' })
    }
  })

  it('sums up rooms', async () => {
    expect(await (await test.ask('GET', '/api/v1/rooms')).json()).toEqual({
      items: [
        { name: 'r1', school: 'default-school', hosts: 1, statuses: { unknown: 1 } },
        { name: 'r2', school: 'default-school', hosts: 1, statuses: { os: 1 } },
        { name: 'r1', school: 'north', hosts: 1, statuses: { unknown: 1 } },
      ],
      next: null,
    })
  })
})

describe('changing hosts', () => {
  beforeEach(async () => {
    await addTestHost(test, 1)
    await addTestHost(test, 2)
  })

  it('changes the named fields alone', async () => {
    const answer = await test.ask('PATCH', '/api/v1/hosts/pc1', { room: 'r7', ip: null })
    expect(await answer.json()).toMatchObject({
      hostname: 'pc1',
      room: 'r7',
      ip: null,
      group: 'lab',
    })
  })

  it('refuses the address of another host, and a change of nothing', async () => {
    const taken = await test.ask('PATCH', '/api/v1/hosts/pc1', { ip: '10.0.0.2' })
    expect(taken.status).toBe(409)
    expect(await taken.json()).toMatchObject({ detail: expect.stringContaining('pc2') })
    expect((await test.ask('PATCH', '/api/v1/hosts/pc1', {})).status).toBe(422)
    expect((await test.ask('PATCH', '/api/v1/hosts/pc1', { ip: '10.0.0.1' })).status).toBe(200)
  })

  it('removes a host with its status and its boot configuration', async () => {
    await test.deps.bootConfigs.publish()
    await test.bus.state.set('host:pc1', { status: 'off', os: null, at: '', ip: null }, 1000)
    expect((await test.ask('DELETE', '/api/v1/hosts/pc1')).status).toBe(204)
    expect((await test.ask('GET', '/api/v1/hosts/pc1')).status).toBe(404)
    expect(await test.bus.state.get('host:pc1')).toBeUndefined()
    const link = join(test.root, 'boot/grub/hostcfg/pc1.cfg')
    await expect(lstat(link)).rejects.toThrow('ENOENT')
  })

  it('forgets a pinned key', async () => {
    await pinKey(test.deps.db, 'pc1', 'SHA256:abc')
    expect((await test.ask('DELETE', '/api/v1/hosts/pc1/known-key')).status).toBe(204)
    expect(await findKnownKey(test.deps.db, 'pc1')).toBeUndefined()
    expect((await test.ask('DELETE', '/api/v1/hosts/pc1/known-key')).status).toBe(404)
  })
})
