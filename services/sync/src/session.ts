import { connect, type Socket } from 'node:net'
import type { Bus, Machine } from '@linbo/bus'
import type { Logger } from '@linbo/log'
import type { ConnectBack } from './connect-back.ts'
import type { Daemon } from './daemon.ts'
import { serveDownload } from './download.ts'
import {
  encodeArgs,
  encodeProxyHeader,
  encodeRefusal,
  type Greeting,
  hasSecludedArgs,
  parseAnswer,
  parseGreeting,
  printGreeting,
} from './handshake.ts'
import type { Journal } from './journal.ts'
import type { Machines } from './machines.ts'
import { pickDigest, respond } from './password.ts'
import type { Onboot, Prepared } from './prepare.ts'
import type { Publisher } from './publish.ts'
import { serveUpload } from './receive.ts'
import { PeerGone, type Relayed, readText, relay, type Text } from './relay.ts'
import { module, slotUser } from './rsyncd-conf.ts'
import type { Staging } from './staging.ts'
import type { Transfers } from './transfers.ts'

export interface SessionParts {
  daemon: Daemon
  journal: Journal
  /** Password of the names we sign in to the daemon with. */
  ourPassword: string
  /** LINBO_DIR. */
  root: string
  /** The folder of the module with prepared files. */
  preparedFolder: string
  /** The daemon is locked into its folders (`use chroot`). */
  isLocked: boolean
  machines: Machines
  transfers: Transfers
  prepared: Prepared
  onboot: Onboot
  staging: Staging
  publisher: Publisher
  connectBack: ConnectBack
  bus: Pick<Bus, 'publish'>
  /** Tells that a machine was heard of. */
  seen(machine: Machine): void
  /** Addresses whose SSH was reached since their last start.conf. */
  reached: Set<string>
  log: Logger
}

export interface Connection {
  client: Socket
  ip: string
  slot: number
  /** Called when the client has said what it wants. */
  onHandshake(): void
}

/** Bytes as they pass, and how long that may go on. */
export interface Passing {
  down(bytes: number): void
  up(bytes: number): void
  limitMs?: number
}

/** A connection past its handshake, as the two modules' sides of the work see it. */
export interface Asked {
  parts: SessionParts
  ip: string
  slot: number
  /** The client's arguments. */
  lists: string[][]
  /** Signs in to one of the modules that only we have the password of. */
  open(name: string): Promise<void>
  /** Says no in a way the client prints, and waits until it has closed. */
  refuse(reason: string): Promise<void>
  /** Hands arguments to the daemon and passes bytes both ways to the end. */
  pass(lists: string[][], passing: Passing): Promise<Relayed>
}

const refusalMs = 5000

/** One connection from greeting to end. */
export async function serveConnection(parts: SessionParts, connection: Connection): Promise<void> {
  const { client, ip } = connection
  const text = readText(client)
  const { port, greeting } = parts.daemon
  client.write(printGreeting(greeting))
  if (port === undefined)
    return say(client, '@ERROR: the rsync daemon is being restarted -- try again\n')
  const daemon = openDaemon(port, client, ip)
  const daemonText = readText(daemon)
  const ask = (lists: string[][], protocol: number, theirs: Greeting): Asked => ({
    parts,
    ip,
    slot: connection.slot,
    lists,
    open: (name) => signIn(parts, connection.slot, daemon, daemonText, name, theirs),
    refuse: (reason) => say(client, encodeRefusal(`@ERROR: ${reason}`, protocol)),
    async pass(toSend, passing) {
      daemon.write(encodeArgs(toSend, protocol))
      daemon.write(text.release())
      client.write(daemonText.release())
      const timer = passing.limitMs && setTimeout(() => client.destroy(), passing.limitMs)
      const relayed = await relay(client, daemon, passing)
      if (timer) clearTimeout(timer)
      return relayed
    },
  })
  try {
    await daemonText.line()
    const theirs = parseGreeting(await text.line())
    const wanted = await text.line()
    if (wanted.startsWith('#early_input'))
      return say(client, '@ERROR: early input is not taken here\n')
    if (wanted === module.files) {
      client.write('@RSYNCD: OK\n')
      const { lists, protocol } = await readArgs(text, theirs, greeting)
      connection.onHandshake()
      return await serveDownload(ask(lists, protocol, theirs))
    }
    if (wanted === module.uploads) {
      if (!(await checkPassword(client, text, daemon, daemonText, theirs))) return
      const { lists, protocol } = await readArgs(text, theirs, greeting)
      connection.onHandshake()
      return await serveUpload(ask(lists, protocol, theirs))
    }
    connection.onHandshake()
    await answerOthers(client, text, daemon, daemonText, theirs, wanted)
  } finally {
    daemon.destroy()
  }
}

