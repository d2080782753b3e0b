import type { Clock, UdpSocket } from '@linbo/runtime'
import type { Blocks } from './blocks.ts'
import {
  ackNumber,
  decode,
  ErrorCode,
  encode,
  type Options,
  type Packet,
  PacketError,
} from './packet.ts'
import {
  createTransfer,
  type Effect,
  type Input,
  type Plan,
  step,
  type Transfer,
} from './transfer.ts'

export interface Client {
  address: string
  port: number
}

export type Ending = Extract<Effect, { type: 'end' }>

export interface SessionParts {
  client: Client
  plan: Plan
  oack: Options
  blocks: Blocks
  clock: Clock
  /** After the client acknowledged something new. */
  onProgress(transfer: Transfer): void
  /** Once; what is left to do is `close()`. */
  onEnd(transfer: Transfer, ending: Ending): void
}

/** Inputs that may wait while a block is read from disk; what comes on top counts as lost on the way. */
const queueLength = 64

/** Carries out one transfer: packets and timers in, packets out. */
export class Session {
  readonly transfer: Transfer
  readonly #parts: SessionParts
  readonly #socket: UdpSocket
  readonly #queue: Input[] = []
  #isBusy = false
  #isOver = false
  #deadline = 0
  #cancelTimer: (() => void) | undefined
  #timerAt = 0

  constructor(socket: UdpSocket, parts: SessionParts) {
    this.#socket = socket
    this.#parts = parts
    this.transfer = createTransfer(parts.plan)
  }

  start(): void {
    this.#feed({ type: 'start', at: this.#parts.clock.now() })
    if (this.#parts.plan.hasOack) this.#parts.blocks.load(1).catch(() => {})
  }

  /** A datagram that came to this transfer's port. */
  receive(bytes: Uint8Array, from: Client): void {
    if (this.#isOver) return
    const { client, clock } = this.#parts
    const isOwn = from.port === client.port && from.address === client.address
    const acked = isOwn ? ackNumber(bytes) : undefined
    if (acked !== undefined) {
      this.#feed({ type: 'ack', block: acked, at: clock.now() })
      return
    }
    const packet = read(bytes)
    if (!isOwn) {
      // An ERROR is never answered, or two servers could keep each other busy.
      if (packet?.op !== 'error') this.#refuseStranger(from)
      return
    }
    if (packet?.op === 'error') this.#feed({ type: 'error', ...packet })
  }

  /** Ends the transfer from our side; `tell` lets the client know why. */
  stop(ending: { result: 'failed' | 'aborted'; reason: string; tell: boolean }): void {
    this.#queue.length = 0
    this.#isBusy = false
    this.#feed({ type: 'stop', ...ending })
  }

  /** Resolves when socket and timer are gone. */
  async close(): Promise<void> {
    this.#isOver = true
    this.#cancelTimer?.()
    this.#parts.blocks.release()
    await this.#socket.close()
  }

  #feed(input: Input): void {
    if (this.#isOver) return
    if (this.#isBusy) {
      if (this.#queue.length < queueLength) this.#queue.push(input)
      return
    }
    let next: Input | undefined = input
    while (next && !this.#isBusy) {
      const { acked, confirmed } = this.transfer
      const effects = step(this.transfer, next)
      if (this.transfer.acked > acked || this.transfer.confirmed !== confirmed) {
        this.#parts.blocks.advance(this.transfer.acked)
        this.#parts.onProgress(this.transfer)
      }
      this.#carryOut(effects)
      next = this.#isBusy ? undefined : this.#queue.shift()
    }
  }

  #carryOut(effects: Effect[]): void {
    for (let index = 0; index < effects.length; index++) {
      const effect = effects[index]
      if (!effect || this.#isOver) return
      switch (effect.type) {
        case 'send-oack':
          this.#send(encode({ op: 'oack', options: this.#parts.oack }))
          break
        case 'send-blocks':
          if (!this.#sendBlocks(effect.first, effect.count, effects, index + 1)) return
          break
        case 'send-error':
          this.#send(encode({ op: 'error', code: ErrorCode.undefined, message: effect.message }))
          break
        case 'arm':
          this.#arm(effect.ms)
          break
        case 'end':
          this.#isOver = true
          this.#cancelTimer?.()
          this.#parts.onEnd(this.transfer, effect)
      }
    }
  }

  /** @returns false when a block has to be read first; the rest then follows by itself. */
  #sendBlocks(first: number, count: number, effects: Effect[], next: number): boolean {
    for (let block = first; block < first + count; block++) {
      const frame = this.#parts.blocks.frame(block)
      if (!frame) {
        this.#isBusy = true
        const left = { type: 'send-blocks', first: block, count: first + count - block } as const
        this.#parts.blocks.load(block).then(
          () => this.#resume(() => this.#carryOut([left, ...effects.slice(next)])),
          (error: Error) =>
            this.#resume(() =>
              this.stop({ result: 'failed', reason: whyUnread(error), tell: true }),
            ),
        )
        return false
      }
      this.#send(frame)
    }
    return true
  }

  #resume(action: () => void): void {
    if (this.#isOver) return
    this.#isBusy = false
    action()
    const next = this.#isBusy ? undefined : this.#queue.shift()
    if (next) this.#feed(next)
  }

  /** Most deadlines are moved before they are reached: one timer runs, and looks again when it fires. */
  #arm(ms: number): void {
    this.#deadline = this.#parts.clock.now() + ms
    if (this.#cancelTimer && this.#timerAt <= this.#deadline) return
    this.#cancelTimer?.()
    this.#setTimer(ms)
  }

  #setTimer(ms: number): void {
    const { clock } = this.#parts
    this.#timerAt = clock.now() + ms
    this.#cancelTimer = clock.after(ms, () => {
      this.#cancelTimer = undefined
      const leftMs = this.#deadline - clock.now()
      if (leftMs > 0.5) this.#setTimer(Math.ceil(leftMs))
      else this.#feed({ type: 'timeout', at: clock.now() })
    })
  }

  #send(bytes: Uint8Array): void {
    const { address, port } = this.#parts.client
    // Without a callback the packet goes out at once; one that cannot is lost, as on any network.
    this.#socket.socket.send(bytes, port, address)
  }

  #refuseStranger(from: Client): void {
    const message = 'this port serves another client'
    const refusal = encode({ op: 'error', code: ErrorCode.unknownTransfer, message })
    this.#socket.socket.send(refusal, from.port, from.address)
  }
}

/** An errno's text would name paths of this machine. */
function whyUnread(error: Error): string {
  return 'code' in error ? 'the file cannot be read' : error.message
}

function read(bytes: Uint8Array): Packet | undefined {
  try {
    return decode(bytes)
  } catch (error) {
    if (error instanceof PacketError) return undefined
    throw error
  }
}
