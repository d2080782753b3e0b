import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { join } from 'node:path'
import { currentBootSet } from '@linbo/boot'
import { listAudit } from '@linbo/db'
import { kernelOf, type LinboPackage, linboPackage } from '@linbo/test/linbo-package'
import { openPgpKey } from '@linbo/test/openpgp'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openTestApp, type TestApp, testToken } from '../test-app.ts'

let one: TestApp
beforeAll(async () => {
  one = await openTestApp()
})
afterAll(() => one.close())
beforeEach(() => {
  const { dataDir } = one.deps
  for (const folder of [
    join(dataDir, 'boot-packages'),
    ...['.boot', 'icons', 'linuxmuster-win'].map((name) => join(one.root, name)),
  ])
    rmSync(folder, { recursive: true, force: true })
})

const authorization = `Bearer ${testToken}`
const path = '/api/v1/boot-packages'
const gui = 'linuxmuster-linbo-gui7'
const id = 'linuxmuster-linbo7_7.4.11-0'

/** Sends a package; resolves with the status and the lines of the answer. */
async function send(deb: Uint8Array, query = '', headers: Record<string, string> = {}) {
  const response = await one.askBare(`${path}${query}`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/octet-stream', ...headers },
    body: deb as BodyInit,
  })
  return { status: response.status, lines: await linesOf(response) }
}

async function linesOf(response: Response) {
  const lines = (await response.text()).trim().split('\n')
  return lines.map((line) => JSON.parse(line))
}

const activate = async (version: string, query = '') =>
  (await linesOf(await one.ask('POST', `${path}/${version}/activate${query}`))).at(-1)
const list = async () => (await (await one.ask('GET', path)).json()).items
const versioned = (version: string, more: LinboPackage = {}) =>
  linboPackage({
    version,
    serverfs: { 'icons/theirs.svg': version, 'icons/win11.svg': 'theirs too' },
    ...more,
  })

describe('importing a package', () => {
  it('tells its steps, then the package, and lists it', async () => {
    const deb = linboPackage()
    const { status, lines } = await send(deb)
    expect(status).toBe(200)
    const steps = [...new Set(lines.map(({ step }) => step))]
    expect(steps.slice(0, 4)).toEqual(['verify', 'unpack', 'check', 'prepare'])
    const shown = {
      ...{ id, name: 'linuxmuster-linbo7', version: '7.4.11-0', kernelVersion: '7.0.10-1' },
      sha256: createHash('sha256').update(deb).digest('hex'),
      sizeBytes: deb.length,
      importedAt: new Date(one.clock.now()).toISOString(),
      importedBy: 'admin',
      verification: {
        ...{ md5sums: 'checked', kernel: 'matched', sha256: 'not-given' },
        signature: { status: 'not-given', signer: null, fingerprint: null },
      },
      isActive: false,
    }
    expect(lines.at(-1)).toEqual({ result: { package: shown, isNew: true, activation: null } })
    expect(await list()).toEqual([shown])
    const whole = await (await one.ask('GET', `${path}/7.4.11-0`)).json()
    expect(whole).toMatchObject(shown)
    expect(whole.files).toContainEqual({
      path: 'linbo64',
      sha256: createHash('sha256').update(kernelOf('7.0.10-1')).digest('hex'),
      sizeBytes: 2048,
    })
    expect(await listAudit(one.deps.db, { limit: 1 })).toMatchObject([
      { action: 'boot-package.import', target: id, who: 'admin' },
    ])
    expect(one.events).toContainEqual(
      expect.objectContaining({ type: 'boot-package.changed', package: id, change: 'imported' }),
    )
  })

  it('verifies what it is given', async () => {
    const deb = linboPackage()
    const sha256 = createHash('sha256').update(deb).digest('hex')
    const key = openPgpKey('Example <packages@example.org>')
    mkdirSync(one.deps.configDir, { recursive: true })
    writeFileSync(join(one.deps.configDir, 'keyring.gpg'), key.publicKey)
    const signed = { 'linbo-signature': key.sign(deb).toString('base64') }
    const wrong = await send(deb, `?sha256=${'0'.repeat(64)}`, signed)
    expect(wrong.lines.at(-1)).toMatchObject({ problem: { code: 'PACKAGE_CHECKSUM', status: 422 } })
    expect(await list()).toEqual([])
    const { lines } = await send(deb, `?sha256=${sha256}`, signed)
    expect(lines.at(-1).result.package.verification).toEqual({
      md5sums: 'checked',
      kernel: 'matched',
      sha256: 'matched',
      signature: {
        status: 'good',
        signer: 'Example <packages@example.org>',
        fingerprint: key.fingerprint,
      },
    })
  })

  it('refuses what is not the package, and changes nothing', async () => {
    const { status, lines } = await send(Buffer.from('hello'))
    expect(status).toBe(200)
    expect(lines.at(-1)).toMatchObject({
      problem: { code: 'PACKAGE_BROKEN', fix: expect.stringContaining('Download') },
    })
    expect(readdirSync(join(one.deps.dataDir, 'boot-packages'))).toEqual([])
  })

  it('refuses a sha256 and a signature that are none, and a missing body', async () => {
    expect((await send(Buffer.from('x'), '?sha256=abc')).status).toBe(422)
    expect((await send(Buffer.from('x'), '', { 'linbo-signature': '***' })).status).toBe(422)
    const empty = await one.askBare(path, { method: 'POST', headers: { authorization } })
    expect(empty.status).toBe(400)
  })

  it('needs the token', async () => {
    const response = await one.askBare(path, { method: 'POST', body: 'x' })
    expect(response.status).toBe(401)
  })
})

