import { createRoundTrip, firstWaitMs, learn, type RoundTrip, usualWaitMs } from './round-trip.ts'

/** What a transfer was agreed on, fixed from its start. */
export interface Plan {
  sizeBytes: number
  /** Bytes of data in a block. */
  blksize: number
  /** Blocks sent before an ACK is awaited. */
  windowsize: number
  /** True when an OACK has to be acknowledged first. */
  hasOack: boolean
  /** Time before a retransmission, when the client chose it (RFC 2349). */
  fixedMs: number | undefined
  /** Longest time before a first retransmission. */
  timeoutMs: number
  /** Retransmissions after waits of `timeoutMs` and more before the client counts as gone. */
  retries: number
}

export interface Transfer {
  readonly plan: Plan
  /** Number of the last block, counted from 1 without rollover. */
  readonly last: number
  phase: 'new' | 'offered' | 'sending' | 'ended'
  /** Highest block the client has acknowledged, and highest block sent. */
  acked: number
  sent: number
  /** Blocks sent in one go: a whole window, fewer after silence: something may lose the end of a row. */
  burst: number
  /** Blocks at the window's end that are still to follow the burst, from `resumeAt` on. */
  owed: number
  resumeAt: number
  /** The client has acknowledged something: it exists and wants the file. */
  confirmed: boolean
  /** Until this block is acknowledged, or `settledAt`, an ACK is taken for an echo of an earlier retransmission. */
  settled: number
  settledAt: number
  sentAt: number
  /** What is awaited was sent more than once, so that its ACK tells nothing about time (Karn). */
  repeated: boolean
  readonly roundTrip: RoundTrip
  waitMs: number
  tries: number
  /** Timeouts since the client was last heard of. */
  silences: number
  /** How often something was sent again, and how often that turned out to have been needless. */
  retransmissions: number
  spurious: number
  /** What a step that sends blocks returns, changed each time: there is one for every packet. */
  readonly sending: [
    { type: 'send-blocks'; first: number; count: number },
    { type: 'arm'; ms: number },
  ]
}

/** `at` is in milliseconds of any steady clock. */
export type Input =
  | { type: 'start'; at: number }
  | { type: 'ack'; block: number; at: number }
  | { type: 'timeout'; at: number }
  /** A moment after a burst: time for what is owed. */
  | { type: 'pace'; at: number }
  | { type: 'error'; code: number; message: string }
  /** Our own decision to end it; `tell` sends the client an ERROR. */
  | { type: 'stop'; result: 'failed' | 'aborted'; reason: string; tell: boolean }

export type Effect =
  | { type: 'send-oack' }
  | { type: 'send-blocks'; first: number; count: number }
  | { type: 'send-error'; message: string }
  | { type: 'arm'; ms: number }
  | { type: 'end'; result: Result; reason: string | null; isSilent: boolean }

type Result = 'ok' | 'failed' | 'aborted'

export function createTransfer(plan: Plan): Transfer {
  return {
    plan,
    // A last block shorter than blksize ends the transfer, so an exact multiple needs an empty one.
    last: Math.floor(plan.sizeBytes / plan.blksize) + 1,
    phase: 'new',
    acked: 0,
    sent: 0,
    burst: plan.windowsize,
    owed: 0,
    resumeAt: 0,
    confirmed: false,
    settled: 0,
    settledAt: 0,
    sentAt: 0,
    repeated: false,
    roundTrip: createRoundTrip(),
    waitMs: firstWaitMs(plan),
    tries: 0,
    silences: 0,
    retransmissions: 0,
    spurious: 0,
    sending: [
      { type: 'send-blocks', first: 0, count: 0 },
      { type: 'arm', ms: 0 },
    ],
  }
}

/** True when only the last acknowledgement is missing. */
export function isAllSent(transfer: Transfer): boolean {
  return transfer.sent === transfer.last
}

/** Bytes the client has acknowledged. */
export function deliveredBytes(transfer: Transfer): number {
  return Math.min(transfer.acked * transfer.plan.blksize, transfer.plan.sizeBytes)
}

/** How often something had to be sent again. */
export function retries(transfer: Transfer): number {
  return Math.max(0, transfer.retransmissions - transfer.spurious)
}

/**
 * The sending side of one read (RFC 1350, 2347, 2349, 7440): state and input in, effects out. The effects hold until the
 * next step.
 */
export function step(transfer: Transfer, input: Input): Effect[] {
  if (transfer.phase === 'ended') return []
  switch (input.type) {
    case 'start':
      if (!transfer.plan.hasOack) return sendWindow(transfer, input.at)
      transfer.phase = 'offered'
      transfer.sentAt = input.at
      return [{ type: 'send-oack' }, { type: 'arm', ms: transfer.waitMs }]
    case 'ack':
      return acknowledge(transfer, input.block, input.at)
    case 'timeout':
      return retry(transfer, input.at)
    case 'pace':
      return sendBurst(transfer, transfer.resumeAt, input.at)
    case 'error':
      return end(transfer, 'aborted', `the client: ${input.message || 'error'} (${input.code})`)
    case 'stop': {
      const ending = end(transfer, input.result, input.reason)
      return input.tell ? [{ type: 'send-error', message: input.reason }, ...ending] : ending
    }
  }
}

