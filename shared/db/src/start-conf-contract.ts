import { expect, it } from 'vitest'
import * as queries from './index.ts'
import type { Db } from './schema.ts'

const pc01 = { hostname: 'pc01', mac: '52:54:00:00:00:01', group: 'lab', room: 'r1' }
const pc02 = { hostname: 'pc02', mac: '52:54:00:00:00:02', group: 'kiosk', room: 'r2' }
const sha = (text: string) => `sha of ${JSON.stringify(text)}`
const version = (group: string, text: string | null, author = 'anna') => ({
  group,
  content: text === null ? null : new TextEncoder().encode(text),
  sha256: text === null ? null : sha(text),
  author,
  source: 'api' as const,
  at: new Date('2026-11-21T08:00:00Z'),
})

/** Part of the contract of every database: the versions of start.conf and the renames of groups. */
export function describeStartConfVersions(db: () => Db): void {
  const addVersion = (...some: Parameters<typeof version>) =>
    db()
      .transaction()
      .execute(async (trx) => {
        await queries.lockStartConfs(trx, some[0])
        return queries.addStartConfVersion(trx, version(...some))
      })

  it('keeps the versions of a start.conf byte for byte, and its removal', async () => {
    const odd = 'a\u0000ä\r\n'
    await addVersion('lab', odd)
    await addVersion('lab', null, 'disk')
    await addVersion('other', 'x')
    const rows = await queries.listStartConfVersions(db(), 'lab')
    expect(rows).toMatchObject([
      { number: 2, sha256: null, sizeBytes: null, author: 'disk', comment: '' },
      { number: 1, sha256: sha(odd), sizeBytes: 6, author: 'anna', source: 'api' },
    ])
    expect(rows[0]?.at).toEqual(new Date('2026-11-21T08:00:00Z'))
    const found = await queries.findStartConfVersion(db(), 'lab', 1)
    expect(new TextDecoder().decode(found?.content ?? undefined)).toBe(odd)
    expect(await queries.findStartConfVersion(db(), 'lab', 3)).toBeUndefined()
    expect(await queries.findStartConfRevision(db(), 'lab', sha('x'))).toBeUndefined()
    expect(await queries.findStartConfRevision(db(), 'other', sha('x'))).toMatchObject({
      number: 1,
    })
    expect(await queries.listStartConfVersions(db(), 'lab', { before: 2, limit: 1 })).toEqual([
      rows[1],
    ])
    expect((await queries.latestStartConfVersions(db())).map((row) => row.number)).toEqual([2, 1])
  })

  it('numbers the versions of a group one after the other, whoever writes at the same time', async () => {
    const added = await Promise.all(
      Array.from({ length: 12 }, (_, n) => addVersion('lab', `text ${n}`)),
    )
    expect(added.map((row) => row.number).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 12 }, (_, n) => n + 1),
    )
    expect((await queries.latestStartConfVersion(db(), 'lab'))?.number).toBe(12)
  })

  it('gives all of a group to its new name, once', async () => {
    await queries.saveHost(db(), pc01)
    await queries.saveHost(db(), pc02)
    await addVersion('new', 'of a group long gone')
    for (const text of ['one', 'two']) await addVersion('lab', text)
    const rename = { from: 'lab', to: 'new', author: 'anna', at: new Date() }
    expect(await queries.beginGroupRename(db(), rename)).toBe(true)
    expect(await queries.beginGroupRename(db(), { ...rename, to: 'newer' })).toBe(false)
    expect(await queries.listGroupRenames(db())).toEqual([rename])
    const move = () =>
      db()
        .transaction()
        .execute(async (trx) => {
          await queries.lockStartConfs(trx, 'new', 'lab', 'new')
          return queries.moveGroup(trx, 'lab', 'new')
        })
    expect([await move(), await move()]).toEqual([1, 0])
    await queries.endGroupRename(db(), 'lab')
    expect(await queries.listGroupRenames(db())).toEqual([])
    expect((await queries.listHosts(db())).map((host) => host.group)).toEqual(['new', 'kiosk'])
    const rows = await queries.listStartConfVersions(db(), 'new')
    expect(rows.map((row) => [row.number, row.sha256])).toEqual([
      [3, sha('two')],
      [2, sha('one')],
      [1, sha('of a group long gone')],
    ])
    expect(await queries.latestStartConfVersion(db(), 'lab')).toBeUndefined()
  })
}
