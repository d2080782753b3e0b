import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listAudit, listHosts } from '@linbo/db'
import { silentLog } from '@linbo/log'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { addTestHost, openTestApp, type TestApp } from '../test-app.ts'
import { createDevicesWatch, type DevicesWatch } from './devices-watch.ts'

let test: TestApp
let folder: string
let file: string
let watch: DevicesWatch | undefined
beforeEach(async () => {
  test = await openTestApp()
  folder = await mkdtemp(join(tmpdir(), 'linbo-devices-'))
  await mkdir(join(folder, 'default-school'))
  file = join(folder, 'default-school', 'devices.csv')
})
afterEach(async () => {
  await watch?.stop()
  watch = undefined
  await test.close()
  await rm(folder, { recursive: true })
})

const line = (host: string, mac: number) =>
  `r1;${host};lab;52:54:00:00:01:${10 + mac};DHCP;;;;classroom-studentcomputer;;1;;;;\n`
async function start(): Promise<DevicesWatch> {
  watch = createDevicesWatch({
    ...{ file, db: test.deps.db, bus: test.bus, log: silentLog },
    ...{ bootConfigs: test.deps.bootConfigs, groups: test.deps.startConfs.list },
  })
  await watch.start()
  return watch
}
const hosts = async () => (await listHosts(test.deps.db)).map((host) => host.hostname)
const told = (type: string) => test.events.filter((event) => event.type === type)

describe('a devices.csv that is watched', () => {
  it('is taken over at the start and whenever an editor replaces it', async () => {
    await writeFile(file, line('a', 1))
    await start()
    expect(await hosts()).toEqual(['a'])
    expect((await listAudit(test.deps.db))[0]).toMatchObject({
      ...{ who: 'devices-file', source: file, action: 'host.import' },
      detail: { school: 'default-school', added: 1 },
    })
    await writeFile(`${file}~`, line('a', 1) + line('b', 2))
    await rename(`${file}~`, file)
    await vi.waitFor(async () => expect(await hosts()).toEqual(['a', 'b']))
    await vi.waitFor(() => expect(told('devices-file.imported')).toHaveLength(2))
  })

  it('takes hosts away that are no longer in it, and leaves alone those that never were', async () => {
    await addTestHost(test, 7)
    await writeFile(file, line('a', 1) + line('b', 2))
    await start()
    await writeFile(file, line('b', 2))
    await vi.waitFor(async () => expect(await hosts()).toEqual(['b', 'pc7']))
  })

  it('changes nothing with one broken line, says so, and recovers', async () => {
    await writeFile(file, line('a', 1))
    const { problem } = await start()
    await writeFile(file, `${line('a', 1)}r1;b;lab;nonsense;DHCP;;;;;;1\n${line('c', 3)}`)
    await vi.waitFor(() => expect(problem()).toContain('line 2, column 4'))
    expect(told('devices-file.refused')).toMatchObject([{ school: 'default-school', file }])
    expect(await hosts()).toEqual(['a'])
    await writeFile(file, line('a', 1) + line('c', 3))
    await vi.waitFor(async () => expect(await hosts()).toEqual(['a', 'c']))
    await vi.waitFor(() => expect(problem()).toBeUndefined())
  })

  it('does not take an empty or a vanished file for an empty school', async () => {
    await writeFile(file, line('a', 1) + line('b', 2))
    const { problem } = await start()
    await writeFile(file, '')
    await vi.waitFor(() => expect(problem()).toContain('no devices'))
    await rm(file)
    await vi.waitFor(() => expect(problem()).toContain('no such file'))
    expect(await hosts()).toEqual(['a', 'b'])
  })

  it('asks an administrator when most hosts would go, and believes the one who confirms', async () => {
    const all = Array.from({ length: 20 }, (_, n) => line(`pc${n}`, n))
    await writeFile(file, all.join(''))
    const { problem, recheck } = await start()
    const few = all.slice(0, 3).join('')
    await writeFile(file, few)
    await vi.waitFor(() => expect(problem()).toContain('17 of 20'))
    const answer = await test.ask('POST', '/api/v1/hosts/import?remove=true&confirm=17', few, {
      'content-type': 'text/csv',
    })
    expect(answer.status).toBe(200)
    await recheck()
    expect(problem()).toBeUndefined()
    expect(await hosts()).toHaveLength(3)
  })

  it('finds the files of other schools, also later ones', async () => {
    await writeFile(file, line('a', 1))
    await writeFile(join(folder, 'default-school', 'east.devices.csv'), line('a', 2))
    await start()
    expect(await hosts()).toEqual(['a', 'east-a'])
    await mkdir(join(folder, 'north'))
    await writeFile(join(folder, 'north', 'north.devices.csv'), line('a', 3))
    await vi.waitFor(async () => expect(await hosts()).toEqual(['a', 'east-a', 'north-a']))
    await writeFile(join(folder, 'north', 'north.devices.csv'), line('b', 3))
    await vi.waitFor(async () => expect(await hosts()).toContain('north-b'))
  })

  it('is not taken over again at the next start', async () => {
    await writeFile(file, line('a', 1))
    await (await start()).stop()
    await test.ask('PATCH', '/api/v1/hosts/a', { room: 'r9' })
    await start()
    expect((await listHosts(test.deps.db))[0]?.room).toBe('r9')
    expect(told('devices-file.imported')).toHaveLength(1)
  })
})
