import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { isSameSecret, openAdminToken } from './admin-token.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'linbo-token-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

it('creates a token that only we may read, and keeps it', async () => {
  const token = await openAdminToken(folder)
  expect(token).toMatch(/^[\w-]{43}$/)
  expect((await stat(join(folder, 'admin-token'))).mode & 0o777).toBe(0o600)
  expect(await readFile(join(folder, 'admin-token'), 'utf8')).toBe(`${token}\n`)
  expect(await openAdminToken(folder)).toBe(token)
})

it('refuses a token that is too short, naming the file', async () => {
  await writeFile(join(folder, 'admin-token'), 'short\n')
  await expect(openAdminToken(folder)).rejects.toMatchObject({
    code: 'ADMIN_TOKEN',
    message: expect.stringContaining('admin-token'),
    fix: expect.stringContaining('Remove'),
  })
})

it('compares secrets of any length', () => {
  expect(isSameSecret('abc', 'abc')).toBe(true)
  expect(isSameSecret('abc', 'abd')).toBe(false)
  expect(isSameSecret('', 'a much longer one')).toBe(false)
})
