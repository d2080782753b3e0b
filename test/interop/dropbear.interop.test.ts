import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Database, findKnownKey, openDatabase } from '@linbo/db'
import { loadHostKeys } from '@linbo/linbofs'
import { type Child, spawnChild } from '@linbo/runtime'
import { connectClient, makeKeyPair, type SshConnection } from '@linbo/ssh'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { requireTool } from '../support/require.ts'

// Dropbear reads root's authorized_keys from /root: the test gives it another /root in a mount namespace of its own.
const isRoot = process.getuid?.() === 0
const script =
  'mount --bind "$1" /root && exec dropbear -r "$2" -r "$3" -r "$4" -s -g -p "127.0.0.1:$5" -F -E'
const key = makeKeyPair()
let dir = ''
let port = 0
let database: Database
let ownKeys = new Set<string>()
let dropbear: Child
let connection: SshConnection

async function login(privateKey = key.privateKey): Promise<SshConnection> {
  const { db } = database
  const options = { hostname: 'pc01', ip: '127.0.0.1', port, privateKey, db, timeoutMs: 5000 }
  connection = await connectClient(options)
  return connection
}

async function isRunning(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return stat !== '' && !/\) Z /.test(stat)
}

function answers(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('error', () => resolve(false))
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
  })
}

const suite = isRoot ? requireTool('dropbear', 'unshare') : requireTool('root')
suite('a real dropbear', () => {
  beforeAll(async () => {
    database = await openDatabase({ url: undefined, dataDir: 'memory' })
    dir = await mkdtemp(join(tmpdir(), 'linbo-dropbear-'))
    await mkdir(join(dir, 'root', '.ssh'), { recursive: true, mode: 0o700 })
    const authorized = join(dir, 'root', '.ssh', 'authorized_keys')
    await writeFile(authorized, `${key.publicKey}\n`, { mode: 0o600 })
    const made = await loadHostKeys(join(dir, 'config'), join(dir, 'data'))
    ownKeys = new Set(made.fingerprints)
    const hostKeys = made.files.filter(({ name }) => name.startsWith('dropbear_'))
    for (const { name, content } of hostKeys) await writeFile(join(dir, name), content)
    port = 20_000 + (process.pid % 20_000)
    dropbear = spawnChild({
      command: 'unshare',
      args: [
        '-m',
        'sh',
        '-c',
        script,
        'sh',
        join(dir, 'root'),
        ...hostKeys.map(({ name }) => join(dir, name)),
        String(port),
      ],
      debianPackage: 'util-linux',
    })
    await vi.waitUntil(answers, { timeout: 10_000 })
  })
  afterEach(() => connection?.close())
  afterAll(async () => {
    await dropbear?.stop()
    await database?.close()
    await rm(dir, { recursive: true, force: true })
  })

  it('shows one of the host keys we made for it', async () => {
    const options = { hostname: 'pc02', ip: '127.0.0.1', port, timeoutMs: 5000, ownKeys }
    connection = await connectClient({ ...options, privateKey: key.privateKey, db: database.db })
    expect(await findKnownKey(database.db, 'pc02')).toBeUndefined()
  })

  it('lets us in with our key only', async () => {
    await login()
    await expect(login(makeKeyPair().privateKey)).rejects.toMatchObject({ code: 'SSH_REFUSED' })
  })

  it('runs words as they are, merges both streams, and gives the exit code', async () => {
    let output = ''
    const onOutput = (text: string) => {
      output += text
    }
    const words = [
      'sh',
      '-c',
      'printf "%s|" "$@"; echo err >&2; exit 7',
      'x',
      "it's",
      '$HOME `id` "ü"',
    ]
    expect(await (await login()).exec(words, { onOutput })).toEqual({ code: 7, ended: 'exit' })
    expect(output).toContain('it\'s|$HOME `id` "ü"|')
    expect(output).toContain('err\n')
  })

  it('takes a secret on standard input', async () => {
    const path = join(dir, 'rsyncd.secrets')
    const put = ['sh', '-c', `umask 077; cat > ${path}`]
    await (await login()).exec(put, { input: 'linbo:secret\n' })
    expect(await readFile(path, 'utf8')).toBe('linbo:secret\n')
    const read = await connection.read(['cat', path], { maxBytes: 100, silenceMs: 5000 })
    expect(Buffer.from(read.bytes).toString()).toBe('linbo:secret\n')
  })

  it('ends a script and the program it waits for, which closing the channel would not', async () => {
    let output = ''
    const running = (await login()).exec(
      ['sh', '-c', 'trap "echo bailout; exit 9" 15; echo pid $$; sleep 600 & echo pid $!; wait'],
      {
        onOutput: (text) => {
          output += text
        },
      },
    )
    const waiting = connection.exec(['sh', '-c', 'trap "exit 8" 15; sleep 600; exit 1'])
    await expect.poll(() => output.match(/pid \d+/g)?.length).toBe(2)
    const pids = [...output.matchAll(/pid (\d+)/g)].map((match) => Number(match[1]))
    expect(await connection.stopPrograms()).toBe(true)
    expect(await running).toEqual({ code: 9, ended: 'exit' })
    expect(await waiting).toEqual({ code: 8, ended: 'exit' })
    expect(output).toContain('bailout')
    for (const pid of pids) await expect.poll(() => isRunning(pid)).toBe(false)
    expect(await connection.exec(['true'])).toEqual({ code: 0, ended: 'exit' })
  })

  it('reports a machine that goes away as lost', async () => {
    const script = 'kill -9 "$(cut -d" " -f6 /proc/$$/stat)"; sleep 600'
    expect(await (await login()).exec(['sh', '-c', script])).toEqual({ code: null, ended: 'lost' })
  })
})
