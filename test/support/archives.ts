/** One entry of a tar archive, right or wrong: nothing is checked. */
export interface TarPart {
  path: string | Uint8Array
  /** Type flag; a file unless given. */
  type?: string
  data?: string | Uint8Array
  /** Size as the header says it, when it is not the data's. */
  size?: number
  target?: string
  mode?: number
  mtime?: number
  device?: [number, number]
  /** Records of a pax header before it. */
  pax?: Record<string, string>
  /** A pax header before it, as it is. */
  paxText?: string
}

/** A POSIX tar archive with its end. */
export function tar(parts: TarPart[]): Buffer {
  return Buffer.concat([...parts.map(tarPart), Buffer.alloc(1024)])
}

/** One entry with what stands before it. */
export function tarPart(part: TarPart): Buffer {
  const { pax, paxText = pax && paxRecords(pax) } = part
  const before = paxText === undefined ? [] : [whole({ path: 'pax', type: 'x', data: paxText })]
  return Buffer.concat([...before, whole(part)])
}

function whole(part: TarPart): Buffer {
  const data = Buffer.from((part.data ?? '') as string)
  return Buffer.concat([
    tarBlock({ size: data.length, ...part }),
    data,
    Buffer.alloc(-data.length & 511),
  ])
}

/** A header alone, with a right checksum. */
export function tarBlock(part: TarPart): Buffer {
  const block = Buffer.alloc(512)
  const octal = (value: number, at: number, size: number) => {
    const digits = value.toString(8).padStart(size - 1, '0')
    if (digits.length < size) block.write(digits, at, 'latin1')
    else {
      block.writeBigUInt64BE(BigInt(value), at + size - 8)
      block[at] = 0x80
    }
  }
  block.set(Buffer.from(part.path as string).subarray(0, 100), 0)
  octal(part.mode ?? 0o644, 100, 8)
  octal(0, 108, 8)
  octal(0, 116, 8)
  octal(part.size ?? 0, 124, 12)
  octal(part.mtime ?? 1_700_000_000, 136, 12)
  block.write(part.type ?? '0', 156, 'latin1')
  block.set(Buffer.from(part.target ?? '').subarray(0, 100), 157)
  block.write('ustar\x0000', 257, 'latin1')
  octal(part.device?.[0] ?? 0, 329, 8)
  octal(part.device?.[1] ?? 0, 337, 8)
  block.fill(' ', 148, 156)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return block
}

function paxRecords(records: Record<string, string>): string {
  const lines = Object.entries(records).map(([key, value]) => {
    const rest = Buffer.byteLength(` ${key}=${value}\n`)
    let length = rest + 1
    while (rest + String(length).length !== length) length = rest + String(length).length
    return `${length} ${key}=${value}\n`
  })
  return lines.join('')
}

/** An ar archive of these members, as they stand. */
export function ar(members: [name: string, data: string | Uint8Array][]): Buffer {
  const parts = members.map(([name, content]) => {
    const data = Buffer.from(content as string)
    return Buffer.concat([
      arBlock(name, data.length),
      data,
      Buffer.from('\n'.repeat(data.length & 1)),
    ])
  })
  return Buffer.concat([Buffer.from('!<arch>\n'), ...parts])
}

/** A member's header alone. */
export function arBlock(name: string, size: number | string): Buffer {
  const fields = [
    name.padEnd(16),
    '1700000000  ',
    '0     ',
    '0     ',
    '100644  ',
    `${size}`.padEnd(10),
  ]
  return Buffer.from(`${fields.join('')}\`\n`)
}
