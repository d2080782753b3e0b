import { randomBytes } from 'node:crypto'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder, startLinbo } from './support/linbo.ts'
import { mustRun, stopServers } from './support/programs.ts'
import { startRsyncDaemon } from './support/rsync-daemon.ts'
import { inTurns, type Result } from './support/turns.ts'

const largeBytes = 500_000_000
const smallBytes = 1000
const quiet = ['--quiet', '--timeout=60', '--write-devices']

/** rsync on loopback: our gateway, the stock daemon without it, and one with shell hooks as upstream's. */
export async function benchRsync(rounds: number): Promise<Result[]> {
  const { folder, root, remove } = await makeFolder()
  try {
    await mkdir(join(root, 'images', 'win'), { recursive: true })
    await writeFile(join(root, 'images', 'win', 'win.qcow2'), randomBytes(largeBytes))
    await writeFile(join(root, 'start.conf.win'), randomBytes(smallBytes / 2).toString('hex'))
    const ours = await startLinbo(folder)
    const servers = [
      { name: 'ours', port: ours.ports.rsync },
      { name: 'stock daemon', port: (await startRsyncDaemon(folder, root, 'plain', '')).port },
      {
        name: 'with shell hooks',
        port: (await startRsyncDaemon(folder, root, 'hooks', await hooks(folder))).port,
      },
    ]
    const compare = async (
      name: string,
      unit: string,
      measure: (port: number) => Promise<number>,
    ) =>
      inTurns(
        {
          name,
          unit,
          contenders: servers.map((one) => ({ name: one.name, measure: () => measure(one.port) })),
        },
        rounds,
      )
    return [
      await compare('1 client, 500 MB', 'MB/s', (port) => large(port, 1)),
      await compare('4 clients, 500 MB each', 'MB/s', (port) => large(port, 4)),
      await compare('1 client, 1 kB files', 'requests/s', (port) => small(port, 1, 40)),
      await compare('32 clients, 1 kB files', 'requests/s', (port) => small(port, 32, 160)),
    ]
  } finally {
    await stopServers()
    await remove()
  }
}

/** Real clients; what they get goes to /dev/null, so that no disk is measured. */
async function large(port: number, clients: number): Promise<number> {
  const begun = performance.now()
  const url = `rsync://127.0.0.1:${port}/linbo/images/win/win.qcow2`
  const read = () => mustRun('rsync', [...quiet, url, '/dev/null'])
  await Promise.all(Array.from({ length: clients }, read))
  return (clients * largeBytes) / ((performance.now() - begun) / 1000) / 1e6
}

async function small(port: number, clients: number, requests: number): Promise<number> {
  const url = `rsync://127.0.0.1:${port}/linbo/start.conf.win`
  const words = ['-P', String(clients), '-n', '1', 'rsync', ...quiet, url]
  const script = `yes /dev/null | head -n ${requests} | xargs "$@"`
  const { seconds } = await mustRun('sh', ['-c', script, 'sh', ...words])
  return requests / seconds
}

/** Hooks like upstream's, which start a shell before and after each request, but with next to nothing to do. */
async function hooks(folder: string): Promise<string> {
  const script = join(folder, 'hook.sh')
  const lines = [
    '#!/bin/bash',
    'case "$RSYNC_REQUEST" in *.log | *.md5) name=$(basename "$RSYNC_REQUEST") ;; esac',
    'exit 0',
  ]
  await writeFile(script, `${lines.join('\n')}\n`)
  await chmod(script, 0o755)
  return `pre-xfer exec = ${script}\npost-xfer exec = ${script}\n`
}
