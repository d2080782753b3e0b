import { createHash } from 'node:crypto'
import { mkdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cpio, packCpio } from '@linbo/boot/cpio'
import { listCpio } from '@linbo/boot/cpio-read'
import { addMissingFirmware, listAudit } from '@linbo/db'
import { hashPassword } from '@linbo/linbofs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { addTestHost, openTestApp, type TestApp } from '../test-app.ts'

let test: TestApp
beforeEach(async () => {
  test = await openTestApp()
  // Counting a hash takes seconds.
  const tag = createHash('sha256')
    .update(`${'s'.repeat(32)}\nold-one`)
    .digest('hex')
  const stored = { hash: 'f'.repeat(64), salt: 's'.repeat(32), tag }
  await mkdir(test.deps.dataDir, { recursive: true })
  await writeFile(join(test.deps.dataDir, 'linbo-password.json'), JSON.stringify(stored))
  await writeFile(join(test.deps.dataDir, 'rsyncd.secrets'), 'linbo:old-one\n', { mode: 0o600 })
  // As if GRUB's tree were there: making it takes seconds.
  for (const [platform, core] of [
    ['i386-pc', 'core.0'],
    ['x86_64-efi', 'core.efi'],
  ] as const) {
    const folder = join(test.root, 'boot/grub', platform)
    await mkdir(folder, { recursive: true })
    for (const name of [core, 'normal.mod']) await writeFile(join(folder, name), 'x')
  }
})
afterEach(() => test.close())

const own = packCpio([
  cpio.folder('etc'),
  cpio.file('etc/inittab', '::sysinit:/init.sh\n'),
  cpio.file('init.sh', '#!/bin/sh\n', 0o755),
])

async function putFoundFiles() {
  await writeFile(join(test.root, 'linbo64'), 'kernel')
  await writeFile(join(test.root, 'linbofs64'), own)
}

async function build(query = '') {
  const answer = await test.ask('POST', `/api/v1/boot-files/build${query}`)
  expect(answer.status).toBe(200)
  const lines = (await answer.text()).trim().split('\n')
  return lines.map((line) => JSON.parse(line))
}

/** What machines unpack: all archives are plain here. */
async function unpacked() {
  const entries = await listCpio(await readFile(join(test.root, 'linbofs64')))
  return new Map(entries.map((entry) => [entry.path, entry]))
}

describe('POST /boot-files/build', () => {
  it('says what to do when there is nothing to build from', async () => {
    expect((await build()).at(-1)).toEqual({
      problem: expect.objectContaining({
        code: 'LINBOFS_NO_BASE',
        status: 409,
        fix: expect.stringContaining('linbo boot import'),
      }),
    })
  })

  it('tells its steps, and gives machines what was found with our overlay', async () => {
    await putFoundFiles()
    const lines = await build()
    const { result } = lines.at(-1)
    expect(lines.length).toBeGreaterThan(3)
    expect(result).toMatchObject({
      version: null,
      overlay: expect.arrayContaining(['SSH host keys']),
    })
    expect(await readlink(join(test.root, '.boot/current'))).toBe(result.set)
    const bytes = await readFile(join(test.root, 'linbofs64'))
    expect(bytes.subarray(0, own.length)).toEqual(own)
    expect(await readFile(join(test.root, 'linbofs64.md5'), 'utf8')).toBe(
      `${createHash('md5').update(bytes).digest('hex')}\n`,
    )
    const tree = await unpacked()
    expect(tree.get('etc/linbo_pwhash')).toMatchObject({ mode: 0o100600 })
    expect(String(tree.get('etc/linbo_pwhash')?.data)).toBe('f'.repeat(64))
    expect(String(tree.get('.ssh/authorized_keys')?.data)).toMatch(
      /^ssh-ed25519 \S+ linbo-server\n$/,
    )
    const record = JSON.parse(await readFile(join(test.root, '.boot/current/set.json'), 'utf8'))
    expect(record).toMatchObject({
      base: { kind: 'found', bytes: own.length },
      ...{ by: 'admin', server: null },
    })
    const known = await readFile(join(test.deps.dataDir, 'ssh/client-host-keys'), 'utf8')
    expect(known.match(/^SHA256:/gm)).toHaveLength(3)
    const changed = test.events.find(({ type }) => type === 'boot-files.changed')
    expect(changed).toMatchObject({ set: result.set, version: null })
    expect((await listAudit(test.deps.db, { limit: 1 }))[0]).toMatchObject({
      ...{ action: 'boot-files.build', target: result.set },
    })
  })

  it('builds on what it built, and the same bytes again', async () => {
    await putFoundFiles()
    const first = (await build()).at(-1).result
    const [second, third] = await Promise.all([build(), build()])
    const bytes = await readFile(join(test.root, 'linbofs64'))
    for (const lines of [second, third]) {
      expect(lines?.at(-1).result).toMatchObject({ sizeBytes: bytes.length })
    }
    const sets = await (await test.ask('GET', '/api/v1/boot-sets')).json()
    const digests = sets.items
      .filter((one: { by: string | null }) => one.by !== null)
      .map((one: { sha256: { linbofs64: string } }) => one.sha256.linbofs64)
    expect(digests).toHaveLength(3)
    expect(new Set(digests).size).toBe(1)
    expect(sets.items.map((one: { id: string }) => one.id)).toContain(first.set)
  })

  it('is for those who are signed in', async () => {
    expect((await test.askBare('/api/v1/boot-files/build', { method: 'POST' })).status).toBe(401)
  })
})

