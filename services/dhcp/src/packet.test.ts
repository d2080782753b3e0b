import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { optionTable, readOption } from './options.ts'
import {
  decode,
  emptyPacket,
  encode,
  encodeWithin,
  MessageType,
  optionsOf,
  type Packet,
  PacketError,
} from './packet.ts'
import { readTrace } from './testdata/trace.ts'

const traces = [
  'linbo-udhcpc.txt',
  'ovmf-virtio.txt',
  'seabios-ipxe.txt',
  'ovmf-http.txt',
  'ipxe-efi-rom.txt',
  'ovmf-http-then-grub-net_bootp.txt',
]

describe.each(traces)('the recorded exchange %s', (file) => {
  it('is understood and written again byte for byte', () => {
    const messages = readTrace(file)
    expect(messages.length).toBeGreaterThan(1)
    for (const { bytes, wireBytes } of messages) {
      const written = encode(decode(bytes))
      expect(written.length).toBe(wireBytes)
      expect(written).toEqual(bytes)
    }
  })
})

describe('decode', () => {
  const [discover] = readTrace('seabios-ipxe.txt')
  const bytes = discover!.bytes

  it('reads the fields and options of a PXE discover', () => {
    const packet = decode(bytes)
    expect(packet).toMatchObject({ op: 'request', htype: 1, secs: 4, broadcast: false })
    expect(packet.chaddr).toBe('52:54:00:1b:0b:11')
    expect(readOption(packet.options, 'messageType')).toBe(MessageType.discover)
    expect(readOption(packet.options, 'vendorClass')).toBe('PXEClient:Arch:00000:UNDI:002001')
    expect(readOption(packet.options, 'clientArch')).toEqual([0])
    expect(readOption(packet.options, 'maxSize')).toBe(1472)
  })

  it('refuses a message cut short anywhere, or reads what is whole of it', () => {
    for (let length = 0; length < bytes.length; length += 1) {
      try {
        const packet = decode(bytes.subarray(0, length))
        expect(packet.options.size).toBeLessThanOrEqual(decode(bytes).options.size)
      } catch (error) {
        expect(error).toBeInstanceOf(PacketError)
      }
    }
  })

  it('throws only PacketError for random bytes', () => {
    const header = [...bytes.subarray(0, 240)]
    const random = fc.oneof(
      fc.uint8Array({ maxLength: 700 }),
      fc.uint8Array({ maxLength: 400 }).map((tail) => Uint8Array.from([...header, ...tail])),
    )
    fc.assert(
      fc.property(random, (noise) => {
        try {
          const { options } = decode(noise)
          for (const name of Object.keys(optionTable)) readOption(options, name as 'dns')
        } catch (error) {
          expect(error).toBeInstanceOf(PacketError)
        }
      }),
      { seed: 20261120, numRuns: 3000 },
    )
  })

  it('treats an option of the wrong size as absent', () => {
    const options = new Map([
      [50, Uint8Array.of(10, 0, 0)],
      [53, Uint8Array.of()],
      [6, Uint8Array.of(1, 2, 3, 4, 5)],
    ])
    expect(readOption(options, 'requestedAddress')).toBeUndefined()
    expect(readOption(options, 'messageType')).toBeUndefined()
    expect(readOption(options, 'dns')).toBeUndefined()
  })

  it('reads a text up to its NUL', () => {
    expect(readOption(new Map([[67, Uint8Array.of(97, 98, 0, 0)]]), 'bootFile')).toBe('ab')
  })
})

describe('encode', () => {
  const address = fc
    .uint8Array({ minLength: 4, maxLength: 4 })
    .map((four) => Array.from(four).join('.'))
  const text = (max: number) =>
    fc.string({ unit: fc.constantFrom('a', 'Z', '0', '/', '.', '-'), maxLength: max })
  const packets: fc.Arbitrary<Packet> = fc.record({
    op: fc.constantFrom('request', 'reply'),
    htype: fc.nat(255),
    hops: fc.nat(255),
    xid: fc.nat(0xffffffff),
    secs: fc.nat(65535),
    broadcast: fc.boolean(),
    ciaddr: address,
    yiaddr: address,
    siaddr: address,
    giaddr: address,
    chaddr: fc.constantFrom('52:54:00:1b:0b:11', '00:11', ''),
    sname: text(63),
    file: text(127),
    options: fc
      .uniqueArray(
        fc.tuple(
          fc.integer({ min: 1, max: 254 }).filter((code) => code !== 52),
          fc.uint8Array({ maxLength: 600 }),
        ),
        { selector: ([code]) => code, maxLength: 12 },
      )
      .map((pairs) => new Map(pairs)),
  })

  it('and decode give back every message', () => {
    fc.assert(
      fc.property(packets, (packet) => {
        expect(decode(encode(packet))).toEqual(packet)
      }),
      { seed: 7, numRuns: 500 },
    )
  })

  it('never exceeds the room it is given, keeps what it can and names what it dropped', () => {
    fc.assert(
      fc.property(packets, fc.integer({ min: 548, max: 1472 }), (packet, room) => {
        packet.options.delete(82)
        const { bytes, dropped } = encodeWithin(packet, room)
        expect(bytes.length).toBeLessThanOrEqual(room)
        const kept = decode(bytes).options
        for (const [code, value] of packet.options) {
          if (dropped.includes(code)) expect(kept.has(code)).toBe(false)
          else expect(kept.get(code)).toEqual(value)
        }
      }),
      { seed: 8, numRuns: 500 },
    )
  })

  it('puts what does not fit into sname and file (option 52), the file only when it is free', () => {
    const options = new Map([
      [53, Uint8Array.of(2)],
      [43, new Uint8Array(255).fill(1)],
      [66, new Uint8Array(60).fill(2)],
      [67, new Uint8Array(60).fill(3)],
    ])
    const free = encodeWithin({ ...emptyPacket, sname: 'server', options }, 548)
    expect(free.dropped).toEqual([])
    expect(decode(free.bytes)).toMatchObject({ sname: 'server', file: '', options })
    const full = encodeWithin({ ...emptyPacket, sname: 'server', file: 'core.0', options }, 548)
    expect(full.dropped).toEqual([67])
    expect(decode(full.bytes)).toMatchObject({ sname: '', file: 'core.0' })
    expect([...decode(full.bytes).options.keys()]).toEqual([53, 43, 66])
  })

  it('keeps option 82 as the last one whatever the order and the room', () => {
    const options = new Map([
      [82, Uint8Array.of(1, 2, 3, 4)],
      [53, Uint8Array.of(2)],
      [43, new Uint8Array(320).fill(1)],
    ])
    const { bytes, dropped } = encodeWithin({ ...emptyPacket, options }, 548)
    expect(dropped).toEqual([43])
    expect([...decode(bytes).options.keys()]).toEqual([53, 82])
  })

  it('writes every kind of value so that it is read again', () => {
    const values = {
      messageType: 2,
      maxSize: 1500,
      leaseTime: 172800,
      serverIdentifier: '10.0.0.1',
      dns: ['10.0.0.1', '10.0.0.2'],
      clientArch: [7, 9],
      parameterList: [1, 3],
      hostName: 'pc01',
      clientGuid: Uint8Array.of(0, 1),
    }
    const options = optionsOf(values)
    for (const [name, value] of Object.entries(values)) {
      expect(readOption(options, name as 'dns')).toEqual(value)
    }
  })
})
