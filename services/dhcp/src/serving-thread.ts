import { type Health, startThread, wrapError } from '@linbo/runtime'
import type { DhcpParts } from './index.ts'
import { createOutside } from './outside.ts'
import type { SubnetEntry } from './subnet.ts'
import type { FromThread, ThreadData, ToThread } from './thread-messages.ts'

/** The thread that answers requests, seen from the service. */
export interface ServingThread {
  health(): Health
  stop(): Promise<void>
}

/** Room for what lives as long as a request: with less, garbage is collected many times a second under load. */
const youngMb = 64

/**
 * Starts the DHCP server in a thread of its own, so that no query of an embedded database keeps a machine waiting, and
 * does for it what needs database, bus or log.
 * @param networks those of subnets.csv, when there is one.
 * @throws LinboError when interfaces, pools or ports do not allow it.
 */
export async function startServingThread(
  parts: DhcpParts,
  networks: SubnetEntry[] | undefined,
): Promise<ServingThread> {
  const { config, db, embedded, bus, log } = parts
  const outside = createOutside(db, bus)
  const data: ThreadData = {
    config: { ...config },
    embedded,
    networks,
    isVerbose: config.LINBO_LOG_LEVEL === 'debug',
  }
  let health: Health = { state: 'stopped' }
  const thread = await startThread<Health, FromThread>({
    module: new URL('./thread.ts', import.meta.url),
    data,
    resourceLimits: { maxYoungGenerationSizeMb: youngMb },
    onMessage(message, post) {
      if (message.type === 'call') void answer(message, post)
      else if (message.type === 'publish') outside.publish(...message.event)
      else if (message.type === 'log') log[message.level](message.facts, message.text)
      else health = message.health
    },
  })
  health = thread.up

  async function answer(
    { id, name, args }: Extract<FromThread, { type: 'call' }>,
    send: (reply: ToThread) => void,
  ) {
    try {
      const work = outside[name] as (...words: unknown[]) => Promise<unknown>
      send({ type: 'reply', id, value: await work(...args) })
    } catch (error) {
      send({ type: 'reply', id, error: wrapError(error) })
    }
  }

  const send = (message: ToThread) => thread.post(message)
  const others = embedded
    ? undefined
    : await bus.subscribe((event) => {
        if (event.type !== 'lease.changed') return
        const { mac, ip, host: hostname } = event
        send({
          type: 'heard',
          lease: { mac, ip, hostname, expiresAt: Date.parse(event.expiresAt) },
        })
      })
  return {
    health: () => health,
    async stop() {
      await others?.close()
      send({ type: 'stop' })
      await thread.exited
    },
  }
}