function openDaemon(port: number, client: Socket, ip: string): Socket {
  const daemon = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
  daemon.on('error', () => {})
  const server = {
    address: client.localAddress?.replace(/^::ffff:/, '') ?? '127.0.0.1',
    port: client.localPort ?? 0,
  }
  daemon.write(encodeProxyHeader({ address: ip, port: client.remotePort ?? 0 }, server))
  return daemon
}

/** The module list, and modules that do not exist: the daemon's own words. */
async function answerOthers(
  client: Socket,
  text: Text,
  daemon: Socket,
  daemonText: Text,
  theirs: Greeting,
  wanted: string,
) {
  const name = wanted === module.prepared ? `${wanted}?` : wanted
  daemon.write(`${printGreeting(theirs)}${name}\n`, 'latin1')
  daemon.write(text.release())
  client.write(daemonText.release())
  await relay(client, daemon, { down() {}, up() {} })
}

async function readArgs(text: Text, theirs: Greeting, ours: Greeting) {
  const protocol = Math.min(theirs.protocol, ours.protocol)
  const first = await text.args(protocol >= 30 ? '\0' : '\n')
  const lists = hasSecludedArgs(first) ? [first, await text.args('\0')] : [first]
  return { lists, protocol }
}

/** Signs in to one of the modules only we have the password of. @throws PeerGone when the daemon refuses. */
async function signIn(
  parts: SessionParts,
  slot: number,
  daemon: Socket,
  daemonText: Text,
  name: string,
  theirs: Greeting,
) {
  const digest = pickDigest(parts.daemon.greeting.digests)
  daemon.write(`${printGreeting({ ...theirs, digests: [digest] })}${name}\n`)
  const challenge = parseAnswer(await daemonText.line())
  if (challenge.kind === 'challenge') {
    daemon.write(`${slotUser(slot)} ${respond(parts.ourPassword, challenge.challenge, digest)}\n`)
    const answer = parseAnswer(await daemonText.line())
    if (answer.kind === 'ok') return
    parts.log.error({ answer }, 'the rsync daemon does not know us')
  }
  throw new PeerGone('the rsync daemon did not let us in')
}

/** Lets client and daemon settle the password between them; true when it was right. */
async function checkPassword(
  client: Socket,
  text: Text,
  daemon: Socket,
  daemonText: Text,
  theirs: Greeting,
): Promise<boolean> {
  daemon.write(`${printGreeting(theirs)}${module.uploads}\n`)
  for (;;) {
    const line = await daemonText.line()
    const answer = parseAnswer(line)
    if (answer.kind === 'error') {
      await say(client, `${line}\n`)
      return false
    }
    client.write(`${line}\n`, 'latin1')
    if (answer.kind === 'ok') return true
    if (answer.kind === 'challenge') daemon.write(`${await text.line()}\n`, 'latin1')
  }
}

/** Says something as the last thing, and gives the client time to read it. */
async function say(client: Socket, bytes: string | Uint8Array): Promise<void> {
  if (client.closed) return
  const closed = new Promise((resolve) => client.once('close', resolve))
  client.end(bytes, 'latin1')
  client.removeAllListeners('data')
  client.resume()
  const timer = setTimeout(() => client.destroy(), refusalMs)
  await closed
  clearTimeout(timer)
}
