import { appendFile, chmod, mkdir, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Db } from '@linbo/db'
import { writeAtomic } from '@linbo/runtime'
import { connectClient, loadClientKey, type SshConnection } from '@linbo/ssh'
import type { ClientFileKind } from './access.ts'

export interface ConnectBackOptions {
  db: Db
  dataDir: string
  /** Where clients take SSH. */
  port: number
  connectMs: number
  /** For connecting and fetching together. */
  totalMs: number
  maxBytes: number
}

export interface ClientFile {
  hostname: string
  ip: string
  /** On the client: `/tmp/linbo.log`. */
  source: string
  name: string
  type: ClientFileKind
}

export type Fetched = {
  /** We could log in: the machine is up and ours. */
  isReached: boolean
} & ({ kind: 'stored'; path: string; sizeBytes: number } | { kind: 'failed'; reason: string })

export interface ConnectBack {
  /** Gets a file from a client and stores it below `<dataDir>/logs`. Never throws. */
  fetch(file: ClientFile): Promise<Fetched>
  /** Gives up what is under way. */
  stop(): Promise<void>
}

/** Fetches the files that LINBO clients announce by asking for them: log, image status, hardware list. */
export function createConnectBack(options: ConnectBackOptions): ConnectBack {
  const underWay = new Map<string, Promise<Fetched>>()
  const stopped = new AbortController()

  async function fetchOnce(file: ClientFile): Promise<Fetched> {
    let connection: SshConnection | undefined
    const limit = new AbortController()
    const timer = setTimeout(() => limit.abort(), options.totalMs)
    const givenUp = new Promise<never>((_, reject) => {
      const giveUp = () => reject(new Error(`no answer within ${options.totalMs} ms`))
      limit.signal.addEventListener('abort', giveUp, { once: true })
      stopped.signal.addEventListener('abort', giveUp, { once: true })
    })
    givenUp.catch(() => {})
    try {
      const { privateKey } = await loadClientKey(options.dataDir)
      const connecting = connectClient({
        hostname: file.hostname,
        ip: file.ip,
        port: options.port,
        privateKey,
        db: options.db,
        timeoutMs: Math.min(options.connectMs, options.totalMs),
      })
      // When we give up first, the connection that may still come is closed.
      connecting.then(
        (late) => (limit.signal.aborted || stopped.signal.aborted) && late.close(),
        () => {},
      )
      connection = await Promise.race([connecting, givenUp])
      const reading = connection.read(['cat', file.source], {
        maxBytes: options.maxBytes,
        silenceMs: options.totalMs,
      })
      reading.catch(() => {})
      const { code, bytes } = await Promise.race([reading, givenUp])
      if (code !== 0)
        return { isReached: true, kind: 'failed', reason: `${file.source} cannot be read there` }
      const path = await store(file, bytes)
      return { isReached: true, kind: 'stored', path, sizeBytes: bytes.length }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      return { isReached: connection !== undefined, kind: 'failed', reason }
    } finally {
      clearTimeout(timer)
      connection?.close()
    }
  }

  async function store(file: ClientFile, bytes: Uint8Array): Promise<string> {
    const folder = join(options.dataDir, 'logs')
    await mkdir(folder, { recursive: true, mode: 0o750 })
    const path = join(folder, `${file.hostname}_${file.name}`)
    if (file.type !== 'log') {
      await writeAtomic(path, bytes, { mode: 0o640 })
      return path
    }
    const before = await stat(path).then(
      (found) => found.size,
      () => 0,
    )
    if (before > 0 && before + bytes.length > options.maxBytes) await rename(path, `${path}.1`)
    await appendFile(path, bytes, { mode: 0o640 })
    await chmod(path, 0o640)
    return path
  }

  return {
    fetch(file) {
      const key = `${file.ip} ${file.source}`
      const running = underWay.get(key)
      if (running) return running
      const fetching = fetchOnce(file).finally(() => underWay.delete(key))
      underWay.set(key, fetching)
      return fetching
    },
    async stop() {
      stopped.abort()
      await Promise.all(underWay.values())
    },
  }
}
