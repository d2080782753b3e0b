import { createHash } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import ssh2 from 'ssh2'
import { makeKeyPair } from './key.ts'

/** One command a test's machine was asked to run. */
export interface FakeCommand {
  /** The command line as it came over the wire. */
  line: string
  print(text: string | Uint8Array): void
  complain(text: string | Uint8Array): void
  /** Everything on standard input, once it is closed. */
  readonly input: Promise<string>
  exit(code: number): void
  /** Ends as if a signal had killed the command. */
  killed(signal: string): void
  /** Drops the whole connection without an exit status. */
  vanish(): void
  /** Resolves when the other side closed the channel or the connection. */
  readonly closed: Promise<void>
}

export interface FakeClient {
  readonly port: number
  readonly fingerprint: string
  /** Every command line so far, in order. */
  readonly lines: string[]
  connections(): number
  /** Drops every connection. */
  dropAll(): void
  /** Stops reading and answering without closing anything, as a machine does whose power is cut. */
  freeze(): void
  close(): Promise<void>
}

export interface FakeClientOptions {
  /** Runs a command; nothing it does not do is done for it. */
  onCommand(command: FakeCommand): void
  /** The one `ssh-…` line that may log in; everybody may without it. */
  authorizedKey?: string
  hostKey?: string
  address?: string
  port?: number
}

/** A host key for `FakeClientOptions.hostKey`. */
export function makeHostKey(): string {
  return makeKeyPair().privateKey
}

/** An SSH server on loopback that stands for a machine in LINBO. For tests only. */
export async function startFakeClient(options: FakeClientOptions): Promise<FakeClient> {
  const hostKey = options.hostKey ?? makeHostKey()
  const lines: string[] = []
  const connections = new Set<{ end(): void; socket: import('node:net').Socket }>()
  const server = new ssh2.Server({ hostKeys: [hostKey] }, (connection) => {
    // ssh2 keeps the socket to itself; a test must be able to cut it.
    const socket = (connection as unknown as { _sock: import('node:net').Socket })._sock
    socket.setNoDelay(true)
    const entry = { end: () => socket.destroy(), socket }
    connections.add(entry)
    const closed = new Promise<void>((resolve) => connection.once('close', () => resolve()))
    void closed.then(() => connections.delete(entry))
    connection.on('error', () => {})
    connection.on('authentication', (context) => {
      const allowed =
        context.method === 'publickey' &&
        context.username === 'root' &&
        (options.authorizedKey === undefined ||
          options.authorizedKey.includes(context.key.data.toString('base64')))
      if (allowed) context.accept()
      else context.reject(['publickey'])
    })
    connection.on('session', (accept) => {
      accept().on('exec', (acceptExec, _reject, info) => {
        const channel = acceptExec()
        lines.push(info.command)
        channel.on('error', () => {})
        const chunks: Buffer[] = []
        const input = new Promise<string>((resolve) => {
          channel.on('data', (chunk: Buffer) => chunks.push(chunk))
          channel.once('end', () => resolve(Buffer.concat(chunks).toString()))
        })
        const gone = new Promise<void>((resolve) => channel.once('close', () => resolve()))
        options.onCommand({
          line: info.command,
          print: (text) => void channel.write(text),
          complain: (text) => void channel.stderr.write(text),
          input,
          exit(code) {
            channel.exit(code)
            channel.end()
          },
          killed(signal) {
            channel.exit(signal)
            channel.end()
          },
          vanish: () => socket.destroy(),
          closed: Promise.race([gone, closed]),
        })
      })
    })
  })
  await new Promise<void>((resolve) =>
    server.listen(options.port ?? 0, options.address ?? '127.0.0.1', resolve),
  )
  const parsed = ssh2.utils.parseKey(hostKey)
  const key = Array.isArray(parsed) ? parsed[0] : parsed
  if (!key || key instanceof Error) throw new Error('the host key cannot be read')
  const digest = createHash('sha256').update(key.getPublicSSH()).digest('base64')
  return {
    port: (server.address() as AddressInfo).port,
    fingerprint: `SHA256:${digest.replace(/=+$/, '')}`,
    lines,
    connections: () => connections.size,
    dropAll: () => {
      for (const one of connections) one.end()
    },
    freeze: () => {
      for (const { socket } of connections) {
        socket.pause()
        socket.removeAllListeners('data')
      }
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        for (const one of connections) one.end()
      }),
  }
}
