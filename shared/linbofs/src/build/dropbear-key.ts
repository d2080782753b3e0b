import { checkCurve, type HostKey, sshTypeOf } from './host-key.ts'
import { KeyError, WireReader, wire } from './ssh-wire.ts'

/**
 * The content of `dropbear_*_host_key`: the key's name and its numbers one after the other, as the data types of
 * RFC 4251.
 */
export function encodeDropbearKey(key: HostKey): Buffer {
  const type = wire.string(sshTypeOf(key))
  if (key.kind === 'rsa') {
    return Buffer.concat([type, ...[key.e, key.n, key.d, key.p, key.q].map(wire.mpint)])
  }
  if (key.kind === 'ecdsa') {
    const { curve, point, d } = key
    return Buffer.concat([type, wire.string(curve), wire.string(point), wire.mpint(d)])
  }
  return Buffer.concat([type, wire.string(Buffer.concat([key.seed, key.publicKey]))])
}

/** @throws KeyError */
export function decodeDropbearKey(bytes: Uint8Array): HostKey {
  const reader = new WireReader(bytes)
  const type = reader.text()
  const key = read(type, reader)
  if (reader.left > 0) throw new KeyError('there is something behind the key')
  return key
}

function read(type: string, reader: WireReader): HostKey {
  if (type === 'ssh-rsa') {
    const [e, n, d] = [reader.mpint(), reader.mpint(), reader.mpint()]
    const [p, q] = [reader.mpint(), reader.mpint()]
    return { kind: 'rsa', e, n, d, p, q, iqmp: inverse(q, p) }
  }
  if (type === 'ssh-ed25519') {
    const both = reader.string()
    if (both.length !== 64) throw new KeyError('an Ed25519 key has 64 bytes')
    return { kind: 'ed25519', seed: both.subarray(0, 32), publicKey: both.subarray(32) }
  }
  if (!type.startsWith('ecdsa-sha2-')) throw new KeyError('this is no host key of dropbear')
  const [curve, point] = [reader.text(), reader.string()]
  if (type !== `ecdsa-sha2-${curve}`) throw new KeyError('the key names two curves')
  checkCurve(curve, point)
  return { kind: 'ecdsa', curve, point, d: reader.mpint() }
}

/** What `value` has to be multiplied with to leave 1 when divided by `modulus`; dropbear counts it anew each time. */
function inverse(value: Buffer, modulus: Buffer): Buffer {
  const m = BigInt(`0x0${modulus.toString('hex')}`)
  if (m === 0n) throw new KeyError('a number of the key is zero')
  let [a, b] = [BigInt(`0x0${value.toString('hex')}`) % m, m]
  let [x, y] = [1n, 0n]
  while (b > 0n) {
    const quotient = a / b
    ;[a, b] = [b, a - quotient * b]
    ;[x, y] = [y, x - quotient * y]
  }
  if (a !== 1n) throw new KeyError('the numbers of the key do not fit together')
  const hex = (((x % m) + m) % m).toString(16)
  return Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex')
}
