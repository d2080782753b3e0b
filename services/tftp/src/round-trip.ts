/** How long a client takes to answer, as far as its answers told. */
export interface RoundTrip {
  smoothMs: number
  deviationMs: number
  /** Shortest answer seen; Infinity while there was none. */
  leastMs: number
  /** How many answers this was learned from. */
  samples: number
}

interface Timeouts {
  /** Time before a retransmission, when the client chose it (RFC 2349). */
  fixedMs: number | undefined
  /** Longest time before a first retransmission. */
  timeoutMs: number
}

/**
 * Least time before a retransmission: below it, a client that is busy for a moment looks like a lost packet. A link that
 * `trustedSamples` answers told of is known better.
 */
const leastWaitMs = 20
const leastTrustedWaitMs = 4
const trustedSamples = 8

/** Longest wait for the very first answer, which most likely is under way or lost. */
const longestFirstWaitMs = 300

/**
 * A client's own timeout holds as it is up to this. Beyond that it becomes the upper limit of a link that is known: curl
 * asks for 6 seconds without knowing its network, and to leave a link idle that long for every lost packet makes 10 % of
 * loss unbearable.
 */
const literalMs = 2000

export function createRoundTrip(): RoundTrip {
  return { smoothMs: 0, deviationMs: 0, leastMs: Number.POSITIVE_INFINITY, samples: 0 }
}

/** Takes in how long one answer took (RFC 6298 section 2). */
export function learn(known: RoundTrip, tookMs: number): void {
  const first = known.samples++ === 0
  const deviation = first ? tookMs / 2 : Math.abs(tookMs - known.smoothMs)
  known.deviationMs = first ? deviation : known.deviationMs * 0.75 + deviation * 0.25
  known.smoothMs = first ? tookMs : known.smoothMs * 0.875 + tookMs * 0.125
  known.leastMs = Math.min(known.leastMs, tookMs)
}

/** How long to wait for a client's very first answer. */
export function firstWaitMs({ fixedMs, timeoutMs }: Timeouts): number {
  return fixedMs ?? Math.min(timeoutMs, longestFirstWaitMs)
}

/** How long to wait for the next answer of a client that has just given one. */
export function usualWaitMs(known: RoundTrip, { fixedMs, timeoutMs }: Timeouts): number {
  const longest = fixedMs ?? timeoutMs
  const isLiteral = fixedMs !== undefined && fixedMs <= literalMs
  const isTrusted = known.samples >= trustedSamples
  const isKnown = isTrusted || (fixedMs === undefined && known.samples > 0)
  if (isLiteral || !isKnown) return longest
  const least = isTrusted ? leastTrustedWaitMs : leastWaitMs
  return Math.min(longest, Math.max(least, known.smoothMs + known.deviationMs * 4))
}
