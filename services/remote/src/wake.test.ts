import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { magicPacket, wakeTargets } from './wake.ts'
import { createWaker } from './wol.ts'

describe('magicPacket', () => {
  it('is six times ff and sixteen times the MAC', () => {
    const packet = magicPacket('52:54:00:ab:CD:0f')
    expect(packet).toHaveLength(102)
    expect([...packet.subarray(0, 6)]).toEqual(Array(6).fill(0xff))
    for (let at = 6; at < 102; at += 6) {
      expect([...packet.subarray(at, at + 6)]).toEqual([0x52, 0x54, 0, 0xab, 0xcd, 0x0f])
    }
    expect(magicPacket('52-54-00-ab-cd-0f')).toEqual(packet)
  })

  it('refuses everything that is no MAC, and only with a RangeError', () => {
    for (const text of [
      '',
      '52:54:00:ab:cd',
      '52:54:00:ab:cd:0f:11',
      '5:54:0:a:c:0',
      'zz:54:00:ab:cd:0f',
    ]) {
      expect(() => magicPacket(text)).toThrow(RangeError)
    }
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        try {
          expect(magicPacket(text)).toHaveLength(102)
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError)
        }
      }),
      { seed: 3 },
    )
  })
})

describe('wakeTargets', () => {
  const networks = [
    { address: '10.20.30.1', netmask: '255.255.252.0' },
    { address: '192.168.7.1', netmask: '255.255.255.0' },
  ]
  it.each([
    ['a host in a network of ours', '10.20.29.51', false, ['10.20.31.255', '10.20.29.51']],
    [
      'a host in a network of ours, with broadcast',
      '10.20.29.51',
      true,
      ['10.20.31.255', '10.20.29.51'],
    ],
    ['a host behind a router', '172.16.5.9', false, ['172.16.5.9']],
    ['a host behind a router, with broadcast', '172.16.5.9', true, ['172.16.5.255', '172.16.5.9']],
    ['a host without an address', null, true, ['10.20.31.255', '192.168.7.255']],
  ])('sends to everybody, and for %s further', (_name, ip, broadcast, further) => {
    expect(wakeTargets({ ip, broadcast, networks })).toEqual(['255.255.255.255', ...further])
  })
})

describe('createWaker', () => {
  it('opens no socket until it is needed, and reports a MAC that is none', async () => {
    const waker = createWaker(9, () => [])
    await expect(waker.wake({ mac: 'x', ip: '127.0.0.1' }, false)).rejects.toThrow(RangeError)
    await waker.close()
  })
})
