import { mkdir, rm } from 'node:fs/promises'
import { createConnection, createServer } from 'node:net'
import { join } from 'node:path'
import { LinboError } from '@linbo/runtime'

/**
 * Takes a data directory for this process. A live owner answers on the socket file; a dead one does not and is
 * replaced, because the kernel closed its socket with it. PGlite loses rows silently when two processes share
 * a directory, so the second one must never get in.
 * @throws LinboError `DATA_DIR_IN_USE` or `DATA_DIR_UNWRITABLE`.
 */
export async function lockDirectory(directory: string): Promise<{ release(): Promise<void> }> {
  const path = join(directory, 'in-use.sock')
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw unwritable(directory, cause)
  }
  for (let attempt = 0; attempt < 3; attempt++) {
    const server = createServer((socket) => socket.end(`${process.pid}\n`))
    const failed = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
      server.once('error', resolve)
      server.listen(path, () => resolve(undefined))
    })
    if (!failed) {
      server.unref()
      return { release: () => new Promise((resolve) => server.close(() => resolve())) }
    }
    if (failed.code !== 'EADDRINUSE') throw unwritable(directory, failed)
    const owner = await askOwner(path)
    if (owner) {
      throw new LinboError('DATA_DIR_IN_USE', `${directory} is in use by process ${owner}`, {
        fix: 'Stop the other process, or set LINBO_DATA_DIR to another directory.',
      })
    }
    await rm(path, { force: true })
  }
  throw new LinboError('DATA_DIR_IN_USE', `${directory} is being taken by another process`, {
    fix: 'Try again in a moment.',
  })
}

function unwritable(directory: string, cause: unknown): LinboError {
  return new LinboError('DATA_DIR_UNWRITABLE', `cannot write to the data directory ${directory}`, {
    fix: `Make it writable for this user, or set LINBO_DATA_DIR.`,
    cause,
  })
}

/** The owner's process number, or undefined when nobody answers. */
function askOwner(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = createConnection(path)
    let answer = ''
    socket.setTimeout(1000, () => socket.destroy(new Error('no answer')))
    socket.on('data', (bytes) => {
      answer += bytes.toString()
    })
    socket.on('error', () => resolve(answer.trim() || undefined))
    socket.on('close', () => resolve(answer.trim() || undefined))
  })
}
