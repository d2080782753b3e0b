import { createServer } from 'node:net'
import { listenTcp } from '@linbo/runtime'
import ssh2 from 'ssh2'

/** Runs one command line for the server side; writes output as LINBO's scripts do, returns the exit status. */
export type Shell = (
  line: string,
  channel: { write(text: string): void; input: Promise<Uint8Array>; signal: AbortSignal },
) => Promise<number | 'dies'>

// All LINBO clients of a server share their host keys (reference 2.4); so do all simulated ones.
const hostKey = ssh2.utils.generateKeyPairSync('ed25519').private

export interface SshServer {
  /** Ends every connection at once, as a machine does that leaves LINBO. */
  close(): Promise<void>
}

/** A LINBO machine's SSH server: root by public key, command execution only, no SFTP (reference 2.4). */
export async function startSshServer(options: {
  ip: string
  port: number
  shell: Shell
}): Promise<SshServer> {
  const connections = new Set<ssh2.Connection>()
  const sockets = new Set<import('node:net').Socket>()
  const ssh = new ssh2.Server({ hostKeys: [hostKey], ident: 'dropbear_2022.83' }, (connection) => {
    connections.add(connection)
    connection.on('error', () => {})
    connection.on('close', () => connections.delete(connection))
    connection.on('authentication', (attempt) => {
      if (attempt.username === 'root' && attempt.method === 'publickey') attempt.accept()
      else attempt.reject(['publickey'])
    })
    connection.on('session', (accept) => {
      accept().on('exec', (acceptExec, _reject, { command }) => {
        execute(acceptExec(), command, options.shell, () => destroyAll())
      })
    })
  })
  const destroyAll = () => {
    for (const socket of sockets) socket.destroy()
  }
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    ssh.injectSocket(socket)
  })
  await listenTcp(server, {
    port: options.port,
    address: options.ip,
    purpose: 'simulated SSH server',
  })
  return {
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      destroyAll()
      await closed
    },
  }
}

function execute(
  channel: ssh2.ServerChannel,
  command: string,
  shell: Shell,
  die: () => void,
): void {
  const abort = new AbortController()
  const chunks: Buffer[] = []
  const input = new Promise<Uint8Array>((resolve) => {
    channel.on('data', (chunk: Buffer) => chunks.push(chunk))
    channel.on('end', () => resolve(Buffer.concat(chunks)))
    channel.on('close', () => resolve(Buffer.concat(chunks)))
  })
  channel.on('close', () => abort.abort())
  channel.on('signal', () => abort.abort())
  channel.on('error', () => abort.abort())
  const write = (text: string) => {
    if (!abort.signal.aborted) channel.write(text)
  }
  shell(command, { write, input, signal: abort.signal }).then(
    (status) => {
      if (status === 'dies') return die()
      if (abort.signal.aborted) return
      channel.exit(status)
      channel.end()
    },
    () => die(),
  )
}
