import { createHash } from 'node:crypto'

const known = ['sha512', 'sha256', 'sha1', 'md5']

/** The best digest both know; MD5 when the daemon names none, as daemons before 3.2.7 do. */
export function pickDigest(offered: string[]): string {
  return known.find((digest) => offered.includes(digest)) ?? 'md5'
}

/** The answer to a daemon's challenge: the digest of password and challenge in base64 without padding. */
export function respond(password: string, challenge: string, digest: string): string {
  return createHash(digest)
    .update(password + challenge)
    .digest('base64')
    .replace(/=+$/, '')
}
