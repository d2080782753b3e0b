import { createHash } from 'node:crypto'
import { type Db, findKnownKey, pinKey } from '@linbo/db'
import { LinboError } from '@linbo/runtime'
import ssh2 from 'ssh2'
import { quote } from './quote.ts'

export interface ConnectOptions {
  hostname: string
  ip: string
  /** LINBO's dropbear listens on 2222. */
  port: number
  privateKey: string
  /** Where host keys are pinned: the first one seen is the only one accepted later. */
  db: Db
  /** To connect and authenticate, in milliseconds. */
  timeoutMs: number
}

export interface ExecOptions {
  onOutput?(text: string): void
  /** Bytes for the command's standard input. */
  input?: string | Uint8Array
  /** Ends the command: the channel gets SIGTERM, then is closed. */
  signal?: AbortSignal
  /** Gives up when the client has said nothing for this long, in milliseconds. */
  silenceMs?: number
}

export interface ExecResult {
  /** Null when the connection was lost before an exit status came (normal for start, reboot and halt). */
  code: number | null
  ended: 'exit' | 'lost' | 'silent' | 'aborted'
}

export interface SshConnection {
  /** Runs a command given as words; stderr is merged into the output, as LINBO's scripts do. */
  exec(words: string[], options?: ExecOptions): Promise<ExecResult>
  /** Collects what a command prints. @throws LinboError `SSH_OUTPUT` when it prints more than `maxBytes`. */
  read(
    words: string[],
    options: { maxBytes: number; silenceMs: number },
  ): Promise<{ code: number | null; bytes: Uint8Array }>
  close(): void
}

/**
 * Logs in to a LINBO client as root with our key.
 * @throws LinboError `SSH_UNREACHABLE`, `SSH_REFUSED` (our key is not known there) or `SSH_HOST_KEY`.
 */
export async function connectClient(options: ConnectOptions): Promise<SshConnection> {
  const pinned = await findKnownKey(options.db, options.hostname)
  const client = new ssh2.Client()
  let fingerprint = ''
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      client.destroy()
      reject(
        new LinboError(
          'SSH_UNREACHABLE',
          `${options.hostname} (${options.ip}) does not answer on port ${options.port}`,
        ),
      )
    }, options.timeoutMs)
    client.on('error', (error) => {
      clearTimeout(timer)
      reject(connectError(error, options, pinned, fingerprint))
    })
    client.once('ready', () => {
      clearTimeout(timer)
      resolve()
    })
    client.connect({
      host: options.ip,
      port: options.port,
      username: 'root',
      privateKey: options.privateKey,
      readyTimeout: options.timeoutMs,
      keepaliveInterval: 5000,
      keepaliveCountMax: 3,
      hostVerifier: (key: Buffer) => {
        fingerprint = `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`
        return pinned === undefined || pinned === fingerprint
      },
    })
  })
  if (pinned === undefined) await pinKey(options.db, options.hostname, fingerprint)
  return {
    exec: (words, execOptions = {}) => exec(client, words, execOptions),
    async read(words, { maxBytes, silenceMs }) {
      const abort = new AbortController()
      const chunks: Buffer[] = []
      let size = 0
      const result = await exec(client, words, { silenceMs, signal: abort.signal }, (chunk) => {
        size += chunk.length
        if (size > maxBytes) abort.abort()
        else chunks.push(chunk)
      })
      if (size > maxBytes)
        throw new LinboError('SSH_OUTPUT', `${options.hostname} sent more than ${maxBytes} bytes`)
      return { code: result.code, bytes: Buffer.concat(chunks) }
    },
    close: () => client.destroy(),
  }
}

function exec(
  client: ssh2.Client,
  words: string[],
  options: ExecOptions,
  onStdout?: (chunk: Buffer) => void,
): Promise<ExecResult> {
  return new Promise((resolve) => {
    let code: number | null = null
    let channel: ssh2.ClientChannel | undefined
    let settled = false
    let silence: NodeJS.Timeout | undefined
    const settle = (ended: ExecResult['ended']) => {
      if (settled) return
      settled = true
      clearTimeout(silence)
      options.signal?.removeEventListener('abort', abort)
      client.off('close', lost)
      client.off('error', lost)
      resolve({ code, ended })
    }
    const heard = () => {
      if (options.silenceMs === undefined || settled) return
      clearTimeout(silence)
      silence = setTimeout(() => {
        channel?.close()
        settle('silent')
      }, options.silenceMs)
    }
    const lost = () => settle('lost')
    const abort = () => {
      channel?.signal('TERM')
      channel?.close()
      settle('aborted')
    }
    client.once('close', lost)
    client.once('error', lost)
    if (options.signal?.aborted) return abort()
    options.signal?.addEventListener('abort', abort, { once: true })
    heard()
    client.exec(quote(words), (error, opened) => {
      if (error) return settle('lost')
      channel = opened
      const decoder = new TextDecoder()
      const show = (chunk: Buffer) => options.onOutput?.(decoder.decode(chunk, { stream: true }))
      opened.on('data', (chunk: Buffer) => {
        heard()
        if (onStdout) onStdout(chunk)
        else show(chunk)
      })
      opened.stderr.on('data', (chunk: Buffer) => {
        heard()
        if (!onStdout) show(chunk)
      })
      opened.on('exit', (status: number | null) => {
        code = status
      })
      opened.on('close', () => settle(code === null ? 'lost' : 'exit'))
      opened.on('error', () => settle('lost'))
      if (options.input === undefined) opened.end()
      else opened.end(options.input)
    })
  })
}

function connectError(
  error: Error & { level?: string },
  options: ConnectOptions,
  pinned: string | undefined,
  fingerprint: string,
): LinboError {
  const who = `${options.hostname} (${options.ip})`
  if (pinned !== undefined && fingerprint !== '' && pinned !== fingerprint) {
    return new LinboError(
      'SSH_HOST_KEY',
      `${who} shows another SSH host key (${fingerprint}) than before (${pinned})`,
      {
        fix: `If LINBO's host keys were renewed: linbo host forget-key ${options.hostname}`,
        cause: error,
      },
    )
  }
  if (error.level === 'client-authentication') {
    return new LinboError('SSH_REFUSED', `${who} does not accept our key`, {
      fix: "Put <data directory>/ssh/id_ed25519.pub into the initramfs' authorized_keys and boot the machine anew.",
      cause: error,
    })
  }
  return new LinboError('SSH_UNREACHABLE', `${who} does not answer on port ${options.port}`, {
    cause: error,
  })
}
