import { type DatagramSocket, hasArrivals, waitFor } from '@linbo/runtime/datagrams'

/** What the loop drives. */
export interface Driven {
  /** The sockets to look at, 64 at most. */
  sockets(): readonly DatagramSocket[]
  /** Takes what came to the socket at that place in the list. */
  receive(index: number): void
  /** Comes every `tickMs`, or a little later: for deadlines. */
  tick(now: number): void
  /** Transfers that are running. */
  transfers(): number
}

const tickMs = 3
/** How long the thread sleeps when nothing is going on. Its messages wait that long, too. */
const idleMs = 40
/** Longest time before the thread looks after messages and files. */
const sliceMs = 2
/**
 * In lock-step every block waits for its ACK, and being woken costs more than the rest of the work: with few transfers
 * the loop keeps looking instead of sleeping, this long after the last packet. With more there is nearly always a packet
 * waiting, and sleeping even helps, because more come with each turn.
 */
const lookingMs = 2
const fewTransfers = 4

/**
 * Turns sockets, deadlines and Node's own events over in one thread. It blocks while it waits for packets, so the thread
 * must be its own.
 */
export class Loop {
  readonly #driven: Driven
  readonly #now: () => number
  #next: NodeJS.Immediate | undefined
  #pending = 0
  #mustYield = false
  #lastArrival = 0
  #nextTick = 0

  constructor(driven: Driven, now: () => number) {
    this.#driven = driven
    this.#now = now
  }

  start(): void {
    this.#next = setImmediate(this.#turn)
  }

  stop(): void {
    if (this.#next) clearImmediate(this.#next)
    this.#next = undefined
  }

  /** Does not sleep until the promise is settled: its outcome comes by Node's own events. */
  during<T>(promise: Promise<T>): Promise<T> {
    this.#pending++
    return promise.finally(() => {
      this.#pending--
    })
  }

  /** Lets what waits for a promise go on before packets are awaited again. */
  yield(): void {
    this.#mustYield = true
  }

  readonly #turn = (): void => {
    this.#next = setImmediate(this.#turn)
    this.#mustYield = false
    const until = this.#now() + sliceMs
    do this.#look()
    while (this.#next && this.#pending === 0 && !this.#mustYield && this.#now() < until)
  }

  #look(): void {
    const sockets = this.#driven.sockets()
    if (waitFor(sockets, this.#patienceMs())) {
      this.#lastArrival = this.#now()
      for (let index = 0; index < sockets.length; index++) {
        if (hasArrivals(index)) this.#driven.receive(index)
      }
    }
    const now = this.#now()
    if (now >= this.#nextTick) {
      this.#nextTick = now + tickMs
      this.#driven.tick(now)
    }
    for (const { outbox } of sockets) if (outbox.waiting > 0) outbox.flush()
  }

  #patienceMs(): number {
    if (this.#pending > 0) return 0
    const transfers = this.#driven.transfers()
    if (transfers === 0) return idleMs
    if (transfers > fewTransfers) return tickMs
    return this.#now() - this.#lastArrival < lookingMs ? 0 : tickMs
  }
}
