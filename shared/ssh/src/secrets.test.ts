import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ssh2 from 'ssh2'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readClientHostKeys, rememberClientHostKeys } from './client-host-keys.ts'
import { loadClientKey, makeKeyPair } from './key.ts'
import { quote } from './quote.ts'
import { readUploadPassword, writeUploadPassword } from './upload-password.ts'

let dir = ''
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'linbo-ssh-'))
})
afterEach(() => rm(dir, { recursive: true }))

describe('loadClientKey', () => {
  it('creates a key pair once, readable by its owner only', async () => {
    const first = await loadClientKey(dir)
    const path = join(dir, 'ssh', 'id_ed25519')
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(first.publicKey).toMatch(/^ssh-ed25519 \S+ linbo-server$/)
    expect(await readFile(`${path}.pub`, 'utf8')).toBe(`${first.publicKey}\n`)
    expect(await loadClientKey(dir)).toEqual(first)
  })

  it('gives services that start together the same key', async () => {
    const keys = await Promise.all(Array.from({ length: 8 }, () => loadClientKey(dir)))
    expect(new Set(keys.map((key) => key.privateKey)).size).toBe(1)
    expect((await readdir(join(dir, 'ssh'))).sort()).toEqual(['id_ed25519', 'id_ed25519.pub'])
  })

  it('never makes a key file that cannot be read', () => {
    // Without a check about four of these would be malformed.
    for (let count = 0; count < 1000; count++) {
      expect(ssh2.utils.parseKey(makeKeyPair().privateKey)).not.toBeInstanceOf(Error)
    }
  })

  it('uses a key that is there already', async () => {
    const pair = ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 })
    await loadClientKey(dir)
    await writeFile(join(dir, 'ssh', 'id_ed25519'), pair.private)
    expect((await loadClientKey(dir)).publicKey).toContain(pair.public.split(' ')[1])
  })

  it('does not replace a file that is no private key', async () => {
    await loadClientKey(dir)
    const path = join(dir, 'ssh', 'id_ed25519')
    for (const text of ['', 'rubbish', makeKeyPair().publicKey]) {
      await writeFile(path, text)
      await expect(loadClientKey(dir)).rejects.toMatchObject({ code: 'SSH_KEY' })
      expect(await readFile(path, 'utf8')).toBe(text)
    }
  })

  it('says what to do when the file cannot be read', async () => {
    await writeFile(join(dir, 'ssh'), 'a file where the folder should be')
    const fix = expect.stringContaining('readable')
    await expect(loadClientKey(dir)).rejects.toMatchObject({ code: 'SECRET_FILE', fix })
  })
})

describe('readUploadPassword', () => {
  it('creates a random password once', async () => {
    const first = await readUploadPassword(dir)
    expect(first.password).toMatch(/^[\w-]{32}$/)
    expect((await stat(first.path)).mode & 0o777).toBe(0o600)
    expect(await readUploadPassword(dir)).toEqual(first)
  })

  it('takes the password that is there, and keeps other users', async () => {
    const path = join(dir, 'rsyncd.secrets')
    await writeFile(path, 'backup:other\r\nlinbo:Muster!\r\n')
    expect((await readUploadPassword(dir)).password).toBe('Muster!')
    await writeFile(path, 'backup:other')
    await chmod(path, 0o600)
    const added = await readUploadPassword(dir)
    const text = await readFile(path, 'utf8')
    expect(text.replace(/^#.*\n/m, '')).toBe(`backup:other\nlinbo:${added.password}\n`)
  })

  it('knows whether a person chose the password', async () => {
    expect((await readUploadPassword(dir)).isRandom).toBe(true)
    expect((await readUploadPassword(dir)).isRandom).toBe(true)
    await writeUploadPassword(dir, 'Muster!')
    expect(await readUploadPassword(dir)).toMatchObject({ password: 'Muster!', isRandom: false })
    await rm(join(dir, 'rsyncd.secrets'))
    await writeFile(join(dir, 'rsyncd.secrets'), 'linbo:by-hand\n')
    expect((await readUploadPassword(dir)).isRandom).toBe(false)
  })
})

describe('quote', () => {
  it.each([
    [['linbo_wrapper', 'sync:1'], 'linbo_wrapper sync:1'],
    [['create_image:1:lab image'], "'create_image:1:lab image'"],
    [["it's"], "'it'\\''s'"],
    [['', '~', '$(x)', 'a\nb', '*'], "'' '~' '$(x)' 'a\nb' '*'"],
  ])('turns %j into %j', (words, line) => {
    expect(quote(words)).toBe(line)
  })
})

describe('the host keys clients were given', () => {
  it('are remembered, the latest of some builds', async () => {
    expect(await readClientHostKeys(dir)).toEqual(new Set())
    const of = (build: number) => [1, 2, 3].map((kind) => `SHA256:${build}-${kind}`)
    for (const build of [1, 2, 2, 3, 4, 5]) await rememberClientHostKeys(dir, of(build))
    expect([...(await readClientHostKeys(dir))]).toEqual([5, 4, 3, 2].flatMap(of))
  })
})

describe('writeUploadPassword', () => {
  it('replaces the one line and keeps all others', async () => {
    const path = join(dir, 'rsyncd.secrets')
    await writeFile(path, '# ours\nbackup:other\nlinbo:old\nlinbo2:x', { mode: 0o644 })
    await writeUploadPassword(dir, 'new')
    expect(await readFile(path, 'utf8')).toBe('# ours\nbackup:other\nlinbo2:x\nlinbo:new\n')
    expect((await stat(path)).mode & 0o777).toBe(0o600)
  })

  it('creates the file, and says what to do when it cannot', async () => {
    await writeUploadPassword(dir, 'first')
    expect(await readFile(join(dir, 'rsyncd.secrets'), 'utf8')).toBe('linbo:first\n')
    const fix = expect.stringContaining('writable')
    const inFile = join(dir, 'rsyncd.secrets')
    await expect(writeUploadPassword(inFile, 'x')).rejects.toMatchObject({
      code: 'SECRET_FILE',
      fix,
    })
  })
})
