import { mkdtempSync, readdirSync } from 'node:fs'
import { chown, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { type Child, type ChildOptions, spawnChild } from '@linbo/runtime'
import pg from 'pg'

export interface TestPostgres {
  url: string
  /** Makes another, empty database on the same server. */
  createDatabase(name: string): Promise<string>
  stop(): Promise<void>
}

/**
 * Starts a Postgres of our own on a free loopback port with its data in a temporary directory.
 * @param run starts a program elsewhere, such as inside a network namespace.
 */
export async function startPostgres(
  run: (options: ChildOptions) => Child = spawnChild,
): Promise<TestPostgres> {
  const bin = join('/usr/lib/postgresql', newestVersion(), 'bin')
  const directory = mkdtempSync('/tmp/linbo-test-pg-')
  const asRoot = process.getuid?.() === 0
  const user = asRoot ? await postgresUser() : undefined
  if (user) await chown(directory, user.uid, user.gid)
  const start = (program: string, args: string[], onLine?: (line: string) => void): Child => {
    const words = user
      ? [
          'setpriv',
          `--reuid=${user.uid}`,
          `--regid=${user.gid}`,
          '--clear-groups',
          join(bin, program),
        ]
      : [join(bin, program)]
    return run({
      command: words[0]!,
      args: [...words.slice(1), ...args],
      cwd: directory,
      debianPackage: 'postgresql',
      ...(onLine ? { onLine } : {}),
    })
  }
  const data = join(directory, 'data')
  const initialised = await start('initdb', ['-D', data, '-U', 'linbo', '-A', 'trust', '--no-sync'])
    .exited
  if (initialised !== 0) throw new Error(`initdb ended with ${initialised}`)
  const port = await freePort()
  const options = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', directory, '-F']
  let server: Child | undefined
  await new Promise<void>((resolve, reject) => {
    server = start('postgres', options, (line) => {
      if (line.includes('ready to accept connections')) resolve()
    })
    server.exited.then((code) => reject(new Error(`postgres ended with ${code}`)), reject)
  })
  const url = (name: string) => `postgres://linbo@127.0.0.1:${port}/${name}`
  return {
    url: url('postgres'),
    async createDatabase(name) {
      const client = new pg.Client(url('postgres'))
      await client.connect()
      await client.query(`create database ${client.escapeIdentifier(name)}`)
      await client.end()
      return url(name)
    },
    async stop() {
      server?.process.kill('SIGINT')
      await server?.stop(5000)
      await rm(directory, { recursive: true, force: true })
    },
  }
}

function newestVersion(): string {
  const versions = readdirSync('/usr/lib/postgresql').sort((a, b) => Number(b) - Number(a))
  if (!versions[0]) throw new Error('Postgres is not installed: apt-get install postgresql')
  return versions[0]
}

async function postgresUser(): Promise<{ uid: number; gid: number }> {
  const ids: number[] = []
  for (const flag of ['-u', '-g']) {
    await spawnChild({
      command: 'id',
      args: [flag, 'postgres'],
      onLine: (line) => ids.push(Number(line)),
    }).exited
  }
  return { uid: ids[0]!, gid: ids[1]! }
}

/** A TCP port that is free on loopback right now. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
