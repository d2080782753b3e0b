import { createHash } from 'node:crypto'
import { KeyError, wire } from './ssh-wire.ts'

/** The parts of a private SSH host key. Numbers are big endian, without leading zeros. */
export type HostKey =
  | { kind: 'rsa'; n: Buffer; e: Buffer; d: Buffer; p: Buffer; q: Buffer; iqmp: Buffer }
  | { kind: 'ecdsa'; curve: string; point: Buffer; d: Buffer }
  | { kind: 'ed25519'; seed: Buffer; publicKey: Buffer }

/** The three kinds LINBO's dropbear is started with, in its order. */
export const hostKeyKinds = ['rsa', 'ecdsa', 'ed25519'] as const
export type HostKeyKind = (typeof hostKeyKinds)[number]

const curves: Record<string, number> = { nistp256: 65, nistp384: 97, nistp521: 133 }

/** @throws KeyError for a curve that SSH does not use, or a point that cannot lie on it. */
export function checkCurve(curve: string, point: Uint8Array): void {
  const length = curves[curve]
  if (length === undefined) throw new KeyError(`keys on the curve "${curve}" are not used by SSH`)
  if (point.length !== length || point[0] !== 4) throw new KeyError('the public point is malformed')
}

/** The name that SSH has for this kind of key. */
export function sshTypeOf(key: HostKey): string {
  if (key.kind === 'rsa') return 'ssh-rsa'
  return key.kind === 'ecdsa' ? `ecdsa-sha2-${key.curve}` : 'ssh-ed25519'
}

/** The public half as a server shows it to its clients (RFC 4253 6.6, RFC 5656 3.1, RFC 8709 4). */
export function publicBlob(key: HostKey): Buffer {
  const type = wire.string(sshTypeOf(key))
  if (key.kind === 'rsa') return Buffer.concat([type, wire.mpint(key.e), wire.mpint(key.n)])
  if (key.kind === 'ecdsa') {
    return Buffer.concat([type, wire.string(key.curve), wire.string(key.point)])
  }
  return Buffer.concat([type, wire.string(key.publicKey)])
}

/** A line of a `.pub` file. */
export function publicLine(key: HostKey): string {
  return `${sshTypeOf(key)} ${publicBlob(key).toString('base64')} linbo-client`
}

/** As `ssh-keygen -l` prints it: `SHA256:…`. */
export function fingerprint(key: HostKey): string {
  const digest = createHash('sha256').update(publicBlob(key)).digest('base64')
  return `SHA256:${digest.replace(/=+$/, '')}`
}
