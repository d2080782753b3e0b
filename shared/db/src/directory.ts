import { chmod, type FileHandle, mkdir, open, rm } from 'node:fs/promises'
import { createConnection, createServer } from 'node:net'
import { LinboError } from '@linbo/runtime'

/**
 * Takes a data directory for this process. A live owner answers on the socket file; a dead one does not and is
 * replaced, because the kernel closed its socket with it. PGlite loses rows silently when two processes share
 * a directory, so the second one must never get in.
 * @throws LinboError `DATA_DIR_IN_USE` or `DATA_DIR_UNWRITABLE`.
 */
export async function lockDirectory(directory: string): Promise<{ release(): Promise<void> }> {
  let handle: FileHandle
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    handle = await open(directory)
  } catch (cause) {
    throw unwritable(directory, cause)
  }
  // Through the open directory, because a socket's path may not be longer than 107 bytes.
  const path = `/proc/self/fd/${handle.fd}/in-use.sock`
  try {
    return await take(directory, path, handle)
  } catch (error) {
    await handle.close()
    throw error
  }
}

/**
 * Makes PGlite's directory, where nobody but us may look: it writes its files for everybody to read and change, and
 * the data directory itself is open to the rsync daemon's user in a checkout.
 * @throws LinboError `DATA_DIR_UNWRITABLE`.
 */
export async function makePrivate(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    await chmod(directory, 0o700)
  } catch (cause) {
    throw unwritable(directory, cause)
  }
}

async function take(directory: string, path: string, handle: FileHandle) {
  for (let attempt = 0; attempt < 3; attempt++) {
    const server = createServer((socket) => socket.end(`${process.pid}\n`))
    const failed = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
      server.once('error', resolve)
      server.listen(path, () => resolve(undefined))
    })
    if (!failed) {
      server.unref()
      // Two processes may both have found a dead owner: the one whose socket was replaced steps back.
      if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, 50))
      const owner = attempt > 0 ? await askOwner(path) : String(process.pid)
      if (owner !== String(process.pid)) throw inUse(directory, owner)
      const release = async () => {
        await new Promise((resolve) => server.close(resolve))
        await handle.close()
      }
      return { release }
    }
    if (failed.code !== 'EADDRINUSE') throw unwritable(directory, failed)
    const owner = await askOwner(path)
    if (owner) throw inUse(directory, owner)
    await rm(path, { force: true })
  }
  throw inUse(directory, undefined)
}

function inUse(directory: string, owner: string | undefined): LinboError {
  const who = owner ? `process ${owner}` : 'another process'
  return new LinboError('DATA_DIR_IN_USE', `${directory} is in use by ${who}`, {
    fix: 'Stop the other process, or set LINBO_DATA_DIR to another directory.',
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
