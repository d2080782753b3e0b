import type { Db } from '@linbo/db'
import { connectClient, loadClientKey, readClientHostKeys, type SshConnection } from '@linbo/ssh'
import type { ClientFileKind } from './access.ts'
import type { ClientFiles, FileOwner } from './client-files.ts'

export interface ConnectBackOptions {
  db: Db
  dataDir: string
  /** Where clients take SSH. */
  port: number
  connectMs: number
  /** For connecting and fetching together. */
  totalMs: number
  maxBytes: number
  /** Where the files go. */
  files: Pick<ClientFiles, 'keep'>
}

export interface ClientFile extends FileOwner {
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
  /** Gets a file from a client and keeps it. Never throws. */
  fetch(file: ClientFile): Promise<Fetched>
  /** Gives up what is under way. */
  stop(): Promise<void>
}

/** From machines that are no hosts less is taken, in bytes, and from so many at once. */
const strangersBytes = 1024 * 1024
const mostStrangers = 8

/** Fetches the files that LINBO clients announce by asking for them: log, image status, hardware list. */
export function createConnectBack(options: ConnectBackOptions): ConnectBack {
  const underWay = new Map<string, Promise<Fetched>>()
  const stopped = new AbortController()
  let strangers = 0

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
        hostname: file.hostname ?? file.mac ?? file.ip,
        ip: file.ip,
        port: options.port,
        privateKey,
        // Nobody knows which key a machine has that is no host, and the next one here may have another.
        db: file.hostname === null ? undefined : options.db,
        ownKeys: await readClientHostKeys(options.dataDir),
        timeoutMs: Math.min(options.connectMs, options.totalMs),
      })
      // When we give up first, the connection that may still come is closed.
      connecting.then(
        (late) => (limit.signal.aborted || stopped.signal.aborted) && late.close(),
        () => {},
      )
      connection = await Promise.race([connecting, givenUp])
      const reading = connection.read(['cat', file.source], {
        maxBytes:
          file.hostname === null ? Math.min(strangersBytes, options.maxBytes) : options.maxBytes,
        silenceMs: options.totalMs,
      })
      reading.catch(() => {})
      const { code, bytes } = await Promise.race([reading, givenUp])
      if (code !== 0)
        return { isReached: true, kind: 'failed', reason: `${file.source} cannot be read there` }
      const path = await options.files.keep(file, file.name, file.type, bytes)
      return { isReached: true, kind: 'stored', path, sizeBytes: bytes.length }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      return { isReached: connection !== undefined, kind: 'failed', reason }
    } finally {
      clearTimeout(timer)
      connection?.close()
    }
  }

  return {
    fetch(file) {
      const key = `${file.ip} ${file.source}`
      const running = underWay.get(key)
      if (running) return running
      const isStranger = file.hostname === null
      if (isStranger && strangers >= mostStrangers) {
        const reason = 'too many machines that are no hosts offer files at once'
        return Promise.resolve({ isReached: false, kind: 'failed', reason })
      }
      if (isStranger) strangers++
      const fetching = fetchOnce(file).finally(() => {
        underWay.delete(key)
        if (isStranger) strangers--
      })
      underWay.set(key, fetching)
      return fetching
    },
    async stop() {
      stopped.abort()
      await Promise.all(underWay.values())
    },
  }
}
