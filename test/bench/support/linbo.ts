import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Child } from '@linbo/runtime'
import type { Namespace } from '../../support/namespace.ts'
import { freePort } from '../../support/postgres.ts'
import { startServer } from './programs.ts'

const main = resolve(import.meta.dirname, '../../../services/cli/src/main.ts')

export interface Linbo {
  child: Child
  ports: { tftp: number; rsync: number; http: number }
}

export interface Where {
  /** Loopback's unless given. */
  address?: string
  space?: Namespace
  settings?: Record<string, string>
}

/** `linbo serve` as a process of its own, with the embedded database and default settings, serving `folder`/linbo. */
export async function startLinbo(folder: string, where: Where = {}): Promise<Linbo> {
  const ports = { tftp: await freePort(), rsync: await freePort(), http: await freePort() }
  const { address = '127.0.0.1', space } = where
  const ready = `http://${address === '0.0.0.0' ? '127.0.0.1' : address}:${ports.http}/ready`
  const serve = [process.execPath, main, 'serve']
  const [command, ...args] = space ? ['ip', 'netns', 'exec', space.name, ...serve] : serve
  const child = await startServer({
    command: command!,
    args,
    env: {
      LINBO_DATA_DIR: join(folder, 'data'),
      LINBO_DIR: join(folder, 'linbo'),
      LINBO_LISTEN: address,
      LINBO_SERVER_IP: address,
      LINBO_TFTP_PORT: String(ports.tftp),
      LINBO_RSYNC_PORT: String(ports.rsync),
      LINBO_HTTP_PORT: String(ports.http),
      ...where.settings,
    },
    isUp: async () => {
      if (!space) return isReady(ready)
      return (await space.run('curl', '-sf', '-o', '/dev/null', ready)).code === 0
    },
  })
  return { child, ports }
}

async function isReady(url: string): Promise<boolean> {
  const response = await fetch(url).catch(() => undefined)
  await response?.arrayBuffer()
  return response?.ok === true
}

/** A temporary folder with `linbo/`, readable by daemons that give up root. */
export async function makeFolder(): Promise<{
  folder: string
  root: string
  remove(): Promise<void>
}> {
  const folder = await mkdtemp(join(tmpdir(), 'linbo-bench-'))
  const root = join(folder, 'linbo')
  await mkdir(root)
  await chmod(folder, 0o755)
  return { folder, root, remove: () => rm(folder, { recursive: true, force: true }) }
}
