import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import type { Bench } from './check.ts'
import { type FetchOptions, fetch } from './fetch.ts'
import type { Packet } from './packet.ts'
import type { Arrival } from './peer.ts'

/** Equal bytes, told apart by length and hash: a diff of megabytes helps nobody. */
export function sameBytes(got: Buffer, wanted: Buffer): void {
  assert.equal(got.length, wanted.length, 'another length')
  const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
  assert.equal(hash(got), hash(wanted), 'other bytes')
}

/** Reads a file of the tree and compares. */
export async function delivers({ server, tree }: Bench, name: string, options?: FetchOptions) {
  const fetched = await fetch(server, name, options)
  sameBytes(fetched.data, tree.content(name))
  return fetched
}

/** An ERROR as RFC 1350 section 5 wants it, with one of these codes if any are given. */
export function isError({ packet }: Pick<Arrival, 'packet'>, ...codes: number[]): void {
  assert(packet.op === 'error', `an ERROR expected, came ${show(packet)}`)
  assert(packet.isTerminated, 'the text has no zero at its end')
  assert(packet.code <= 8, `error code ${packet.code} is unknown`)
  if (codes.length > 0) assert(codes.includes(packet.code), `came ${show(packet)}`)
}

export function isData({ packet }: Pick<Arrival, 'packet'>, block: number): void {
  assert(packet.op === 'data' && packet.block === (block & 0xffff), `came ${show(packet)}`)
}

/** The options of an OACK, by name in lower case; none may come twice. */
export function oackOf({ packet }: Pick<Arrival, 'packet'>): Map<string, string> {
  assert(packet.op === 'oack', `an OACK expected, came ${show(packet)}`)
  const options = new Map(packet.options.map(([name, value]) => [name.toLowerCase(), value]))
  assert.equal(options.size, packet.options.length, 'an option came twice')
  return options
}

export function show(packet: Packet): string {
  if (packet.op === 'data') return `DATA ${packet.block} with ${packet.data.length} bytes`
  return JSON.stringify(packet)
}

/** DATA packets among arrivals, by block number. */
export function blocksOf(arrivals: Arrival[]): number[] {
  return arrivals.flatMap(({ packet }) => (packet.op === 'data' ? [packet.block] : []))
}
