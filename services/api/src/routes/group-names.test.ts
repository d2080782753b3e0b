import { lstat, readFile, readlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { copyGroupFiles, leaveFormerGroup, managedMarker } from '@linbo/boot'
import {
  askForRegistration,
  beginGroupRename,
  listGroupRenames,
  listHosts,
  lockStartConfs,
  saveHost,
} from '@linbo/db'
import { startPostgres, type TestPostgres } from '@linbo/test/postgres'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { testStartConf } from '../groups/test-start-conf.ts'
import { openTestApp, type TestApp } from '../test-app.ts'

let postgres: TestPostgres
beforeAll(async () => {
  postgres = await startPostgres()
}, 60_000)
afterAll(() => postgres.stop())

describe.each(['embedded', 'Postgres'])('the name of a group, %s database', (kind) => {
  let test: TestApp
  let tests = 0
  let from = ''
  let to = ''
  beforeAll(async () => {
    const databaseUrl = kind === 'Postgres' ? await postgres.createDatabase('names') : undefined
    test = await openTestApp(databaseUrl ? { databaseUrl } : {})
  })
  afterAll(() => test.close())
  beforeEach(async () => {
    tests++
    from = `lab${tests}`
    to = `room${tests}`
    await put(from, testStartConf(from, 'one'))
    await put(from, testStartConf(from, 'two'))
  })

  const put = (group: string, text: string) =>
    test.ask('PUT', `/api/v1/groups/${group}/start-conf`, text)
  const post = async (path: string, body: object) => {
    const answer = await test.ask('POST', `/api/v1/groups/${path}`, body)
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
  }
  const rename = (name = to) => post(`${from}/rename`, { name })
  const get = async (path: string) => (await test.ask('GET', `/api/v1${path}`)).json()
  const read = (file: string) => readFile(join(test.root, file), 'utf8')
  const linkOf = (file: string) => readlink(join(test.root, file)).catch(() => undefined)
  const write = (file: string, text: string) => writeFile(join(test.root, file), text)
  const addHosts = async (count: number, group = from) => {
    for (let n = 1; n <= count; n++) {
      const number = tests * 1000 + n
      const mac = `52:54:00:00:${(number >> 8).toString(16).padStart(2, '0')}:${(number & 255).toString(16).padStart(2, '0')}`
      await saveHost(test.deps.db, { hostname: `pc${number}`, mac, group, room: 'r1' })
    }
    await test.deps.bootConfigs.publish()
  }
  const expectRenamed = async (hosts: number) => {
    const members = await listHosts(test.deps.db, { group: to })
    expect(members).toHaveLength(hosts)
    expect(await listHosts(test.deps.db, { group: from })).toEqual([])
    expect(await read(`start.conf.${to}`)).toBe(testStartConf(to, 'two'))
    expect(await linkOf(`start.conf.${from}`)).toBe(`./start.conf.${to}`)
    expect(await read(`boot/grub/${to}.cfg`)).toContain('linbo64')
    expect(await linkOf(`boot/grub/${from}.cfg`)).toBe(`./${to}.cfg`)
    for (const { hostname } of members)
      expect(await linkOf(`boot/grub/hostcfg/${hostname}.cfg`)).toBe(`../${to}.cfg`)
    const { items } = (await get(`/groups/${to}/versions`)) as { items: object[] }
    expect(items).toMatchObject([
      { number: 3, source: 'rename', comment: `was ${from}` },
      { number: 2, source: 'api' },
      { number: 1, source: 'api' },
    ])
    expect(await get(`/groups/${to}`)).toMatchObject({ hosts, formerNames: [from], errors: 0 })
    const list = (await get('/groups')) as { items: { name: string }[] }
    expect(list.items.some((group) => group.name === from)).toBe(false)
    expect(await listGroupRenames(test.deps.db)).toEqual([])
  }

  it('is another one after a rename, and everything that hangs on it follows', async () => {
    await addHosts(3)
    await write(`start.conf.${from}.vdi`, '{"activated":"yes"}')
    const asked = { hostname: 'new', mac: `52:54:00:ff:00:0${tests}`, ip: null, room: 'r1', pxe: 1 }
    await askForRegistration(
      test.deps.db,
      { ...asked, from_ip: null, raw: '', role: 'x', group: from },
      new Date(),
    )
    const before = test.events.length
    const { status, body } = await rename()
    expect(status).toBe(200)
    expect(body).toMatchObject({
      group: { name: to, formerNames: [from], changed: { author: 'admin', source: 'rename' } },
      hosts: 3,
      files: [`start.conf.${to}.vdi`],
    })
    await expectRenamed(3)
    expect(await read(`start.conf.${to}.vdi`)).toBe('{"activated":"yes"}')
    await expect(lstat(join(test.root, `start.conf.${from}.vdi`))).rejects.toThrow('ENOENT')
    const waiting = await test.deps.db.selectFrom('registrations').select('group').execute()
    expect(waiting).toContainEqual({ group: to })
    expect(test.events.slice(before)).toMatchObject([
      { type: 'start-conf.changed', group: from },
      { type: 'start-conf.changed', group: to, author: 'admin', version: 3 },
    ])
    const { items } = (await get('/audit')) as { items: object[] }
    expect(items[0]).toMatchObject({ action: 'group.rename', target: from, detail: { to } })
  })

  it('moves 300 hosts while machines that boot find everything they ask for', async () => {
    await addHosts(300)
    const asked = [`start.conf.${from}`, `boot/grub/${from}.cfg`]
    const hosts = [1, 150, 300].map((n) => `boot/grub/hostcfg/pc${tests * 1000 + n}.cfg`)
    let isOver = false
    let rounds = 0
    const machine = async () => {
      while (!isOver) {
        for (const file of [...asked, ...hosts]) expect(await read(file)).not.toBe('')
        rounds++
      }
    }
    const booting = machine()
    const start = performance.now()
    expect(await rename()).toMatchObject({ status: 200, body: { hosts: 300 } })
    const ms = (performance.now() - start).toFixed(0)
    isOver = true
    await booting
    console.log(`a group of 300 hosts renamed in ${ms} ms, ${kind} database; asked ${rounds} times`)
    expect(rounds).toBeGreaterThan(0)
    await expectRenamed(300)
  })

  it('leaves machines that ask for the old one what they need, over several renames', async () => {
    await rename()
    const third = `${to}-b`
    expect((await post(`${to}/rename`, { name: third })).status).toBe(200)
    expect(await linkOf(`start.conf.${from}`)).toBe(`./start.conf.${third}`)
    expect(await read(`start.conf.${from}`)).toBe(testStartConf(third, 'two'))
    expect(await read(`boot/grub/${from}.cfg`)).toBe(await read(`boot/grub/${third}.cfg`))
    expect(await get(`/groups/${third}`)).toMatchObject({ formerNames: [from, to] })
    expect(await get(`/groups/${from}`)).toMatchObject({
      code: 'GROUP_UNKNOWN',
      detail: `group ${from} is called ${third} now`,
    })
    expect((await test.ask('DELETE', `/api/v1/groups/${from}`)).status).toBe(204)
    expect(await linkOf(`start.conf.${from}`)).toBeUndefined()
    expect(await linkOf(`boot/grub/${from}.cfg`)).toBeUndefined()
    expect((await test.ask('DELETE', `/api/v1/groups/${third}`)).status).toBe(204)
    expect(await linkOf(`start.conf.${to}`)).toBeUndefined()
    expect(await linkOf(`boot/grub/${to}.cfg`)).toBeUndefined()
  })

  it('can be given to another group, and back', async () => {
    await rename()
    expect((await put(from, testStartConf(from, 'another'))).status).toBe(200)
    expect(await linkOf(`start.conf.${from}`)).toBeUndefined()
    expect((await lstat(join(test.root, `boot/grub/${from}.cfg`))).isFile()).toBe(true)
    expect(await read(`boot/grub/${from}.cfg`)).toContain('another')
    expect(await get(`/groups/${to}`)).toMatchObject({ formerNames: [] })
    await test.ask('DELETE', `/api/v1/groups/${from}`)
    expect((await post(`${to}/rename`, { name: from })).status).toBe(200)
    expect(await read(`start.conf.${from}`)).toBe(testStartConf(from, 'two'))
    expect(await linkOf(`start.conf.${to}`)).toBe(`./start.conf.${from}`)
    const { items } = (await get(`/groups/${from}/versions`)) as { items: object[] }
    expect(items.map((one) => (one as { source: string }).source)).toEqual([
      ...['rename', 'rename', 'api', 'api', 'api', 'api'],
    ])
  })

  it("takes an administrator's own GRUB configuration along", async () => {
    await write(`boot/grub/${from}.cfg`, '# mine\n')
    expect(await rename()).toMatchObject({ body: { files: [`boot/grub/${to}.cfg`] } })
    expect(await read(`boot/grub/${to}.cfg`)).toBe('# mine\n')
    expect(await linkOf(`boot/grub/${from}.cfg`)).toBe(`./${to}.cfg`)
  })

  it('keeps the configuration made last of a start.conf that is broken now', async () => {
    await write(`start.conf.${from}`, testStartConf(from, '$(reboot)'))
    await expect
      .poll(() => get(`/groups/${from}`), { timeout: 20_000 })
      .toMatchObject({ changed: { number: 3 } })
    expect((await rename()).status).toBe(200)
    expect(await read(`boot/grub/${to}.cfg`)).toContain(managedMarker)
    expect(await linkOf(`boot/grub/${from}.cfg`)).toBe(`./${to}.cfg`)
  })

  it('is refused when it is taken, wrong, or nobody has the old one', async () => {
    await put(to, testStartConf(to))
    expect(await rename()).toMatchObject({ status: 409, body: { code: 'GROUP_EXISTS' } })
    await addHosts(1, `${to}h`)
    expect((await rename(`${to}h`)).status).toBe(409)
    await write(`boot/grub/${to}g.cfg`, '# mine\n')
    expect(await rename(`${to}g`)).toMatchObject({ status: 409 })
    expect((await rename('a b')).status).toBe(422)
    expect((await rename(from)).status).toBe(409)
    expect((await post('nobody/rename', { name: `${to}x` })).status).toBe(404)
    expect(await linkOf(`start.conf.${from}`)).toBeUndefined()
    expect(await listGroupRenames(test.deps.db)).toEqual([])
  })

  it('changes for a group that has hosts only', async () => {
    await addHosts(2, `${from}bare`)
    const { status, body } = await post(`${from}bare/rename`, { name: `${to}bare` })
    expect(status).toBe(200)
    expect(body).toMatchObject({ hosts: 2, group: { startConf: false, formerNames: [] } })
  })

  it('is changed by one of many who ask at the same time', async () => {
    await addHosts(2)
    const answers = await Promise.all(['a', 'b', 'c'].map((end) => rename(`${to}${end}`)))
    expect(answers.map((answer) => answer.status).sort()).not.toContain(500)
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1)
    expect(await listGroupRenames(test.deps.db)).toEqual([])
  })

  it('stays when the disk refuses', async () => {
    await addHosts(1)
    await write(`boot/grub/${from}.cfg`, '# mine\n')
    const { write: writeFile } = test.deps.startConfs
    test.deps.startConfs.write = () => Promise.reject(new Error('the disk is full'))
    expect((await rename()).status).toBe(500)
    test.deps.startConfs.write = writeFile
    expect(await listHosts(test.deps.db, { group: from })).toHaveLength(1)
    expect(await linkOf(`start.conf.${from}`)).toBeUndefined()
    expect(await get(`/groups/${from}`)).toMatchObject({ changed: { number: 2 } })
    await expect(lstat(join(test.root, `boot/grub/${to}.cfg`))).rejects.toThrow('ENOENT')
    expect((await rename()).status).toBe(200)
  })

  describe('after a crash during its change', () => {
    const begin = () => ({ from, to, author: 'admin', at: new Date(test.clock.now()) })
    const move = () =>
      test.deps.db.transaction().execute(async (trx) => {
        await lockStartConfs(trx, from, to)
        await copyGroupFiles(test.root, from, to)
        return test.deps.history.renameIn(trx, from, to, 'admin')
      })
    const restart = async () => {
      await test.deps.bootConfigs.stop()
      await test.deps.groupRenames.recover()
      await test.deps.bootConfigs.start()
    }
    const after: Record<string, () => Promise<unknown>> = {
      'it was written down': async () => {},
      'the new files were made': async () => {
        await copyGroupFiles(test.root, from, to)
        await write(`start.conf.${to}`, testStartConf(to, 'two'))
      },
      'the database was changed': move,
      'the old start.conf became a link': async () => {
        await move()
        await test.deps.bootConfigs.publish()
        await leaveFormerGroup(test.root, from, to)
      },
    }
    it.each(Object.keys(after))('goes on when %s', async (step) => {
      await addHosts(2)
      await test.deps.bootConfigs.stop()
      await beginGroupRename(test.deps.db, begin())
      await after[step]?.()
      expect(await read(`start.conf.${from}`)).toContain('Name = two')
      await restart()
      await expectRenamed(2)
      await restart()
      await expectRenamed(2)
    })

    it('keeps what was edited by hand before the next start', async () => {
      await test.deps.bootConfigs.stop()
      await beginGroupRename(test.deps.db, begin())
      await move()
      await write(`start.conf.${to}`, testStartConf(to, 'by hand'))
      await restart()
      expect(await read(`start.conf.${to}`)).toBe(testStartConf(to, 'by hand'))
      expect(await linkOf(`start.conf.${from}`)).toBe(`./start.conf.${to}`)
    })

    it('takes an edit under the old name over to the new one', async () => {
      await test.deps.bootConfigs.stop()
      await beginGroupRename(test.deps.db, begin())
      await move()
      await write(`start.conf.${from}`, testStartConf(from, 'by hand'))
      await restart()
      expect(await read(`start.conf.${to}`)).toBe(testStartConf(to, 'by hand'))
      const { items } = (await get(`/groups/${to}/versions`)) as { items: { source: string }[] }
      expect(items.map((version) => version.source)).toEqual([
        ...['rename', 'found', 'rename', 'api', 'api'],
      ])
    })
  })
})
