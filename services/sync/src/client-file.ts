import { promisify } from 'node:util'
import { gunzip as gunzipWithCallback, gzip as gzipWithCallback } from 'node:zlib'
import {
  type Hardware,
  HwinfoError,
  hideSecrets,
  type ImageStatus,
  type LinboLog,
  parseHwinfo,
  parseImageStatus,
  parseLinboLog,
} from '@linbo/formats'
import type { ClientFileKind } from './access.ts'

const gunzip = promisify(gunzipWithCallback)
const gzip = promisify(gzipWithCallback)

/** A compressed file may hold so much, in bytes; hwinfo prints some hundred kilobytes. */
const unpackedBytes = 16 * 1024 * 1024

/** What a client's file says. */
export type ClientFacts =
  | { kind: 'hardware'; hardware: Hardware }
  | { kind: 'images'; images: ImageStatus[] }
  | { kind: 'log'; log: LinboLog }
  | { kind: 'nothing'; reason: string }

/** A file as it is kept: without passwords, and with what it says. */
export interface ReadClientFile {
  bytes: Uint8Array
  facts: ClientFacts
}

/**
 * Reads a file that came from a client.
 * @param secrets passwords that must not be kept
 * @throws Error that says why the file is not kept: a compressed one that is none, or that grows too large.
 */
export async function readClientFile(
  type: ClientFileKind,
  bytes: Uint8Array,
  secrets: string[],
): Promise<ReadClientFile> {
  if (type === 'gz') return readCompressed(bytes, secrets)
  const written = Buffer.from(bytes).toString('utf8')
  const text = hideSecrets(written, secrets)
  const kept = text === written ? bytes : Buffer.from(text)
  if (type === 'log') return { bytes: kept, facts: { kind: 'log', log: parseLinboLog(text) } }
  return { bytes: kept, facts: { kind: 'images', images: parseImageStatus(text) } }
}

async function readCompressed(bytes: Uint8Array, secrets: string[]): Promise<ReadClientFile> {
  const unpacked = await gunzip(bytes, { maxOutputLength: unpackedBytes }).catch((error: Error) => {
    throw new Error(`it cannot be unpacked: ${error.message}`)
  })
  const written = unpacked.toString('utf8')
  const text = hideSecrets(written, secrets)
  const kept = text === written ? bytes : await gzip(text)
  try {
    return { bytes: kept, facts: { kind: 'hardware', hardware: parseHwinfo(text) } }
  } catch (error) {
    if (!(error instanceof HwinfoError)) throw error
    return { bytes: kept, facts: { kind: 'nothing', reason: error.message } }
  }
}
