import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testStartConf } from '../groups/test-start-conf.ts'
import { addTestHost, openTestApp, type TestApp } from '../test-app.ts'

let test: TestApp
beforeAll(async () => {
  test = await openTestApp()
  await addTestHost(test, 1)
})
afterAll(() => test.close())

const put = (group: string, text: string) =>
  test.ask('PUT', `/api/v1/groups/${group}/start-conf`, text)

describe("a group's start.conf", () => {
  it('is written, published, told to others and read again', async () => {
    const answer = await put('lab', testStartConf('lab'))
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({
      name: 'lab',
      hosts: 1,
      startConf: true,
      os: [{ number: 1, name: 'Ubuntu', image: 'ubuntu.qcow2' }],
    })
    expect(await readFile(join(test.root, 'start.conf.lab'), 'utf8')).toBe(testStartConf('lab'))
    expect(await readFile(join(test.root, 'boot/grub/lab.cfg'), 'utf8')).toContain('linbo64')
    expect(test.events.filter((event) => event.type === 'start-conf.changed')).toHaveLength(1)
    const read = await test.ask('GET', '/api/v1/groups/lab/start-conf')
    expect(read.headers.get('content-type')).toMatch('text/plain')
    expect(await read.text()).toBe(testStartConf('lab'))
    expect(await test.deps.startConfs.osName('lab', 1)).toBe('Ubuntu')
    expect(await test.deps.startConfs.osName('lab', 2)).toBeUndefined()
  })

  it('is refused with line numbers when it has errors, and the old one stays', async () => {
    await put('lab', testStartConf('lab'))
    const answer = await put('lab', testStartConf('lab', 'a $(reboot) b'))
    expect(answer.status).toBe(422)
    expect(await answer.json()).toMatchObject({
      code: 'START_CONF_BROKEN',
      detail: expect.stringMatching(/line 23: /),
      fix: expect.stringMatching(/^Line 23: /),
    })
    expect(await readFile(join(test.root, 'start.conf.lab'), 'utf8')).toBe(testStartConf('lab'))
  })

  it('is told to others when it was changed by hand', async () => {
    const before = test.events.length
    await writeFile(join(test.root, 'start.conf.byhand'), testStartConf('byhand'))
    await expect
      .poll(
        () => test.events.slice(before).filter((event) => event.type === 'start-conf.changed'),
        { timeout: 20_000 },
      )
      .toEqual([expect.objectContaining({ group: 'byhand' })])
    expect(await readFile(join(test.root, 'boot/grub/byhand.cfg'), 'utf8')).toContain('linbo64')
  })

  it('is no JSON', async () => {
    const body = { text: testStartConf('json') }
    const answer = await test.ask('PUT', '/api/v1/groups/json/start-conf', body)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({
      code: 'REQUEST_MALFORMED',
      fix: expect.stringContaining('text/plain'),
    })
  })

  it('is not there', async () => {
    const answer = await test.ask('GET', '/api/v1/groups/none/start-conf')
    expect(answer.status).toBe(404)
    expect(await answer.json()).toMatchObject({ code: 'START_CONF_UNKNOWN' })
    expect((await test.ask('GET', '/api/v1/groups/none')).status).toBe(404)
  })

  it.each(['..%2F..%2Fetc%2Fpasswd', 'a%00b', '.hidden', 'a%20b', 'grub'])(
    'is not read, written or removed under the name %s',
    async (name) => {
      for (const method of ['GET', 'PUT'] as const) {
        const body = method === 'PUT' ? testStartConf('x') : undefined
        const answer = await test.ask(method, `/api/v1/groups/${name}/start-conf`, body)
        expect(answer.status).toBe(422)
        expect(await answer.json()).toMatchObject({ code: 'GROUP_NAME' })
      }
      expect((await test.ask('DELETE', `/api/v1/groups/${name}`)).status).toBe(422)
    },
  )

  it('is no folder', async () => {
    await mkdir(join(test.root, 'start.conf.folder'))
    expect((await test.ask('GET', '/api/v1/groups/folder/start-conf')).status).toBe(500)
  })

  it('replaces a link instead of writing where it leads', async () => {
    const outside = join(test.root, '..', 'outside')
    await writeFile(outside, 'untouched')
    await symlink(outside, join(test.root, 'start.conf.linked'))
    expect((await put('linked', testStartConf('linked'))).status).toBe(200)
    expect(await readFile(outside, 'utf8')).toBe('untouched')
  })
})

describe('groups', () => {
  it('are those with hosts or a start.conf', async () => {
    await put('empty', testStartConf('empty'))
    await addTestHost(test, 2, { group: 'bare' })
    const { items } = (await (await test.ask('GET', '/api/v1/groups')).json()) as {
      items: object[]
    }
    expect(items).toContainEqual(expect.objectContaining({ name: 'empty', hosts: 0, errors: 0 }))
    expect(items).toContainEqual({
      ...{ name: 'bare', hosts: 1, startConf: false, revision: null, changed: null },
      ...{ formerNames: [], os: [], errors: 0, warnings: 0 },
    })
  })

  it('are removed only without hosts', async () => {
    await put('lab', testStartConf('lab'))
    const refused = await test.ask('DELETE', '/api/v1/groups/lab')
    expect(refused.status).toBe(409)
    expect(await refused.json()).toMatchObject({ detail: expect.stringContaining('pc1') })
    await put('empty', testStartConf('empty'))
    expect((await test.ask('DELETE', '/api/v1/groups/empty')).status).toBe(204)
    expect((await test.ask('DELETE', '/api/v1/groups/empty')).status).toBe(404)
    await expect(readFile(join(test.root, 'boot/grub/empty.cfg'))).rejects.toThrow('ENOENT')
  })

  it('are cloned with the same start.conf, and no more', async () => {
    const clone = (from: string, name: string) =>
      test.ask('POST', `/api/v1/groups/${from}/clone`, { name })
    await put('lab', testStartConf('lab'))
    const answer = await clone('lab', 'clone')
    expect(answer.status).toBe(201)
    expect(await answer.json()).toMatchObject({
      ...{ name: 'clone', hosts: 0, changed: { number: 1, source: 'clone', comment: 'of lab' } },
    })
    expect(await readFile(join(test.root, 'start.conf.clone'), 'utf8')).toBe(testStartConf('clone'))
    expect((await clone('lab', 'clone')).status).toBe(409)
    expect((await clone('nobody', 'other')).status).toBe(404)
    const bare = await clone('bare', 'other')
    expect(bare.status).toBe(404)
    expect(await bare.json()).toMatchObject({ code: 'START_CONF_UNKNOWN' })
  })
})
