import { createHash, generateKeyPairSync, sign } from 'node:crypto'

/*
 * Just enough of OpenPGP (RFC 4880, EdDSA as GnuPG has it) to sign a file like somebody who publishes packages.
 */

export interface OpenPgpKey {
  /** The public key as `gpg --export` writes it. */
  publicKey: Buffer
  /** A detached signature. */
  sign(data: Uint8Array): Buffer
  fingerprint: string
}

const createdAt = 1_700_000_000

/** A new key of this user. */
export function openPgpKey(user: string): OpenPgpKey {
  const pair = generateKeyPairSync('ed25519')
  const point = Buffer.from(pair.publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')
  const curve = Buffer.from('092b06010401da470f01', 'hex')
  const body = Buffer.concat([
    Buffer.from([4]),
    uint32(createdAt),
    Buffer.from([22]),
    curve,
    mpi(Buffer.concat([Buffer.from([0x40]), point])),
  ])
  const hashedKey = Buffer.concat([Buffer.from([0x99]), uint16(body.length), body])
  const fingerprint = createHash('sha1').update(hashedKey).digest()
  const name = Buffer.from(user)
  const signatureOf = (type: number, data: Uint8Array): Buffer => {
    const subpackets = Buffer.concat([
      Buffer.from([5, 2]),
      uint32(createdAt + 1),
      Buffer.from([22, 33, 4]),
      fingerprint,
      ...(type === 0x13 ? [Buffer.from([2, 27, 3])] : []),
    ])
    const start = Buffer.concat([
      Buffer.from([4, type, 22, 8]),
      uint16(subpackets.length),
      subpackets,
    ])
    const end = Buffer.concat([Buffer.from([4, 0xff]), uint32(start.length)])
    const digest = createHash('sha256').update(data).update(start).update(end).digest()
    const signed = sign(null, digest, pair.privateKey)
    const issuer = Buffer.concat([Buffer.from([9, 16]), fingerprint.subarray(12)])
    return packet(
      2,
      Buffer.concat([
        start,
        uint16(issuer.length),
        issuer,
        digest.subarray(0, 2),
        mpi(signed.subarray(0, 32)),
        mpi(signed.subarray(32)),
      ]),
    )
  }
  const certified = Buffer.concat([hashedKey, Buffer.from([0xb4]), uint32(name.length), name])
  return {
    publicKey: Buffer.concat([packet(6, body), packet(13, name), signatureOf(0x13, certified)]),
    sign: (data) => signatureOf(0, data),
    fingerprint: fingerprint.toString('hex').toUpperCase(),
  }
}

/** As text between two lines. */
export function armored(kind: string, data: Uint8Array): string {
  const lines = Buffer.from(data).toString('base64').replace(/.{64}/g, '$&\n')
  return `-----BEGIN PGP ${kind}-----\n\n${lines.trimEnd()}\n-----END PGP ${kind}-----\n`
}

function packet(tag: number, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0x80 | (tag << 2) | 1]), uint16(body.length), body])
}

function mpi(bytes: Buffer): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0)
  const value = first < 0 ? Buffer.alloc(0) : bytes.subarray(first)
  const bits = value.length * 8 - (value[0] ? Math.clz32(value[0]) - 24 : 0)
  return Buffer.concat([uint16(bits), value])
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return bytes
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
