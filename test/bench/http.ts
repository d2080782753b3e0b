import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from '../support/postgres.ts'
import { unpackDebian } from '../support/unpacked.ts'
import { makeFolder, startLinbo } from './support/linbo.ts'
import { mustRun, startServer, stopServers } from './support/programs.ts'
import { inTurns, type Result } from './support/turns.ts'

interface Server {
  name: string
  url: string
}

const fileBytes = 75_000_000
const name = 'linbofs64'

/** The initramfs over HTTP on loopback against nginx and Python, in MB/s that all clients got together. */
export async function benchHttp(rounds: number): Promise<Result[]> {
  const { folder, root, remove } = await makeFolder()
  try {
    await writeFile(join(root, name), randomBytes(fileBytes))
    const ours = await startLinbo(folder)
    const servers: Server[] = [
      { name: 'ours', url: `http://127.0.0.1:${ours.ports.http}/boot/${name}` },
      ...(await startNginx(folder, root)),
      await startPython(root),
    ]
    const results: Result[] = []
    for (const [clients, files] of [
      [1, 12],
      [16, 2],
    ] as const) {
      const contenders = servers.map((server) => ({
        name: server.name,
        measure: () => measure(server.url, clients, files),
      }))
      const one = { name: `${clients} client${clients > 1 ? 's' : ''}, 75 MB`, unit: 'MB/s' }
      results.push(await inTurns({ ...one, contenders }, rounds))
    }
    return results
  } finally {
    await stopServers()
    await remove()
  }
}

async function measure(url: string, clients: number, files: number): Promise<number> {
  const each = Array.from({ length: files }, () => ['-o', '/dev/null', url]).flat()
  const begun = performance.now()
  await Promise.all(
    Array.from({ length: clients }, () =>
      mustRun('curl', ['--silent', '--fail', '--max-time', '60', ...each]),
    ),
  )
  const seconds = (performance.now() - begun) / 1000
  return (clients * files * fileBytes) / seconds / 1e6
}

async function startNginx(folder: string, root: string): Promise<Server[]> {
  const unpacked = await unpackDebian(['nginx'])
  if (!unpacked) return []
  const port = await freePort()
  const own = join(folder, 'nginx')
  await mkdir(own)
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  const config = `
    daemon off; pid ${own}/pid; error_log stderr; worker_processes auto;
    ${process.getuid?.() === 0 ? 'user root;' : ''}
    events { worker_connections 768; }
    http {
      sendfile on; tcp_nopush on; access_log off; default_type application/octet-stream;
      ${temporary.map((one) => `${one}_temp_path ${own}/${one};`).join(' ')}
      server { listen 127.0.0.1:${port}; location /boot/ { alias ${root}/; } }
    }`
  await writeFile(join(own, 'conf'), config)
  const url = `http://127.0.0.1:${port}/boot/${name}`
  const args = ['-e', 'stderr', '-p', own, '-c', join(own, 'conf')]
  await startServer({
    command: join(unpacked, 'usr/sbin/nginx'),
    args,
    isUp: () => serves(url),
  })
  return [{ name: 'nginx', url }]
}

async function startPython(root: string): Promise<Server> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}/${name}`
  const args = ['-m', 'http.server', '--bind', '127.0.0.1', '--directory', root, String(port)]
  await startServer({ command: 'python3', args, isUp: () => serves(url) })
  return { name: 'python3 http.server', url }
}

async function serves(url: string): Promise<boolean> {
  const response = await fetch(url, { method: 'HEAD' }).catch(() => undefined)
  return response?.ok === true
}
