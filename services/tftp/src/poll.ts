/**
 * Keeps the event loop from sleeping between two packets. In lock-step every block waits for its ACK, and being
 * woken by the kernel costs more than the rest of the work.
 */
export interface Poll {
  /** A packet came: look again at once, until none has come for a while. */
  touch(): void
  stop(): void
}

/** How long after the last packet the loop still polls, in milliseconds. */
const lingerMs = 2

/**
 * With more transfers than this there is nearly always a packet waiting, and polling only takes the processor from
 * others. To sleep then even helps: more packets come with each turn.
 */
const mostTransfers = 4

/** @param transfers how many are running */
export function createPoll(now: () => number, transfers: () => number): Poll {
  let until = 0
  let next: NodeJS.Immediate | undefined
  const again = () => {
    next = now() < until ? setImmediate(again) : undefined
  }
  return {
    touch() {
      if (transfers() > mostTransfers) return
      until = now() + lingerMs
      next ??= setImmediate(again)
    },
    stop() {
      until = 0
      if (next) clearImmediate(next)
      next = undefined
    },
  }
}
