import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testStartConf } from '../groups/test-start-conf.ts'
import { addTestHost, openTestApp, type TestApp } from '../test-app.ts'

let test: TestApp
beforeAll(async () => {
  test = await openTestApp()
  await addTestHost(test, 1)
  await test.ask('PUT', '/api/v1/groups/lab/start-conf', testStartConf('lab'))
  await test.deps.bootConfigs.publish()
})
afterAll(() => test.close())

const ask = async (path: string, body?: string) => {
  const answer = await test.ask(body === undefined ? 'GET' : 'POST', `/api/v1${path}`, body)
  return { status: answer.status, body: (await answer.json()) as Record<string, never> }
}
const own = (name: string, text = '# mine\n') =>
  writeFile(join(test.root, 'boot/grub', `${name}.cfg`), text)

describe("a group's GRUB configuration", () => {
  it('comes as text and as the menu it makes', async () => {
    const { status, body } = await ask('/groups/lab/grub')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      group: 'lab',
      file: 'boot/grub/lab.cfg',
      handWritten: false,
      current: true,
      text: expect.stringContaining("menuentry 'Ubuntu (Sync+Start)'"),
      menu: {
        defaultEntry: 0,
        fallbackEntry: 1,
        timeoutSeconds: 0,
        entries: [
          { title: 'LINBO', class: 'linbo', action: { kind: 'linbo', from: 'cache-or-network' } },
          { title: 'Ubuntu (Start)', class: 'ubuntu_start', action: { kind: 'system', os: 1 } },
          { title: 'Ubuntu (Linbo-Start)', action: { commands: ['start:1'] } },
          { title: 'Ubuntu (Sync+Start)', action: { commands: ['sync:1', 'start:1'] } },
          { title: 'Ubuntu (Neu+Start)', class: 'ubuntu_newstart' },
        ],
      },
    })
  })

  it('comes as a picture of the asked size', async () => {
    const answer = await test.ask('GET', '/api/v1/groups/lab/grub.svg?width=800&height=600')
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('image/svg+xml')
    expect(await answer.text()).toMatch(
      /^<svg [^>]*width="800" height="600"[\s\S]*Ubuntu \(Start\)/,
    )
    expect((await ask('/groups/lab/grub.svg?width=9')).body).toMatchObject({
      code: 'REQUEST_INVALID',
    })
  })

  it('is told to be hand-written, with its text and without a menu', async () => {
    await test.ask('PUT', '/api/v1/groups/own/start-conf', testStartConf('own'))
    await own('own')
    expect((await ask('/groups/own/grub')).body).toMatchObject({
      ...{ handWritten: true, current: false, text: '# mine\n', menu: null },
    })
    expect((await ask('/grub/hand-written')).body).toEqual({
      items: [{ file: 'boot/grub/own.cfg' }],
      next: null,
    })
  })

  it('is not current while its start.conf has errors', async () => {
    await test.ask('PUT', '/api/v1/groups/broken/start-conf', testStartConf('broken'))
    await writeFile(
      join(test.root, 'start.conf.broken'),
      testStartConf('broken', 'quiet $(reboot)'),
    )
    const { body } = await ask('/groups/broken/grub')
    expect(body).toMatchObject({ current: false, text: expect.stringContaining('menuentry') })
    expect(body.problems).toContainEqual(expect.objectContaining({ severity: 'error' }))
  })

  it('is not there for a group that is not', async () => {
    expect((await ask('/groups/none/grub')).body).toMatchObject({ code: 'GROUP_UNKNOWN' })
    expect((await ask('/groups/a%2Fb/grub')).body).toMatchObject({ code: 'GROUP_NAME' })
  })
})

describe('a start.conf that is not saved', () => {
  it('shows what GRUB would be given', async () => {
    const { status, body } = await ask('/start-conf/grub?group=new', testStartConf('new'))
    expect(status).toBe(200)
    expect(body).toMatchObject({
      text: expect.stringContaining('# group new'),
      menu: { group: 'new', cache: { label: 'cache' } },
      picture: expect.stringMatching(/^<svg /),
      problems: expect.any(Array),
    })
    expect((await ask('/start-conf/grub', 'nothing')).body).toMatchObject({
      menu: { group: 'preview', cache: null, entries: [{ title: 'LINBO' }] },
    })
  })
})

describe('what a machine would be given', () => {
  const hostcfg = () => join(test.root, 'boot/grub/hostcfg/pc1.cfg')

  it("is its group's, through the link", async () => {
    expect((await ask('/hosts/PC1/grub')).body).toMatchObject({
      ...{ hostname: 'pc1', group: 'lab', reason: 'host-link', file: 'boot/grub/lab.cfg' },
      ...{ handWritten: false, menu: { group: 'lab' }, text: expect.stringContaining('linbo64') },
    })
  })

  it("is the host's own when an administrator wrote one", async () => {
    await rm(hostcfg())
    await writeFile(hostcfg(), '# for this one\n')
    expect((await ask('/hosts/pc1/grub')).body).toMatchObject({
      ...{ reason: 'host-file', file: 'boot/grub/hostcfg/pc1.cfg', handWritten: true },
      ...{ text: '# for this one\n', menu: null },
    })
  })

  it('is nothing of the server when all are gone', async () => {
    await rm(hostcfg())
    await symlink('../nowhere.cfg', hostcfg())
    await rm(join(test.root, 'boot/grub/lab.cfg'))
    await rm(join(test.root, 'boot/grub/hostcfg/52:54:00:00:00:01.cfg'), { force: true })
    expect((await ask('/hosts/pc1/grub')).body).toMatchObject({
      ...{ reason: 'none', file: null, text: null, menu: null },
    })
    await mkdir(join(test.root, 'boot/grub'), { recursive: true })
    await own('grub')
    expect((await ask('/hosts/pc1/grub')).body).toMatchObject({ reason: 'main-hand-written' })
    expect((await ask('/hosts/none/grub')).body).toMatchObject({ code: 'HOST_UNKNOWN' })
  })
})
