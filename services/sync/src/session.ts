import type { Socket } from 'node:net'
import type { PinnedBootSets } from '@linbo/boot'
import type { Bus, Machine } from '@linbo/bus'
import type { Logger } from '@linbo/log'
import type { ConnectBack } from './connect-back.ts'
import type { Daemon } from './daemon.ts'
import { serveDownload } from './download.ts'
import {
  encodeArgs,
  encodeRefusal,
  type Greeting,
  hasSecludedArgs,
  parseGreeting,
  printGreeting,
} from './handshake.ts'
import type { Journal } from './journal.ts'
import { type Link, openLink, settlePassword, signIn } from './link.ts'
import type { Machines } from './machines.ts'
import type { Onboot, Prepared } from './prepare.ts'
import type { Publisher } from './publish.ts'
import { serveUpload } from './receive.ts'
import { type Relayed, readClientText, relay, type Text } from './relay.ts'
import { hiddenModules, module, slotUser } from './rsyncd-conf.ts'
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
  bootSets: PinnedBootSets
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
  const text = readClientText(client)
  const { port, greeting } = parts.daemon
  client.write(printGreeting(greeting))
  if (port === undefined)
    return await say(client, '@ERROR: the rsync daemon is being restarted -- try again\n')
  const link = openLink(port, client, ip)
  const ask = async (theirs: Greeting): Promise<Asked> => {
    const { lists, protocol } = await readArgs(text, theirs, greeting)
    connection.onHandshake()
    const user = { name: slotUser(connection.slot), password: parts.ourPassword }
    return {
      parts,
      ip,
      slot: connection.slot,
      lists,
      open: (name) => signIn(link, name, theirs, greeting.digests, user),
      refuse: (reason) => say(client, encodeRefusal(`@ERROR: ${reason}`, protocol)),
      async pass(toSend, passing) {
        link.socket.write(encodeArgs(toSend, protocol))
        const timer = passing.limitMs && setTimeout(() => client.destroy(), passing.limitMs)
        const relayed = await handOver(client, text, link, passing)
        if (timer) clearTimeout(timer)
        return relayed
      },
    }
  }
  try {
    await link.text.line()
    const theirs = parseGreeting(await text.line())
    const wanted = await text.line()
    if (wanted.startsWith('#early_input'))
      return await say(client, '@ERROR: early input is not taken here\n')
    if (wanted === module.files) {
      client.write('@RSYNCD: OK\n')
      return await serveDownload(await ask(theirs))
    }
    if (wanted === module.uploads) {
      const refusal = await settlePassword(link, { socket: client, text }, theirs)
      if (refusal === undefined) return await serveUpload(await ask(theirs))
      parts.log.warn({ ip, reason: refusal }, 'upload without the right password')
      return await say(client, `${refusal}\n`)
    }
    // The module list, and modules that do not exist for clients: the daemon's own words.
    connection.onHandshake()
    const name = hiddenModules.includes(wanted) ? `${wanted}?` : wanted
    link.socket.write(`${printGreeting(theirs)}${name}\n`, 'latin1')
    await handOver(client, text, link, { down() {}, up() {} })
  } finally {
    link.socket.destroy()
  }
}

/** Ends the text part: what came beyond it goes first, then everything. */
function handOver(client: Socket, text: Text, link: Link, passing: Passing): Promise<Relayed> {
  link.socket.write(text.release())
  client.write(link.text.release())
  return relay(client, link, passing)
}

async function readArgs(text: Text, theirs: Greeting, ours: Greeting) {
  const protocol = Math.min(theirs.protocol, ours.protocol)
  const first = await text.args(protocol >= 30 ? '\0' : '\n')
  const lists = hasSecludedArgs(first) ? [first, await text.args('\0')] : [first]
  return { lists, protocol }
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