describe('activating a package', () => {
  it('gives machines what was built from it, and its files', async () => {
    const { lines } = await send(versioned('7.4.10-0'), '?activate=true')
    const { activation, package: first } = lines.at(-1).result
    expect(first.isActive).toBe(true)
    expect(activation).toMatchObject({
      package: first.id,
      written: expect.arrayContaining(['icons/theirs.svg']),
      kept: [],
    })
    expect(await currentBootSet(one.root)).toBe(activation.set)
    expect(readFileSync(join(one.root, 'linbo64'))).toEqual(kernelOf('7.0.10-1'))

    expect(readFileSync(join(one.root, 'icons/win11.svg'), 'utf8')).toBe('theirs too')

    await send(versioned('7.4.11-0', { release: '7.0.11-1' }))
    writeFileSync(join(one.root, 'linuxmuster-win/win11.global.reg'), 'my own')
    const second = (await activate('7.4.11-0')).result
    expect(second).toMatchObject({
      package: id,
      written: ['icons/theirs.svg'],
      kept: ['linuxmuster-win/win11.global.reg'],
    })
    expect(readFileSync(join(one.root, 'linbo64'))).toEqual(kernelOf('7.0.11-1'))
    expect(readFileSync(join(one.root, 'icons/theirs.svg'), 'utf8')).toBe('7.4.11-0')
    expect((await list()).map(({ isActive }: { isActive: boolean }) => isActive)).toEqual([
      true,
      false,
    ])

    const back = await one.ask('POST', `/api/v1/boot-sets/${activation.set}/activate`)
    expect(back.status).toBe(200)
    expect(readFileSync(join(one.root, 'linbo64'))).toEqual(kernelOf('7.0.10-1'))
    expect((await list()).map(({ isActive }: { isActive: boolean }) => isActive)).toEqual([
      false,
      true,
    ])
  })

  it("brings the GUI's package without building anything", async () => {
    await send(linboPackage({ name: gui, version: '7.3.3' }))
    const { result } = await activate('7.3.3')
    expect(result).toEqual({
      ...{ package: `${gui}_7.3.3`, set: null, written: ['linbo_gui64_7.tar.lz'], kept: [] },
      warnings: [],
    })
    expect(await list()).toMatchObject([{ id: `${gui}_7.3.3`, isActive: true }])
  })

  it('tells which files somebody changed, and replaces them when it is asked to', async () => {
    await send(versioned('7.4.11-0'), '?activate=true')
    writeFileSync(join(one.root, 'icons/theirs.svg'), 'my own')
    expect((await activate(id)).result.kept).toEqual(['icons/theirs.svg'])
    expect(readFileSync(join(one.root, 'icons/theirs.svg'), 'utf8')).toBe('my own')
    const replaced = (await activate(id, '?replace=true')).result
    expect(replaced).toMatchObject({ kept: [], written: ['icons/theirs.svg'] })
  })

  it('knows no other package', async () => {
    const response = await one.ask('POST', `${path}/7.9/activate`)
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ code: 'PACKAGE_UNKNOWN' })
  })
})

