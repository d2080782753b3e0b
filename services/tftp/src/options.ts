import type { Options } from './packet.ts'

/** What the server is willing to grant. */
export interface OptionLimits {
  /** Largest blksize in bytes. */
  maxBlksize: number
  /** Largest windowsize in blocks. */
  maxWindowsize: number
}

export interface Granted {
  /** Bytes of data in a block; 512 unless asked (RFC 1350). */
  blksize: number
  /** Blocks sent before an ACK is awaited; 1 unless asked (RFC 7440). */
  windowsize: number
  /** Seconds before a retransmission, when the client set them (RFC 2349). */
  timeoutSeconds: number | undefined
  /** The options to acknowledge, in the client's order; empty means no OACK. */
  oack: Options
}

/**
 * Bytes that may be under way before an ACK: what fits a usual 208 KiB socket buffer together with the kernel's
 * bookkeeping. A window beyond it would lose its own tail every time.
 */
export const maxFlightBytes = 128 * 1024

/**
 * Decides what to grant. Options that are unknown or have an illegal value are left out of the OACK, which
 * RFC 2347 takes as "not granted".
 * @param sizeBytes what the transfer will deliver, for tsize.
 */
export function negotiate(asked: Options, sizeBytes: number, limits: OptionLimits): Granted {
  const granted: Granted = {
    blksize: 512,
    windowsize: 1,
    timeoutSeconds: undefined,
    oack: new Map(),
  }
  const blksize = whole(asked.get('blksize'), 8, 65464)
  if (blksize !== undefined) granted.blksize = Math.min(blksize, limits.maxBlksize)
  const fits = Math.max(1, Math.floor(maxFlightBytes / granted.blksize))
  for (const [name, text] of asked) {
    if (name === 'blksize' && blksize !== undefined) granted.oack.set(name, `${granted.blksize}`)
    if (name === 'tsize' && whole(text, 0, Number.MAX_SAFE_INTEGER) !== undefined) {
      granted.oack.set(name, `${sizeBytes}`)
    }
    if (name === 'timeout') {
      granted.timeoutSeconds = whole(text, 1, 255)
      if (granted.timeoutSeconds) granted.oack.set(name, `${granted.timeoutSeconds}`)
    }
    if (name === 'windowsize') {
      const window = whole(text, 1, 65535)
      if (window === undefined) continue
      granted.windowsize = Math.min(window, limits.maxWindowsize, fits)
      granted.oack.set(name, `${granted.windowsize}`)
    }
  }
  return granted
}

function whole(text: string | undefined, low: number, high: number): number | undefined {
  if (text === undefined || !/^\d{1,16}$/.test(text)) return undefined
  const value = Number(text)
  return value >= low && value <= high ? value : undefined
}
