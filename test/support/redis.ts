import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { type Child, type ChildOptions, spawnChild } from '@linbo/runtime'
import { freePort } from './postgres.ts'

export interface TestRedis {
  url: string
  /** Ends the server, keeping its port for `restart`. */
  stop(): Promise<void>
  restart(): Promise<void>
}

/**
 * Starts a Redis of our own on a free loopback port, without persistence.
 * @param run starts a program elsewhere, such as inside a network namespace.
 */
export async function startRedis(
  run: (options: ChildOptions) => Child = spawnChild,
): Promise<TestRedis> {
  const port = await freePort()
  let server: Child | undefined
  let directory = ''
  const start = () =>
    new Promise<void>((resolve, reject) => {
      directory = mkdtempSync('/tmp/linbo-test-redis-')
      server = run({
        command: 'redis-server',
        args: ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', directory],
        debianPackage: 'redis-server',
        onLine: (line) => {
          if (line.includes('Ready to accept connections')) resolve()
        },
      })
      server.exited.then((code) => reject(new Error(`redis-server ended with ${code}`)), reject)
    })
  await start()
  return {
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      await server?.stop()
      await rm(directory, { recursive: true, force: true })
    },
    restart: start,
  }
}
