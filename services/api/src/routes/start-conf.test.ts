import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testStartConf } from '../groups/test-start-conf.ts'
import { openTestApp, type TestApp } from '../test-app.ts'

let test: TestApp
beforeAll(async () => {
  test = await openTestApp()
})
afterAll(() => test.close())

describe('a start.conf that is not saved', () => {
  const check = async (text: string, query = '') => {
    const answer = await test.ask('POST', `/api/v1/start-conf/check${query}`, text)
    return { status: answer.status, body: await answer.json() }
  }

  it('is checked, with what it offers and its disks', async () => {
    const { body } = await check(testStartConf('lab'), '?group=other&diskBytes=1000000000')
    expect(body).toMatchObject({
      os: [{ number: 1, name: 'Ubuntu', image: 'ubuntu.qcow2' }],
      problems: expect.arrayContaining([
        expect.objectContaining({ severity: 'warning', line: 2, fix: 'Write Group = other.' }),
      ]),
      layout: [{ disk: '/dev/sda', fits: false, partitions: [{ number: 1 }, { kind: 'cache' }] }],
    })
  })

  it('may be empty or nonsense', async () => {
    expect(await check('')).toMatchObject({ status: 200, body: { layout: [] } })
    expect(await check('\u0000[')).toMatchObject({ status: 200, body: { os: [] } })
    expect((await check('x', '?group=a%20b')).status).toBe(422)
    expect((await check('x', '?diskBytes=-1')).status).toBe(422)
  })
})

describe('templates', () => {
  it('are listed, and each makes a group without errors', async () => {
    const answer = await test.ask('GET', '/api/v1/start-conf/templates')
    const { items } = (await answer.json()) as { items: { id: string; parameters: object[] }[] }
    expect(items.length).toBeGreaterThan(3)
    for (const { id } of items) {
      const made = await test.ask('POST', '/api/v1/groups', { name: `g-${id}`, template: { id } })
      expect(made.status).toBe(201)
      expect(await made.json()).toMatchObject({
        ...{ name: `g-${id}`, errors: 0 },
        changed: { number: 1, source: 'api', comment: `template ${id}` },
      })
      expect(await readFile(join(test.root, `start.conf.g-${id}`), 'utf8')).toMatch(
        new RegExp(`^Group = g-${id}$`, 'm'),
      )
    }
  })

  it('are filled in without saving anything', async () => {
    const [first] = (
      (await (await test.ask('GET', '/api/v1/start-conf/templates')).json()) as {
        items: { id: string }[]
      }
    ).items
    const render = (id: string, values: object) =>
      test.ask('POST', `/api/v1/start-conf/templates/${id}`, { values })
    const made = await render(first?.id ?? '', { group: 'r101', kernelOptions: 'quiet splash' })
    expect(await made.text()).toMatch(/^KernelOptions = quiet splash$/m)
    const refused = await render(first?.id ?? '', { group: '$(x)' })
    expect(refused.status).toBe(422)
    expect(await refused.json()).toMatchObject({ code: 'START_CONF_TEMPLATE' })
    expect((await render('none', {})).status).toBe(422)
    expect((await test.ask('GET', '/api/v1/groups/r101')).status).toBe(404)
  })
})

describe('a new group', () => {
  const create = (body: object) => test.ask('POST', '/api/v1/groups', body)

  it('has the start.conf that was sent', async () => {
    const made = await create({ name: 'new', startConf: testStartConf('new') })
    expect(made.status).toBe(201)
    expect(made.headers.get('location')).toBe('/api/v1/groups/new')
    expect((await create({ name: 'new', startConf: testStartConf('new') })).status).toBe(409)
  })

  it('may be called templates or check', async () => {
    for (const name of ['templates', 'check', 'removed']) {
      expect((await create({ name, startConf: testStartConf(name) })).status).toBe(201)
      expect((await test.ask('GET', `/api/v1/groups/${name}`)).status).toBe(200)
    }
  })

  it('needs a name and exactly one text without errors', async () => {
    const startConf = testStartConf('x')
    for (const body of [
      { name: 'x' },
      { name: 'x y', startConf },
      { name: 'x', startConf, template: { id: 'uefi-windows' } },
      { name: 'x', startConf: testStartConf('x', '$(reboot)') },
      { name: 'x', template: { id: 'nothing' } },
    ])
      expect((await create(body)).status).toBe(422)
    expect((await test.ask('GET', '/api/v1/groups/x')).status).toBe(404)
  })
})