describe('the LINBO password', () => {
  const put = async (password: string) => {
    const answer = await test.ask('PUT', '/api/v1/settings/linbo-password', { password })
    return { status: answer.status, body: await answer.json() }
  }

  it('is random until a person sets it; then clients get its hash', async () => {
    await putFoundFiles()
    const state = async () =>
      (await (await test.ask('GET', '/api/v1/settings/linbo-password')).json()).isSet
    const secrets = join(test.deps.dataDir, 'rsyncd.secrets')
    await rm(secrets)
    expect(await state()).toBe(false)
    const { status, body } = await put('Muster-Passwort')
    expect(status).toBe(200)
    expect(body).toEqual({ isSet: true, set: expect.any(String), problem: null })
    expect(await state()).toBe(true)
    expect(await readFile(secrets, 'utf8')).toBe('linbo:Muster-Passwort\n')
    expect((await stat(secrets)).mode & 0o777).toBe(0o600)
    const tree = await unpacked()
    const salt = String(tree.get('etc/linbo_salt')?.data)
    const { hash } = await hashPassword('Muster-Passwort', salt)
    expect(String(tree.get('etc/linbo_pwhash')?.data)).toBe(hash)
    const [entry] = await listAudit(test.deps.db, { limit: 1 })
    expect(entry).toMatchObject({ action: 'linbo-password.set' })
    expect(JSON.stringify(entry)).not.toContain('Muster-Passwort')
  })

  it('is refused with the reason, and stays what it was', async () => {
    for (const [password, reason] of [
      ['pass word 1', 'blanks'],
      ['a:b:c:d:e', 'colon'],
      ['short', '8 characters'],
    ] as const) {
      const { status, body } = await put(password)
      expect(status).toBe(422)
      expect(body).toMatchObject({
        code: 'LINBO_PASSWORD',
        detail: expect.stringContaining(reason),
      })
      expect(JSON.stringify(body)).not.toContain(password)
    }
    const path = join(test.deps.dataDir, 'rsyncd.secrets')
    expect(await readFile(path, 'utf8')).toBe('linbo:old-one\n')
  })

  it('is set also when there is nothing to build from yet', async () => {
    const { status, body } = await put('Muster-Passwort')
    expect(status).toBe(200)
    expect(body).toMatchObject({ isSet: true, set: null, problem: { code: 'LINBOFS_NO_BASE' } })
  })
})

describe('firmware', () => {
  const path = '/api/v1/boot-files/firmware'

  it('that hosts missed is offered, and configured with comments kept', async () => {
    await addTestHost(test, 1)
    await addMissingFirmware(test.deps.db, 'pc1', ['rtl_nic/a.fw', 'b.ucode'], new Date())
    const { configDir } = test.deps
    await mkdir(configDir, { recursive: true })
    await mkdir(join(configDir, '../firmware'))
    await writeFile(join(configDir, '../firmware/b.ucode.zst'), 'x')
    await writeFile(join(configDir, 'firmware'), '# Wi-Fi\nold.bin\n\n# net\nkept.fw # why\n')
    const list = async () => (await (await test.ask('GET', path)).json()).items
    expect(await list()).toEqual([
      { name: 'b.ucode', hosts: ['pc1'], configured: false, found: true },
      { name: 'kept.fw', hosts: [], configured: true, found: false },
      { name: 'old.bin', hosts: [], configured: true, found: false },
      { name: 'rtl_nic/a.fw', hosts: ['pc1'], configured: false, found: false },
    ])
    const answer = await test.ask('PUT', path, { names: ['kept.fw', 'b.ucode'] })
    expect(answer.status).toBe(200)
    expect(await readFile(join(configDir, 'firmware'), 'utf8')).toBe(
      '# Wi-Fi\n\n# net\nkept.fw # why\nb.ucode\n',
    )
    expect((await list()).filter((one: { configured: boolean }) => one.configured)).toHaveLength(2)
  })

  it('is never a path elsewhere, or none at all', async () => {
    for (const name of ['../../etc/shadow', '/etc/shadow', 'a\nb', '', 'a b']) {
      const answer = await test.ask('PUT', path, { names: [name] })
      expect(answer.status).toBe(422)
      expect(await answer.json()).toMatchObject({ code: 'FIRMWARE_NAME' })
    }
  })
})
