import { gunzipSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readClientFile } from './client-file.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const textOf = (kept: Uint8Array) => Buffer.from(kept).toString('utf8')

describe('a file of a client', () => {
  it('is kept as it came when there is no password in it', async () => {
    const log = new Uint8Array([0x23, 0xff, 0xfe, 0x0a])
    expect((await readClientFile('log', log, ['Muster!'])).bytes).toBe(log)
  })

  it('loses its passwords before it is kept, compressed ones too', async () => {
    const log = '### 20261121-080000 linbo_wrapper linbo:other sync:1 ###\nerror: Muster! refused\n'
    const { bytes: kept, facts } = await readClientFile('log', bytes(log), ['Muster!'])
    expect(textOf(kept)).not.toMatch(/other|Muster/)
    expect(facts).toMatchObject({ log: { errors: [{ time: '20261121-080000' }] } })
    const list = `----- /proc/cmdline -----\n  linbocmd=linbo:secret,sync:1\n----- /proc/cmdline end -----\n01: PCI 00.0: 10600 Disk\n  Hardware Class: disk\n  Device File: /dev/sda\n`
    const packed = await readClientFile('gz', gzipSync(list), [])
    expect(gunzipSync(packed.bytes).toString()).toContain('linbo:***,sync:1')
    expect(packed.facts).toMatchObject({ hardware: { disks: [{ device: '/dev/sda' }] } })
  })

  it('tells which image was applied', async () => {
    const { facts } = await readClientFile(
      'status',
      bytes('202611210800 applied: win11.qcow2 "202611010000"\n'),
      [],
    )
    expect(facts).toEqual({
      kind: 'images',
      images: [
        { kind: 'applied', image: 'win11.qcow2', time: '202611210800', version: '202611010000' },
      ],
    })
  })

  it('is not kept when it cannot be unpacked, or would fill the memory', async () => {
    await expect(readClientFile('gz', bytes('gz1'), [])).rejects.toThrow('cannot be unpacked')
    const bomb = gzipSync(Buffer.alloc(40_000_000))
    expect(bomb.length).toBeLessThan(100_000)
    await expect(readClientFile('gz', bomb, [])).rejects.toThrow('cannot be unpacked')
    const whole = gzipSync('01: PCI 00.0: 10600 Disk\n')
    await expect(readClientFile('gz', whole.subarray(0, -5), [])).rejects.toThrow('unpacked')
  })

  it('says nothing when it is something else', async () => {
    expect((await readClientFile('gz', gzipSync('a backup'), [])).facts.kind).toBe('nothing')
  })

  it('is any bytes, and never more than refused', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('log', 'status', 'gz' as const),
        fc.uint8Array(),
        fc.boolean(),
        async (type, some, isPacked) => {
          await readClientFile(type, isPacked ? gzipSync(some) : some, ['abcd']).catch((error) =>
            expect(error.message).toContain('cannot be unpacked'),
          )
        },
      ),
    )
  })
})
