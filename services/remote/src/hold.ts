import type { Logger } from '@linbo/log'
import { pause } from '@linbo/runtime'

/** Writes that must not get lost: in order, each tried until it succeeds. */
export interface Hold {
  /** Never rejects. Resolves when the write is done, was refused for good, or the hold was given up. */
  write(what: string, action: () => Promise<unknown>): Promise<void>
  /** Gives up what still waits for a database that is away. */
  giveUp(): void
}

const slowestRetryMs = 5000

/** A hold for one operation: while the database is away its writes wait in memory. */
export function createHold(log: Pick<Logger, 'warn' | 'error'>): Hold {
  const given = new AbortController()
  let last: Promise<void> = Promise.resolve()
  const attempt = async (what: string, action: () => Promise<unknown>) => {
    for (let tries = 0; !given.signal.aborted; tries++) {
      try {
        await action()
        return
      } catch (err) {
        if (isRefusal(err)) return void log.error({ err }, `the database refused ${what}`)
        if (tries === 0) log.warn({ err }, `${what} waits for the database`)
        await pause(Math.min(100 * 2 ** tries, slowestRetryMs), given.signal)
      }
    }
  }
  return {
    write(what, action) {
      last = last.then(() => attempt(what, action))
      return last
    },
    giveUp: () => given.abort(),
  }
}

/** SQL states of class 22 and 23, bad data and constraints: trying again cannot help. */
function isRefusal(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' && /^2[23]\w{3}$/.test(code)
}
