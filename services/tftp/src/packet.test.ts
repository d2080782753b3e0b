import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decode, encode, type Packet, PacketError } from './packet.ts'

const bytes = (...parts: (string | number)[]) =>
  Uint8Array.from(
    Buffer.concat(
      parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from([part]))),
    ),
  )

/** What the firmware, GRUB and dnsmasq were seen to send. */
const golden: [string, Uint8Array, Packet][] = [
  [
    'the size probe of UEFI firmware',
    bytes(
      0,
      1,
      'boot/grub/x86_64-efi/core.efi\0octet\0tsize\x000\0blksize\x001468\0windowsize\x004\0',
    ),
    {
      op: 'rrq',
      file: 'boot/grub/x86_64-efi/core.efi',
      mode: 'octet',
      options: new Map([
        ['tsize', '0'],
        ['blksize', '1468'],
        ['windowsize', '4'],
      ]),
    },
  ],
  [
    "GRUB's request",
    bytes(0, 1, '/linbo64\0octet\0blksize\x001024\0tsize\x000\0'),
    {
      op: 'rrq',
      file: '/linbo64',
      mode: 'octet',
      options: new Map([
        ['blksize', '1024'],
        ['tsize', '0'],
      ]),
    },
  ],
  [
    'an option acknowledgement',
    bytes(0, 6, 'blksize\x001468\0tsize\x00917504\0'),
    {
      op: 'oack',
      options: new Map([
        ['blksize', '1468'],
        ['tsize', '917504'],
      ]),
    },
  ],
  [
    "the firmware's hang-up after its size probe",
    bytes(0, 5, 0, 8, 'User aborted the transfer\0'),
    { op: 'error', code: 8, message: 'User aborted the transfer' },
  ],
  ['a last acknowledgement', bytes(0, 4, 0xff, 0xfe), { op: 'ack', block: 65534 }],
  ['a block', bytes(0, 3, 1, 2, 'abc'), { op: 'data', block: 258, data: bytes('abc') }],
  ['an empty block', bytes(0, 3, 0, 9), { op: 'data', block: 9, data: bytes() }],
  [
    'a write request',
    bytes(0, 2, 'x\0octet\0'),
    { op: 'wrq', file: 'x', mode: 'octet', options: new Map() },
  ],
]

describe('TFTP packets', () => {
  it.each(golden)('reads and writes %s', (_, wire, packet) => {
    expect(decode(wire)).toEqual(packet)
    expect(encode(packet)).toEqual(wire)
  })

  it('takes option names and modes in any case, and the first of two equal options', () => {
    const packet = decode(bytes(0, 1, 'f\0OcTeT\0BLKSIZE\x00512\0blksize\x001024\0'))
    expect(packet).toMatchObject({ mode: 'octet', options: new Map([['blksize', '512']]) })
  })

  it('takes a request padded with zeros and an ERROR without text', () => {
    expect(decode(bytes(0, 1, 'f\0octet\0\0\0\0'))).toMatchObject({ file: 'f', options: new Map() })
    expect(decode(bytes(0, 5, 0, 0))).toEqual({ op: 'error', code: 0, message: '' })
  })

  it.each(golden)('throws nothing but PacketError when cut short: %s', (_, wire) => {
    for (let length = 0; length < wire.length; length++) {
      try {
        decode(wire.subarray(0, length))
      } catch (error) {
        expect(error).toBeInstanceOf(PacketError)
      }
    }
    expect(() => decode(wire.subarray(0, 1))).toThrow(PacketError)
  })

  it('throws PacketError for opcodes that do not exist and text that does not end', () => {
    for (const wire of [bytes(0, 0), bytes(0, 7), bytes(1, 1, 'f\0octet\0'), bytes(0, 1, 'file')]) {
      expect(() => decode(wire)).toThrow(PacketError)
    }
    expect(() => decode(bytes(0, 1, 'f\0octet\0blksize\0'))).toThrow(PacketError)
  })

  it('rolls block numbers over to 0', () => {
    expect(decode(encode({ op: 'ack', block: 65536 }))).toEqual({ op: 'ack', block: 0 })
    expect(decode(encode({ op: 'ack', block: 131073 }))).toEqual({ op: 'ack', block: 1 })
  })

  it('refuses to write a zero inside a name', () => {
    const packet: Packet = { op: 'rrq', file: 'a\0b', mode: 'octet', options: new Map() }
    expect(() => encode(packet)).toThrow(PacketError)
  })

  it('comes back the same after a round trip', () => {
    const word = fc
      .string({ minLength: 1, maxLength: 30 })
      .map((text) => text.replaceAll('\0', '_'))
    const options = fc
      .uniqueArray(
        fc.tuple(
          word.map((text) => text.toLowerCase()),
          word,
        ),
        {
          selector: ([name]) => name,
        },
      )
      .map((pairs) => new Map(pairs))
    const number = fc.integer({ min: 0, max: 65535 })
    const packet: fc.Arbitrary<Packet> = fc.oneof(
      fc.record({
        op: fc.constant('rrq' as const),
        file: word,
        mode: fc.constant('octet'),
        options,
      }),
      fc.record({ op: fc.constant('oack' as const), options }),
      fc.record({ op: fc.constant('data' as const), block: number, data: fc.uint8Array() }),
      fc.record({ op: fc.constant('ack' as const), block: number }),
      fc.record({ op: fc.constant('error' as const), code: number, message: word }),
    )
    fc.assert(
      fc.property(packet, (one) => {
        expect(decode(encode(one))).toEqual(one)
      }),
      { seed: 1350 },
    )
  })

  it('throws nothing but PacketError for random bytes', () => {
    const start = fc.constantFrom([], [0, 1], [0, 2], [0, 5], [0, 6])
    fc.assert(
      fc.property(start, fc.uint8Array({ maxLength: 600 }), (head, tail) => {
        try {
          decode(Uint8Array.from([...head, ...tail]))
        } catch (error) {
          if (!(error instanceof PacketError)) throw error
        }
      }),
      { seed: 2347, numRuns: 2000 },
    )
  })
})
