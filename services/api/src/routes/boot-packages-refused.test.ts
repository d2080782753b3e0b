import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { listAudit } from '@linbo/db'
import { tar } from '@linbo/test/archives'
import { kernelOf, linboPackage } from '@linbo/test/linbo-package'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestApp, type TestApp, testToken } from '../test-app.ts'

const path = '/api/v1/boot-packages'

let one: TestApp
beforeAll(async () => {
  one = await openTestApp()
  const { result } = await send(linboPackage({ version: '7.4.10-0', release: '7.0.9-1' }))
  expect(result.activation.set).toMatch(/^\d{8}-/)
})
afterAll(() => one.close())

/** Sends a package that machines shall get; resolves with the answer's last line. */
async function send(deb: Uint8Array) {
  const response = await one.askBare(`${path}?activate=true`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${testToken}`,
      'content-type': 'application/octet-stream',
      'content-length': `${deb.length}`,
    },
    body: deb as BodyInit,
  })
  const last = JSON.parse((await response.text()).trim().split('\n').at(-1) ?? '')
  return response.ok ? last : { problem: last }
}

/** Every path below a folder with what is there, and when it was last written to. */
function contents(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
  return names.map((name) => {
    const full = join(folder, name)
    const stats = lstatSync(full)
    if (stats.isSymbolicLink()) return `${name} -> ${readlinkSync(full)}`
    if (stats.isDirectory()) return name
    const digest = createHash('sha256').update(readFileSync(full)).digest('hex')
    return `${name} ${stats.mtimeMs} ${digest}`
  })
}

async function everything() {
  const shown = await Promise.all(
    [path, '/api/v1/boot-sets'].map(async (at) => (await one.ask('GET', at)).json()),
  )
  const audit = await listAudit(one.deps.db, { limit: 100 })
  const { dataDir, linboDir } = one.deps
  return {
    shown,
    audit,
    store: contents(join(dataDir, 'boot-packages')),
    served: contents(linboDir),
    told: one.events.filter(({ type }) => type.startsWith('boot-')).length,
  }
}

const climbing = '../../../../../../etc/cron.d/x'
const refused: [name: string, deb: () => Uint8Array, code: string][] = [
  ['another package', () => linboPackage({ name: 'linuxmuster-base7' }), 'PACKAGE_OTHER'],
  ['wrong checksums', () => linboPackage({ md5sums: `${'0'.repeat(32)}  x\n` }), 'PACKAGE_BROKEN'],
  ['another kernel', () => linboPackage({ kernel: kernelOf('6.1.0-1') }), 'PACKAGE_KERNEL'],
  ['a file cut off', () => linboPackage().subarray(0, -200), 'PACKAGE_BROKEN'],
  ['a file cut in half', () => halfOf(linboPackage()), 'PACKAGE_BROKEN'],
  [
    'a path that leads out',
    () => linboPackage({ extra: [{ path: `./srv/linbo/${climbing}`, data: 'x' }] }),
    'PACKAGE_BROKEN',
  ],
  [
    'a link that leads out',
    () =>
      linboPackage({ extra: [{ path: './srv/linbo/icons/x', type: '2', target: '/etc/shadow' }] }),
    'PACKAGE_BROKEN',
  ],
  [
    'a template with a path that leads out',
    () => linboPackage({ template: tar([{ path: `linbofs64/${climbing}`, data: 'x' }]) }),
    'LINBOFS_TEMPLATE',
  ],
  [
    'modules with a path that leads out',
    () => linboPackage({ modules: tar([{ path: `lib/modules/${climbing}`, data: 'x' }]) }),
    'PACKAGE_BROKEN',
  ],
  [
    'a file in it that is too large',
    () => linboPackage({ extra: [{ path: './srv/linbo/icons/x', size: 2 ** 31 + 1 }] }),
    'PACKAGE_BROKEN',
  ],
  [
    'more bytes than a package may have',
    () => linboPackage({ serverfs: { 'icons/x': Buffer.alloc(6_000_000) }, compression: 'none' }),
    'PACKAGE_TOO_LARGE',
  ],
]

const halfOf = (deb: Uint8Array) => deb.subarray(0, deb.length / 2)

describe('a package that shall be imported and given to machines changes nothing, with', () => {
  it.each(refused)('%s', async (_name, deb, code) => {
    const before = await everything()
    const { problem } = await send(deb())
    expect(problem).toMatchObject({ code, detail: expect.any(String), fix: expect.any(String) })
    expect(await everything()).toEqual(before)
    expect(before.shown[0].items).toMatchObject([{ version: '7.4.10-0', isActive: true }])
    expect(readFileSync(join(one.deps.linboDir, 'linbo64'))).toEqual(kernelOf('7.0.9-1'))
  })
})
