import { type Destination, place } from '@linbo/runtime/datagrams'
import type { Blocks } from './blocks.ts'
import { ackNumber, decode, ErrorCode, encode, type Options, PacketError } from './packet.ts'
import { clientKey, type Receiver, type TransferPort } from './ports.ts'
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
  client: Destination
  port: TransferPort
  plan: Plan
  oack: Options
  blocks: Blocks
  now(): number
  /** After the client acknowledged something new. */
  onProgress(transfer: Transfer): void
  /** Once; what is left to do is `close()`. */
  onEnd(ending: Ending): void
}

/** Inputs that may wait while a block is read from disk; what comes on top counts as lost on the way. */
const queueLength = 64

/** Carries out one transfer: packets and deadlines in, packets out. */
export class Session implements Receiver {
  readonly transfer: Transfer
  readonly #parts: SessionParts
  readonly #queue: Input[] = []
  /** Filled in for every ACK. */
  readonly #ack = { type: 'ack' as const, block: 0, at: 0 }
  #isBusy = false
  #isOver = false
  #deadline = Number.POSITIVE_INFINITY

  constructor(parts: SessionParts) {
    this.#parts = parts
    this.transfer = createTransfer(parts.plan)
    parts.port.add(clientKey(parts.client), this)
  }

  start(): void {
    this.#feed({ type: 'start', at: this.#parts.now() })
    if (this.#parts.plan.hasOack) this.#parts.blocks.load(1).catch(() => {})
  }

  /** A datagram that the client sent to this transfer. */
  receive(bytes: Uint8Array): void {
    if (this.#isOver) return
    const acked = ackNumber(bytes)
    if (acked !== undefined) {
      this.#ack.block = acked
      this.#ack.at = this.#parts.now()
      this.#feed(this.#ack)
    } else if (bytes.length > 0) this.#hearError(bytes)
  }

  /** Repeats what should have been acknowledged by now. */
  tick(now: number): void {
    // What has not been read or sent yet cannot have been answered.
    if (this.#isOver || this.#isBusy || this.#parts.port.socket.outbox.waiting > 0) return
    if (this.transfer.owed > 0) this.#feed({ type: 'pace', at: now })
    else if (now >= this.#deadline) this.#feed({ type: 'timeout', at: now })
  }

  /** Ends the transfer from our side; `tell` lets the client know why. */
  stop(ending: { result: 'failed' | 'aborted'; reason: string; tell: boolean }): void {
    this.#queue.length = 0
    this.#isBusy = false
    this.#feed({ type: 'stop', ...ending })
  }

  /** Gives port and memory back. */
  close(): void {
    this.#isOver = true
    const { blocks, client, port, now } = this.#parts
    blocks.release()
    port.end(clientKey(client), now())
  }

  #feed(input: Input): void {
    if (this.#isOver) return
    if (this.#isBusy) {
      if (this.#queue.length < queueLength) this.#queue.push({ ...input })
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
          this.#deadline = this.#parts.now() + effect.ms
          break
        case 'end':
          this.#isOver = true
          this.#parts.onEnd(effect)
      }
    }
  }

  /** @returns false when a block has to be read first; the rest then follows by itself. */
  #sendBlocks(first: number, count: number, effects: Effect[], next: number): boolean {
    const { blocks, client, port } = this.#parts
    const end = first + count
    for (let block = first; block < end; ) {
      const run = blocks.run(block, end - block)
      if (!run) {
        this.#isBusy = true
        const left = { type: 'send-blocks', first: block, count: end - block } as const
        blocks.load(block).then(
          () => this.#resume(() => this.#carryOut([left, ...effects.slice(next)])),
          (error: Error) =>
            this.#resume(() =>
              this.stop({ result: 'failed', reason: whyUnread(error), tell: true }),
            ),
        )
        return false
      }
      port.socket.outbox.add(client, run.data, run.offset, run.bytes, blocks.frameBytes)
      block += run.count
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

  #send(bytes: Uint8Array): void {
    const { client, port } = this.#parts
    port.socket.outbox.add(client, place(bytes), 0, bytes.length, bytes.length)
  }

  #hearError(bytes: Uint8Array): void {
    try {
      const packet = decode(bytes)
      if (packet.op === 'error') this.#feed({ type: 'error', ...packet })
    } catch (error) {
      if (!(error instanceof PacketError)) throw error
    }
  }
}

/** An errno's text would name paths of this machine. */
function whyUnread(error: Error): string {
  return 'code' in error ? 'the file cannot be read' : error.message
}
