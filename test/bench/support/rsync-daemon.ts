import { writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import type { Child } from '@linbo/runtime'
import { freePort } from '../../support/postgres.ts'
import { startServer } from './programs.ts'

/**
 * Debian's rsync as a daemon on loopback, with root as its module `linbo`.
 * @param more further lines of its configuration.
 */
export async function startRsyncDaemon(
  folder: string,
  root: string,
  name: string,
  more: string,
): Promise<{ port: number; child: Child }> {
  const port = await freePort()
  const file = join(folder, `${name}.conf`)
  const own = process.getuid?.() === 0 ? 'uid = root\ngid = root\n' : ''
  const lines = [
    `pid file = ${folder}/${name}.pid`,
    'log file = /dev/null',
    'socket options = TCP_NODELAY',
    'reverse lookup = no',
    '[linbo]',
    `path = ${root}`,
    'use chroot = no',
    'read only = yes',
    'dont compress = *.qcow2',
  ]
  await writeFile(file, `${lines.join('\n')}\n${own}${more}`)
  const args = [
    '--daemon',
    '--no-detach',
    '--address=127.0.0.1',
    `--port=${port}`,
    `--config=${file}`,
  ]
  const child = await startServer({ command: 'rsync', args, isUp: () => accepts(port) })
  return { port, child }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
