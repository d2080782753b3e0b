import { createHash } from 'node:crypto'
import { type Db, findKnownKey, pinKey } from '@linbo/db'
import { LinboError } from '@linbo/runtime'
import ssh2 from 'ssh2'
import { type ExecOptions, type ExecResult, exec } from './exec.ts'

export interface ConnectOptions {
  hostname: string
  ip: string
  /** LINBO's dropbear listens on 2222. */
  port: number
  privateKey: string
  /** Where host keys are pinned: the first one seen is the only one accepted later. Undefined takes any key. */
  db: Db | undefined
  /** Fingerprints of the host keys we gave clients with their initramfs: accepted without being pinned. */
  ownKeys?: ReadonlySet<string>
  /** To connect and authenticate, in milliseconds. */
  timeoutMs: number
  /** Gives up connecting (`SSH_UNREACHABLE`). It has no effect on a connection that stands. */
  signal?: AbortSignal
  /** Keep-alive questions in milliseconds; the connection is lost when three in a row stay unanswered. Default 5 s. */
  keepaliveMs?: number
}

export interface SshConnection {
  /** Runs a command given as words; stdout and stderr are shown as one. */
  exec(words: string[], options?: ExecOptions): Promise<ExecResult>
  /** Collects what a command prints. @throws LinboError `SSH_OUTPUT` when it prints more than `maxBytes`. */
  read(
    words: string[],
    options: { maxBytes: number; silenceMs: number },
  ): Promise<{ code: number | null; bytes: Uint8Array }>
  /**
   * Sends SIGTERM to every program this connection started. Closing a channel or the connection does not end them:
   * dropbear leaves them running, and a shell script that waits for a program ignores a signal until that ended.
   * Resolves true when the client did so.
   */
  stopPrograms(): Promise<boolean>
  close(): void
}

/**
 * Logs in to a LINBO client as root with our key.
 * @throws LinboError `SSH_UNREACHABLE`, `SSH_REFUSED` (our key is not known there) or `SSH_HOST_KEY`.
 */
export async function connectClient(options: ConnectOptions): Promise<SshConnection> {
  const { db } = options
  const pinned = db && (await findKnownKey(db, options.hostname))
  const client = new ssh2.Client()
  const fingerprint = await logIn(client, options, pinned)
  const isOwn = options.ownKeys?.has(fingerprint) === true
  if (db && pinned === undefined && !isOwn) await pin(client, db, options, fingerprint)
  return {
    exec: (words, execOptions = {}) => exec(client, words, execOptions),
    async read(words, { maxBytes, silenceMs }) {
      const abort = new AbortController()
      const chunks: Buffer[] = []
      let size = 0
      const onStdout = (chunk: Buffer) => {
        size += chunk.length
        if (size > maxBytes) abort.abort()
        else chunks.push(chunk)
      }
      const result = await exec(client, words, { silenceMs, signal: abort.signal }, onStdout)
      if (size > maxBytes)
        throw new LinboError('SSH_OUTPUT', `${options.hostname} sent more than ${maxBytes} bytes`)
      return { code: result.code, bytes: Buffer.concat(chunks) }
    },
    async stopPrograms() {
      const result = await exec(client, ['sh', '-c', terminateSession], { silenceMs: 5000 })
      return result.code === 0
    },
    close: () => client.destroy(),
  }
}

// Dropbear's process for a connection leads the session of everything it starts. The field after the state and
// the process group in /proc/<pid>/stat is the session; the name before them may hold blanks.
const terminateSession = `session() { read -r s 2>/dev/null < "/proc/$1/stat" || return; set -- \${s##*) }; echo "$4"; }
own=$(session $$)
for d in /proc/[0-9]*; do
  p=\${d#/proc/}
  case $p in $$|$PPID|"$own") continue ;; esac
  [ "$(session "$p")" = "$own" ] && kill -TERM "$p" 2>/dev/null
done
true`

/** Resolves with the fingerprint of the host key the client showed. */
function logIn(
  client: ssh2.Client,
  options: ConnectOptions,
  pinned: string | undefined,
): Promise<string> {
  let fingerprint = ''
  return new Promise<string>((resolve, reject) => {
    const fail = (error: Error & { level?: string }) => {
      release()
      client.destroy()
      reject(connectError(error, options, pinned, fingerprint))
    }
    const timer = setTimeout(() => fail(new Error('no answer in time')), options.timeoutMs)
    const aborted = () => fail(new Error('given up'))
    const closed = () => fail(new Error('the connection was closed'))
    const release = () => {
      clearTimeout(timer)
      options.signal?.removeEventListener('abort', aborted)
      client.off('close', closed)
    }
    // Stays for the life of the connection: an error nobody listens to would end the process.
    client.on('error', fail)
    client.once('close', closed)
    client.once('ready', () => {
      release()
      resolve(fingerprint)
    })
    // SSH's small messages wait 40 ms each for Nagle's algorithm otherwise.
    client.once('connect', () => client.setNoDelay(true))
    if (options.signal?.aborted) return aborted()
    options.signal?.addEventListener('abort', aborted, { once: true })
    client.connect({
      host: options.ip,
      port: options.port,
      username: 'root',
      privateKey: options.privateKey,
      // Our own timer covers connecting too.
      readyTimeout: 0,
      keepaliveInterval: options.keepaliveMs ?? 5000,
      keepaliveCountMax: 3,
      hostVerifier: (key: Buffer) => {
        fingerprint = `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`
        return isAccepted(fingerprint, pinned, options)
      },
    })
  })
}

function isAccepted(fingerprint: string, pinned: string | undefined, options: ConnectOptions) {
  const isKnown = pinned === undefined || pinned === fingerprint
  return isKnown || options.ownKeys?.has(fingerprint) === true
}

/** Pins the key, and checks that nobody pinned another one since we looked. */
async function pin(client: ssh2.Client, db: Db, options: ConnectOptions, fingerprint: string) {
  try {
    await pinKey(db, options.hostname, fingerprint)
    const pinned = await findKnownKey(db, options.hostname)
    if (pinned !== undefined && pinned !== fingerprint) {
      throw hostKeyError(options, fingerprint, pinned, undefined)
    }
  } catch (error) {
    client.destroy()
    throw error
  }
}

function connectError(
  error: Error & { level?: string },
  options: ConnectOptions,
  pinned: string | undefined,
  fingerprint: string,
): LinboError {
  const who = `${options.hostname} (${options.ip})`
  if (pinned !== undefined && fingerprint !== '' && !isAccepted(fingerprint, pinned, options)) {
    return hostKeyError(options, fingerprint, pinned, error)
  }
  if (error.level === 'client-authentication') {
    return new LinboError('SSH_REFUSED', `${who} does not accept our key`, {
      fix: "Put <data directory>/ssh/id_ed25519.pub into the initramfs' authorized_keys and boot the machine anew.",
      cause: error,
    })
  }
  const message =
    error.level === 'handshake' || error.level === 'protocol'
      ? `${who} answers on port ${options.port}, but not as an SSH server we understand: ${error.message}`
      : `${who} does not answer on port ${options.port}`
  return new LinboError('SSH_UNREACHABLE', message, { cause: error })
}

function hostKeyError(options: ConnectOptions, shown: string, pinned: string, cause: unknown) {
  return new LinboError(
    'SSH_HOST_KEY',
    `${options.hostname} (${options.ip}) shows another SSH host key (${shown}) than before (${pinned})`,
    {
      fix: `If LINBO's host keys were renewed: linbo host forget-key ${options.hostname}`,
      ...(cause === undefined ? {} : { cause }),
    },
  )
}
