import { createServer, type Socket } from 'node:net'
import { listenTcp } from '@linbo/runtime'
import { makeKeyPair } from '@linbo/ssh'
import ssh2 from 'ssh2'
import { Killed } from './bench.ts'

/** One program's end of the line: what it reads, where its output goes, and when it is killed. */
export interface Channel {
  /** Output goes nowhere once the server has closed the channel: dropbear lets the program run on. */
  write(data: string | Uint8Array): void
  input: Promise<Uint8Array>
  /** Aborts with `Killed`. */
  signal: AbortSignal
  /** Kills every other program of this connection. */
  stopOthers(): void
}

/** Runs one command line, writing output as LINBO's scripts do. `dies`: the machine leaves, nobody is told a status. */
export type Shell = (line: string, channel: Channel) => Promise<number | 'dies'>

let hostKey: string | undefined

export interface SshServer {
  readonly port: number
  /** Ends every connection at once, as a machine does that leaves LINBO. */
  close(): Promise<void>
}

/**
 * A LINBO machine's SSH server: root by public key, command execution only, no SFTP (reference 2.4). As all LINBO
 * machines of a server share their host keys, so do all of this process.
 * @throws LinboError `TCP_PORT` when the machine's port is taken.
 */
export async function startSshServer(options: {
  ip: string
  port: number
  shell: Shell
}): Promise<SshServer> {
  hostKey ??= makeKeyPair().privateKey
  const sockets = new Set<Socket>()
  const ssh = new ssh2.Server({ hostKeys: [hostKey], ident: 'dropbear_2025.88' }, (connection) => {
    const programs = new Set<AbortController>()
    connection.on('error', () => {})
    connection.on('authentication', (attempt) => {
      if (attempt.username === 'root' && attempt.method === 'publickey') attempt.accept()
      else attempt.reject(['publickey'])
    })
    connection.on('session', (accept) => {
      accept().on('exec', (acceptExec, _reject, { command }) => {
        void execute(acceptExec(), command, options.shell, programs)
      })
    })
  })
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    ssh.injectSocket(socket)
  })
  const port = await listenTcp(server, {
    port: options.port,
    address: options.ip,
    purpose: 'simulated SSH server',
    setting: 'LINBO_CLIENT_SSH_PORT',
  })
  return {
    port,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

async function execute(
  channel: ssh2.ServerChannel,
  command: string,
  shell: Shell,
  programs: Set<AbortController>,
): Promise<void> {
  const abort = new AbortController()
  const chunks: Buffer[] = []
  const input = new Promise<Uint8Array>((resolve) => {
    channel.on('data', (chunk: Buffer) => chunks.push(chunk))
    for (const end of ['end', 'close']) channel.on(end, () => resolve(Buffer.concat(chunks)))
  })
  let isOpen = true
  channel.on('close', () => {
    isOpen = false
  })
  channel.on('error', () => {})
  programs.add(abort)
  const status = await shell(command, {
    write: (data) => void (isOpen && channel.write(data)),
    input,
    signal: abort.signal,
    stopOthers() {
      for (const program of programs) if (program !== abort) program.abort(new Killed())
    },
  }).catch(() => 'dies' as const)
  programs.delete(abort)
  if (!isOpen || status === 'dies') return
  channel.exit(status)
  channel.end()
}
