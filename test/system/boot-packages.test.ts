import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kernelOf, makeLinboPackage } from '../support/linbo-package.ts'
import { modes, type Suite, startSuite } from '../support/suite.ts'

const folder = mkdtempSync(join(tmpdir(), 'linbo-system-packages-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const older = makeLinboPackage(folder, { version: '7.4.10-0', release: '7.0.9-1' })
const newer = makeLinboPackage(folder, { version: '7.4.11-0', release: '7.0.10-1' })
const gui = makeLinboPackage(folder, { name: 'linuxmuster-linbo-gui7', version: '7.3.3-0' })

describe.each(modes)("LINBO's packages, in %s", (mode) => {
  let suite: Suite
  beforeAll(async () => {
    suite = await startSuite(mode)
  }, 60_000)
  afterAll(() => suite?.stop())

  const fetched = (file: string, localAddress: string) =>
    new Promise<Buffer>((resolve, reject) => {
      const from = { agent: false, localAddress }
      const request = httpRequest(`${suite.url}/boot/${file}`, from, async (response) => {
        const parts: Buffer[] = []
        for await (const part of response) parts.push(part)
        resolve(Buffer.concat(parts))
      })
      request.on('error', reject).end()
    })
  let machines = 1
  const store = () => readdirSync(join(suite.dataDir, 'boot-packages')).sort()
  /** What a machine gets that comes now; one that was there before may still finish with another set. */
  const expectKernel = async (release: string) => {
    machines++
    const address = `127.0.0.${machines}`
    expect(await fetched('linbo64', address)).toEqual(kernelOf(release))
    for (const name of ['linbo64', 'linbofs64']) {
      const md5 = createHash('md5')
        .update(await fetched(name, address))
        .digest('hex')
      expect(String(await fetched(`${name}.md5`, address))).toBe(`${md5}\n`)
    }
  }

  it('come from a file to the machines, and back to the version before', async () => {
    const first = await suite.cli('linbo', 'boot', 'import', '--activate', older, gui)
    expect([first.code, first.out]).toEqual([0, expect.stringContaining('7.4.10-0 now, boot set')])
    await expectKernel('7.0.9-1')
    expect(readFileSync(join(suite.linboDir, 'linbo_gui64_7.tar.lz'), 'utf8')).toBe('gui 7.3.3-0')

    const second = await suite.cli('linbo', 'boot', 'import', newer)
    expect([second.code, second.out]).toEqual([0, expect.stringContaining('linbo boot activate')])
    await expectKernel('7.0.9-1')
    expect((await suite.cli('linbo', 'boot', 'activate', '7.4.11-0')).code).toBe(0)
    await expectKernel('7.0.10-1')
    expect((await suite.cli('linbo', 'boot', 'rollback')).code).toBe(0)
    await expectKernel('7.0.9-1')

    const { out } = await suite.cli('linbo', 'boot', 'list', '--json')
    const { packages } = JSON.parse(out) as { packages: { id: string; isActive: boolean }[] }
    expect(packages.map(({ id, isActive }) => [id, isActive])).toEqual([
      ['linuxmuster-linbo-gui7_7.3.3-0', true],
      ['linuxmuster-linbo7_7.4.11-0', false],
      ['linuxmuster-linbo7_7.4.10-0', true],
    ])
  }, 120_000)

  it('are refused without a change when they are not what they should be', async () => {
    const before = store()
    const path = makeLinboPackage(folder, {
      version: '7.4.99-0',
      extra: [{ path: './srv/linbo/icons/x', type: '2', target: '/etc/shadow' }],
    })
    const { code, err } = await suite.cli('linbo', 'boot', 'import', '--activate', path)
    expect([code, err]).toEqual([1, expect.stringContaining('leads out')])
    expect(store()).toEqual(before)
    await expectKernel('7.0.9-1')
  }, 60_000)

  it('leave no half of them behind when everything is killed', async () => {
    const before = store()
    const request = httpRequest(`${suite.url}/api/v1/boot-packages`, {
      method: 'POST',
      agent: false,
      headers: { authorization: `Bearer ${suite.token}`, 'content-length': 1_000_000 },
    })
    const broken = new Promise((resolve) => request.on('error', resolve))
    request.write(Buffer.alloc(200_000))
    await expect.poll(() => store().length, { timeout: 20_000 }).toBe(before.length + 1)
    await suite.kill()
    await broken
    expect(store()).toHaveLength(before.length + 1)
    await suite.restart()
    expect(store()).toEqual(before)
    await expectKernel('7.0.9-1')
  }, 120_000)
})