describe('removing a package', () => {
  it('is refused while machines get it', async () => {
    await send(versioned('7.4.10-0'), '?activate=true')
    const refusal = await one.ask('DELETE', `${path}/7.4.10-0`)
    expect(refusal.status).toBe(409)
    expect(await refusal.json()).toMatchObject({ code: 'PACKAGE_ACTIVE' })
    await send(versioned('7.4.11-0'), '?activate=true')
    expect((await one.ask('DELETE', `${path}/7.4.10-0`)).status).toBe(204)
    expect(await list()).toMatchObject([{ id }])
    expect((await one.ask('DELETE', `${path}/7.4.10-0`)).status).toBe(404)
  })
})

describe('a package over the network', () => {
  // A connection on which a body was refused is not used again.
  const ours = { path, method: 'POST', agent: false } as const
  const patient = { timeout: 20_000 }

  /** Sends these pieces as the body. */
  function post(pieces: Uint8Array[], headers: Record<string, string | number> = {}) {
    return new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
      one.listen().then((port) => {
        const options = { ...ours, port, headers: { authorization, ...headers } }
        const request = httpRequest(options, async (response) => {
          let text = ''
          for await (const chunk of response) text += chunk
          resolve({ status: response.statusCode, text })
        })
        request.on('error', reject)
        for (const piece of pieces) request.write(piece)
        request.end()
      }, reject)
    })
  }

  it('may be larger than other bodies, and come in pieces', async () => {
    const deb = linboPackage({
      compression: 'none',
      serverfs: { 'icons/large': Buffer.alloc(1_000_000) },
    })
    expect(deb.length).toBeGreaterThan(one.deps.bodyBytes * 2)
    const { status, text } = await post([deb.subarray(0, 700_001), deb.subarray(700_001)])
    expect(status).toBe(200)
    expect(text).toContain('"isNew":true')
  })

  it('is refused when it is too large, by its length or on the way', async () => {
    const large = Buffer.alloc(3_000_000)
    for (const headers of [{ 'content-length': 6_000_000 }, {}]) {
      const { status, text } = await post([large, large], headers)
      expect([status, JSON.parse(text).code]).toEqual([413, 'PACKAGE_TOO_LARGE'])
    }
    expect(readdirSync(join(one.deps.dataDir, 'boot-packages'))).toEqual([])
  })

  it('leaves nothing behind when the connection breaks', async () => {
    const port = await one.listen()
    const headers = { authorization, 'content-length': 1_000_000 }
    const request = httpRequest({ ...ours, port, headers })
    const broken = new Promise((resolve) => request.on('error', resolve))
    request.write(Buffer.alloc(100_000))
    const store = join(one.deps.dataDir, 'boot-packages')
    await expect.poll(() => readdirSync(store, { recursive: true }).length, patient).toBe(2)
    request.destroy()
    await broken
    await expect.poll(() => readdirSync(store), patient).toEqual([])
  })
})

it('gives up an import when the service stops, and leaves nothing behind', async () => {
  const second = await openTestApp()
  const response = await second.askBare(path, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/octet-stream' },
    body: linboPackage() as BodyInit,
  })
  await second.deps.bootPackages.stop()
  const lines = await linesOf(response)
  expect(lines.at(-1)).toMatchObject({ problem: { code: 'PACKAGE_STORE' } })
  expect(readdirSync(join(second.deps.dataDir, 'boot-packages'))).toEqual([])
  await second.close()
})