function acknowledge(transfer: Transfer, block: number, at: number): Effect[] {
  if (transfer.phase === 'offered') {
    if (block !== 0) return []
    progress(transfer, at)
    return sendWindow(transfer, at)
  }
  // Numbers on the wire have 16 bits: which block from `acked` on does this one mean?
  const acked = transfer.acked + ((block - transfer.acked) & 0xffff)
  if (acked > transfer.sent) return []
  if (acked === transfer.acked) return repeatedAck(transfer, at)
  progress(transfer, at)
  transfer.acked = acked
  if (acked === transfer.last) return end(transfer, 'ok', null)
  if (acked === transfer.sent) {
    transfer.burst = Math.min(transfer.burst + 1, transfer.plan.windowsize)
    return sendWindow(transfer, at)
  }
  // An ACK inside the window tells of a gap after it (RFC 7440 section 4). But it can also be the client's
  // answer to blocks that came twice: repeating again would go on for ever, so only what is new is sent.
  if (isEcho(transfer, at)) return slideWindow(transfer, at)
  rewind(transfer, at + transfer.roundTrip.smoothMs)
  return sendWindow(transfer, at)
}

/**
 * An ACK for what was acknowledged before. In lock-step it is never answered: that would double all later
 * traffic (the Sorcerer's Apprentice, RFC 1123 4.2.3.1). With a window it is how a client says that it
 * missed the window's first block (RFC 7440 section 4), unless it comes too soon to be an answer, or can
 * be the echo of blocks we repeated.
 */
function repeatedAck(transfer: Transfer, at: number): Effect[] {
  if (transfer.plan.windowsize === 1) {
    // It has answered what was sent twice twice, so nothing was lost.
    if (transfer.acked < transfer.settled) transfer.spurious++
    return []
  }
  if (isEcho(transfer, at)) return []
  if (at - transfer.sentAt < transfer.roundTrip.leastMs / 2) return []
  rewind(transfer, at + transfer.roundTrip.smoothMs)
  return sendWindow(transfer, at)
}

function retry(transfer: Transfer, at: number): Effect[] {
  const { fixedMs, timeoutMs, retries } = transfer.plan
  if (transfer.waitMs >= (fixedMs ?? timeoutMs)) transfer.tries++
  if (transfer.tries > retries) {
    // Clients close their port with the last ACK, so when only that is missing, it got lost more likely than the block.
    if (transfer.confirmed && transfer.acked === transfer.last - 1) {
      transfer.acked = transfer.last
      return end(transfer, 'ok', 'the last acknowledgement never came')
    }
    const what = transfer.confirmed ? `block ${transfer.acked + 1}` : 'the first packet'
    return end(transfer, 'failed', `the client did not acknowledge ${what}`, true)
  }
  transfer.waitMs = Math.min(transfer.waitMs * 2, fixedMs ?? timeoutMs * 8)
  // Lost once is chance. Lost again, the window was too much for something on the way.
  if (transfer.silences++ > 0) transfer.burst = Math.max(1, transfer.burst >> 1)
  rewind(transfer, at + transfer.roundTrip.smoothMs * 2)
  if (transfer.phase === 'offered') {
    return [{ type: 'send-oack' }, { type: 'arm', ms: transfer.waitMs }]
  }
  return sendWindow(transfer, at)
}

/** @param settledAt until when ACKs can be answers to what was sent before, or to blocks that come twice now. */
function rewind(transfer: Transfer, settledAt: number): void {
  transfer.retransmissions++
  transfer.repeated = true
  transfer.settled = transfer.sent + 1
  transfer.settledAt = settledAt
}

/** True when an ACK can be the client's answer to blocks that it got twice. These come within a round trip. */
function isEcho(transfer: Transfer, at: number): boolean {
  return transfer.acked < transfer.settled && at < transfer.settledAt
}

/** Sends everything the window holds. */
function sendWindow(transfer: Transfer, at: number): Effect[] {
  transfer.phase = 'sending'
  return sendFrom(transfer, transfer.acked + 1, at)
}

/** Sends what the window newly holds. */
function slideWindow(transfer: Transfer, at: number): Effect[] {
  transfer.repeated = true
  return sendFrom(transfer, transfer.sent + 1, at)
}

function sendFrom(transfer: Transfer, first: number, at: number): Effect[] {
  const upTo = Math.min(transfer.acked + transfer.plan.windowsize, transfer.last)
  transfer.owed = Math.max(0, upTo - first + 1)
  return sendBurst(transfer, first, at)
}

/** Sends what is owed from `first` on, as much as goes at once. */
function sendBurst(transfer: Transfer, first: number, at: number): Effect[] {
  const count = Math.min(transfer.owed, transfer.burst)
  transfer.owed -= count
  transfer.resumeAt = first + count
  transfer.sent = Math.max(transfer.sent, first + count - 1)
  transfer.sentAt = at
  const [blocks, arm] = transfer.sending
  blocks.first = first
  blocks.count = count
  arm.ms = transfer.waitMs
  return transfer.sending
}

/** Something new was acknowledged: learn how long answers take, and be patient again. */
function progress(transfer: Transfer, at: number): void {
  transfer.confirmed = true
  transfer.tries = 0
  transfer.silences = 0
  if (!transfer.repeated) learn(transfer.roundTrip, Math.max(0, at - transfer.sentAt))
  transfer.repeated = false
  transfer.waitMs = usualWaitMs(transfer.roundTrip, transfer.plan)
}

/** @param isSilent the client's answers stayed away. */
function end(
  transfer: Transfer,
  result: Result,
  reason: string | null,
  isSilent = false,
): Effect[] {
  transfer.phase = 'ended'
  return [{ type: 'end', result, reason, isSilent }]
}
