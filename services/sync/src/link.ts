import type { Socket } from 'node:net'
import { encodeProxyHeader, type Greeting, parseAnswer, printGreeting } from './handshake.ts'
import { pickDigest, respond } from './password.ts'
import { connectPooled, type PooledSocket } from './pooled.ts'
import { PeerGone, readDaemonText, type Text } from './relay.ts'
import { module } from './rsyncd-conf.ts'

/** Our connection to the daemon on behalf of one client. */
export interface Link extends PooledSocket {
  text: Text
}

/** Connects to the daemon and tells it whom we speak for. */
export function openLink(port: number, client: Socket, ip: string): Link {
  const pooled = connectPooled(port)
  pooled.socket.on('error', () => {})
  const server = {
    address: client.localAddress?.replace(/^::ffff:/, '') ?? '127.0.0.1',
    port: client.localPort ?? 0,
  }
  pooled.socket.write(encodeProxyHeader({ address: ip, port: client.remotePort ?? 0 }, server))
  return { ...pooled, text: readDaemonText(pooled) }
}

/**
 * Signs in to one of the modules only we have the password of.
 * @param offered the digests the daemon's greeting named.
 * @throws PeerGone when the daemon does not let us in.
 */
export async function signIn(
  link: Link,
  name: string,
  theirs: Greeting,
  offered: string[],
  user: { name: string; password: string },
): Promise<void> {
  const digest = pickDigest(offered)
  link.socket.write(`${printGreeting({ ...theirs, digests: [digest] })}${name}\n`)
  const challenge = parseAnswer(await link.text.line())
  if (challenge.kind === 'challenge') {
    link.socket.write(`${user.name} ${respond(user.password, challenge.challenge, digest)}\n`)
    if (parseAnswer(await link.text.line()).kind === 'ok') return
  }
  throw new PeerGone('the rsync daemon did not let us in')
}

/**
 * Lets client and daemon settle the upload password between them.
 * @returns the daemon's last word when the password was wrong.
 */
export async function settlePassword(
  link: Link,
  client: { socket: Socket; text: Text },
  theirs: Greeting,
): Promise<string | undefined> {
  link.socket.write(`${printGreeting(theirs)}${module.uploads}\n`)
  for (;;) {
    const line = await link.text.line()
    const answer = parseAnswer(line)
    if (answer.kind === 'error') return line
    client.socket.write(`${line}\n`, 'latin1')
    if (answer.kind === 'ok') return undefined
    if (answer.kind === 'challenge') link.socket.write(`${await client.text.line()}\n`, 'latin1')
  }
}
