/** Bytes that are no private key we can use. */
export class KeyError extends Error {
  override name = 'KeyError'
}

/** Reads the data types of RFC 4251 section 5. Every method throws `KeyError` when the bytes end too early. */
export class WireReader {
  #at = 0
  readonly #bytes: Buffer

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get left(): number {
    return this.#bytes.length - this.#at
  }

  raw(length: number): Buffer {
    if (length > this.left) throw new KeyError('the key ends too early')
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  number(): number {
    return this.raw(4).readUInt32BE()
  }

  string(): Buffer {
    return this.raw(this.number())
  }

  text(): string {
    return this.string().toString('latin1')
  }

  /** A positive integer without leading zeros. */
  mpint(): Buffer {
    const bytes = this.string()
    if ((bytes[0] ?? 0) & 0x80) throw new KeyError('a number of the key is negative')
    return trimmed(bytes)
  }
}

const numberOf = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** Writes the same data types. */
export const wire = {
  number: numberOf,
  string(value: Uint8Array | string): Buffer {
    const bytes = Buffer.from(value)
    return Buffer.concat([numberOf(bytes.length), bytes])
  },
  /** @param value a positive integer, big endian */
  mpint(value: Uint8Array): Buffer {
    const bytes = trimmed(Buffer.from(value))
    return wire.string((bytes[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes)
  },
}

/** A number without the zeros before it. */
export function trimmed(bytes: Buffer): Buffer {
  const start = bytes.findIndex((byte) => byte !== 0)
  return start < 0 ? Buffer.alloc(0) : bytes.subarray(start)
}
