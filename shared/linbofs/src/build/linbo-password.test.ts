import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hashPassword, makeSalt, whyNotPassword } from './linbo-password.ts'
import { passwordHashOf } from './password-file.ts'

describe('the LINBO password', () => {
  it.each(['Muster-Passwort!', 'a_b.c/d+e=f@g#h', '12345678', 'x'.repeat(64)])(
    'may be %s',
    (password) => expect(whyNotPassword(password)).toBeUndefined(),
  )

  it.each([
    ['pass word', /blanks/],
    ['Paßwort12', /ASCII/],
    ['line\nend12', /ASCII/],
    ['password,1', /comma/],
    ['pass:word', /colon/],
    ...['"', "'", '`', '$', '\\'].map((one): [string, RegExp] => [`password${one}`, /quotes/]),
    ...['*', '?', '['].map((one): [string, RegExp] => [`password${one}`, /shell/]),
    ['-password', /option/],
    ['short', /8 characters/],
    ['', /8 characters/],
    ['x'.repeat(65), /64 characters/],
  ])('may not be %j', (password, reason) => {
    expect(whyNotPassword(password)).toMatch(reason)
  })

  it('is hashed with a salt that is another each time', () => {
    const salts = new Set(Array.from({ length: 100 }, makeSalt))
    expect(salts.size).toBe(100)
    for (const salt of salts) expect(salt).toMatch(/^[A-Za-z0-9]{32}$/)
  })

  it('has the hash that `echo Muster! | argon2 SALT -t 1000` prints', async () => {
    const { hash } = await hashPassword('Muster!', 'abcdefghijklmnopqrstuvwxyz012345')
    expect(hash).toBe('45d189891b00c5a70e0604d6f19346428bbd96acdffde6d14dfd4e0bdf305755')
  })
})

describe('the stored hash', () => {
  let dir: string
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'linbo-hash-'))
  })
  afterEach(() => rm(dir, { recursive: true }))

  it('is counted once for a password, also for two who ask together, and anew for another', async () => {
    const [first, second] = await Promise.all([1, 2].map(() => passwordHashOf(dir, 'Muster!')))
    expect(second).toEqual(first)
    expect(await passwordHashOf(dir, 'Muster!')).toEqual(first)
    expect((await stat(join(dir, 'linbo-password.json'))).mode & 0o777).toBe(0o600)
    const other = await passwordHashOf(dir, 'Other1234')
    expect(other.hash).not.toBe(first?.hash)
    expect(other.salt).not.toBe(first?.salt)
    expect(await readFile(join(dir, 'linbo-password.json'), 'utf8')).not.toContain('Other1234')
  })

  it('that is damaged is counted anew', async () => {
    await writeFile(join(dir, 'linbo-password.json'), '{"hash": 1')
    expect((await passwordHashOf(dir, 'Muster!')).hash).toMatch(/^[0-9a-f]{64}$/)
  })

  it('says what to do when it cannot be kept', async () => {
    await writeFile(join(dir, 'file'), '')
    await expect(passwordHashOf(join(dir, 'file'), 'Muster!')).rejects.toMatchObject({
      code: 'SECRET_FILE',
      fix: expect.stringContaining('writable'),
    })
  })
})
