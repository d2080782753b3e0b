import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { loadHostKeys } from './host-key-files.ts'

let dir: string
let config: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'linbo-host-keys-'))
  config = join(dir, 'config')
  await mkdir(config)
})
afterEach(() => rm(dir, { recursive: true, force: true }))

const load = () => loadHostKeys(config, join(dir, 'data'))

it('makes its own once, readable by its owner only', async () => {
  const first = await load()
  expect(first.files).toHaveLength(9)
  expect(first.fingerprints).toHaveLength(3)
  for (const kind of ['rsa', 'ecdsa', 'ed25519']) {
    const path = join(dir, 'data/ssh', `ssh_host_${kind}_key`)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    const shown = execFileSync('ssh-keygen', ['-lf', path], { encoding: 'utf8' })
    expect(first.fingerprints).toContain(shown.split(' ')[1])
  }
  expect(await load()).toEqual(first)
})

it('takes the administrator’s, in either format, and makes the other from it', async () => {
  const [rsa, ecdsa] = [join(config, 'dropbear_rsa_host_key'), join(config, 'ssh_host_ecdsa_key')]
  execFileSync('dropbearkey', ['-t', 'rsa', '-s', '2048', '-f', rsa], { stdio: 'ignore' })
  execFileSync('ssh-keygen', ['-q', '-t', 'ecdsa', '-N', '', '-f', ecdsa])
  const { files } = await load()
  const content = (name: string) => files.find((one) => one.name === name)?.content ?? ''
  expect(content('dropbear_rsa_host_key')).toEqual(await readFile(rsa))
  const check = join(dir, 'check')
  await writeFile(check, content('ssh_host_rsa_key'), { mode: 0o600 })
  const [type, blob] = execFileSync('ssh-keygen', ['-yf', check], { encoding: 'utf8' }).split(' ')
  const dropbears = execFileSync('dropbearkey', ['-y', '-f', rsa], { encoding: 'utf8' })
  expect(dropbears).toContain(`${type} ${blob?.trim()}`)
  await writeFile(check, content('dropbear_ecdsa_host_key'))
  const shown = execFileSync('dropbearkey', ['-y', '-f', check], { encoding: 'utf8' })
  const own = (await readFile(`${ecdsa}.pub`, 'utf8')).split(' ')[1]
  expect(shown).toContain(own)
})

it('names a file that is no key, or one of another kind', async () => {
  await writeFile(join(config, 'dropbear_rsa_host_key'), 'rubbish')
  await expect(load()).rejects.toMatchObject({
    code: 'LINBOFS_HOST_KEY',
    message: expect.stringContaining('dropbear_rsa_host_key'),
    fix: expect.stringContaining('remove the file'),
  })
  await rm(join(config, 'dropbear_rsa_host_key'))
  execFileSync('ssh-keygen', [
    '-q',
    '-t',
    'ed25519',
    '-N',
    '',
    '-f',
    join(config, 'ssh_host_rsa_key'),
  ])
  await expect(load()).rejects.toMatchObject({
    code: 'LINBOFS_HOST_KEY',
    message: expect.stringContaining('ed25519'),
  })
})
