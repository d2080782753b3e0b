import { createHash, createPrivateKey, type JsonWebKey } from 'node:crypto'
import { checkCurve, type HostKey, publicBlob, sshTypeOf } from './host-key.ts'
import { KeyError, trimmed, WireReader, wire } from './ssh-wire.ts'

const magic = 'openssh-key-v1\0'
const block =
  /-----BEGIN OPENSSH PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END OPENSSH PRIVATE KEY-----/

/**
 * Reads a private key file without a passphrase: OpenSSH's own format (PROTOCOL.key) or PEM.
 * @throws KeyError
 */
export function decodePrivateKey(text: string): HostKey {
  const found = block.exec(text)
  if (found) return decodeOpenssh(Buffer.from(found[1] ?? '', 'base64'))
  if (!text.includes('-----BEGIN ')) throw new KeyError('this is no private key file')
  if (/ENCRYPTED/.test(text)) throw new KeyError('the key has a passphrase')
  try {
    return fromJwk(createPrivateKey(text).export({ format: 'jwk' }))
  } catch (error) {
    if (error instanceof KeyError) throw error
    throw new KeyError('this is no private key that can be read', { cause: error })
  }
}

/** Writes OpenSSH's format, without passphrase; the same bytes for the same key each time. */
export function encodeOpensshKey(key: HostKey): string {
  const blob = publicBlob(key)
  const check = createHash('sha256').update(blob).digest().subarray(0, 4)
  const secret = Buffer.concat([check, check, wire.string(sshTypeOf(key)), secretParts(key)])
  const padding = Buffer.from(Array.from({ length: -secret.length & 7 }, (_, index) => index + 1))
  const none = wire.string('none')
  const whole = Buffer.concat([
    ...[Buffer.from(magic), none, none, wire.string(''), wire.number(1), wire.string(blob)],
    wire.string(Buffer.concat([secret, padding])),
  ])
  const lines = whole.toString('base64').match(/.{1,70}/g) ?? []
  const [begin, end] = ['BEGIN', 'END'].map((word) => `-----${word} OPENSSH PRIVATE KEY-----`)
  return `${[begin, ...lines, end].join('\n')}\n`
}

function secretParts(key: HostKey): Buffer {
  const comment = wire.string('linbo-client')
  if (key.kind === 'rsa') {
    const numbers = [key.n, key.e, key.d, key.iqmp, key.p, key.q].map(wire.mpint)
    return Buffer.concat([...numbers, comment])
  }
  if (key.kind === 'ecdsa') {
    const { curve, point, d } = key
    return Buffer.concat([wire.string(curve), wire.string(point), wire.mpint(d), comment])
  }
  const both = Buffer.concat([key.seed, key.publicKey])
  return Buffer.concat([wire.string(key.publicKey), wire.string(both), comment])
}

function decodeOpenssh(bytes: Buffer): HostKey {
  const reader = new WireReader(bytes)
  if (reader.raw(magic.length).toString('latin1') !== magic)
    throw new KeyError('this is no private key file')
  const cipher = reader.text()
  if (cipher !== 'none') throw new KeyError('the key has a passphrase')
  reader.string()
  reader.string()
  if (reader.number() !== 1) throw new KeyError('the file holds several keys')
  reader.string()
  const secret = new WireReader(reader.string())
  const checks = [secret.number(), secret.number()]
  if (checks[0] !== checks[1]) throw new KeyError('the key is damaged')
  return readSecret(secret.text(), secret)
}

function readSecret(type: string, reader: WireReader): HostKey {
  if (type === 'ssh-rsa') {
    const [n, e, d] = [reader.mpint(), reader.mpint(), reader.mpint()]
    const [iqmp, p, q] = [reader.mpint(), reader.mpint(), reader.mpint()]
    return { kind: 'rsa', n, e, d, p, q, iqmp }
  }
  if (type === 'ssh-ed25519') {
    const [publicKey, both] = [reader.string(), reader.string()]
    if (publicKey.length !== 32 || both.length !== 64)
      throw new KeyError('an Ed25519 key has 64 bytes')
    return { kind: 'ed25519', publicKey, seed: both.subarray(0, 32) }
  }
  if (!type.startsWith('ecdsa-sha2-')) throw new KeyError(`keys of the type "${type}" are not used`)
  const [curve, point] = [reader.text(), reader.string()]
  checkCurve(curve, point)
  return { kind: 'ecdsa', curve, point, d: reader.mpint() }
}

/** What Node makes of a key, see RFC 7518 section 6 and RFC 8037. @throws KeyError */
export function fromJwk(jwk: JsonWebKey): HostKey {
  const part = (name: string) => {
    const value = jwk[name]
    if (typeof value !== 'string') throw new KeyError('this is no private key')
    return Buffer.from(value, 'base64url')
  }
  if (jwk.kty === 'RSA') {
    const [n, e, d] = [part('n'), part('e'), part('d')]
    return { kind: 'rsa', n, e, d, p: part('p'), q: part('q'), iqmp: part('qi') }
  }
  if (jwk.kty === 'EC') {
    const curve = `nist${jwk.crv?.replace('-', '').toLowerCase()}`
    const point = Buffer.concat([Buffer.from([4]), part('x'), part('y')])
    checkCurve(curve, point)
    return { kind: 'ecdsa', curve, point, d: trimmed(part('d')) }
  }
  if (jwk.kty === 'OKP' && jwk.crv === 'Ed25519') {
    return { kind: 'ed25519', seed: part('d'), publicKey: part('x') }
  }
  throw new KeyError('SSH does not use keys of this kind')
}
