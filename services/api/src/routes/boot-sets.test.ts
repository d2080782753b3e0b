import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { addBootSet, stageBootSet } from '@linbo/boot'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addTestHost, openTestApp, type TestApp } from '../test-app.ts'

let test: TestApp
const ids: string[] = []
beforeAll(async () => {
  test = await openTestApp()
  await addTestHost(test, 1, { ip: '127.0.0.1' })
  for (const name of ['one', 'two']) {
    const staged = await stageBootSet(test.root)
    await writeFile(join(staged, 'linbo64'), `kernel ${name}`)
    await writeFile(join(staged, 'linbofs64'), `initramfs ${name}`)
    const madeAt = new Date(test.clock.now()).toISOString()
    const sha256 = { linbo64: null, linbofs64: name.padEnd(64, '0') }
    const record = { version: `7.4-${name}`, madeAt, by: 'admin', sha256, overlay: [] }
    ids.push(await addBootSet(test.root, staged, record))
  }
})
afterAll(() => test.close())

const list = async () => {
  const answer = await test.ask('GET', '/api/v1/boot-sets')
  expect(answer.status).toBe(200)
  return (await answer.json()).items as { id: string; isCurrent: boolean; isInUse: boolean }[]
}
const activate = (id: string) => test.ask('POST', `/api/v1/boot-sets/${id}/activate`)
const remove = (id: string) => test.ask('DELETE', `/api/v1/boot-sets/${id}`)
const current = async () => (await list()).find(({ isCurrent }) => isCurrent)?.id

describe('boot sets', () => {
  it('are listed', async () => {
    expect((await list()).map(({ id }) => id).sort()).toEqual(ids.toSorted())
    expect(await current()).toBeUndefined()
  })

  it('are activated, which is told and written down', async () => {
    const first = await activate(ids[0] ?? '')
    expect(await first.json()).toEqual({ id: ids[0], before: null })
    const second = await activate(ids[1] ?? '')
    expect(await second.json()).toEqual({ id: ids[1], before: ids[0] })
    expect(await current()).toBe(ids[1])
    const told = test.events.filter(({ type }) => type === 'boot-files.changed')
    expect(told).toMatchObject([
      { set: ids[0], version: '7.4-one' },
      { set: ids[1], version: '7.4-two' },
    ])
    const audit = await (await test.ask('GET', '/api/v1/audit')).json()
    expect(audit.items[0]).toMatchObject({ action: 'boot-set.activate', target: ids[1] })
  })

  it('are removed, but not while machines may be fetching them', async () => {
    for (const [id, status, code] of [
      [ids[1], 409, 'BOOT_SET_CURRENT'],
      [ids[0], 409, 'BOOT_SET_IN_USE'],
      ['none', 404, 'BOOT_SET_UNKNOWN'],
      ['..%2f..', 404, 'BOOT_SET_UNKNOWN'],
    ] as const) {
      const answer = await remove(id ?? '')
      expect(answer.status).toBe(status)
      expect(await answer.json()).toMatchObject({ code, fix: expect.any(String) })
    }
    await test.clock.advance(3_600_000)
    expect((await remove(ids[0] ?? '')).status).toBe(204)
    expect(await list()).toHaveLength(1)
  })

  it('that do not exist are not activated', async () => {
    const answer = await activate('none')
    expect(answer.status).toBe(404)
    expect(await answer.json()).toMatchObject({ code: 'BOOT_SET_UNKNOWN' })
    expect(await current()).toBe(ids[1])
  })
})
