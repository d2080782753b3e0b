import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HwinfoError, parseHwinfo } from './index.ts'
import { parseSize } from './machine.ts'

const desktop = readFileSync(join(import.meta.dirname, 'testdata/desktop.txt'), 'utf8')

describe('the hardware list of a machine', () => {
  it('tells maker, board, BIOS and processor', () => {
    expect(parseHwinfo(desktop)).toMatchObject({
      system: {
        vendor: 'Example Computers',
        product: 'EduDesk 400 G9',
        version: null,
        serial: '8CC1234XYZ',
        chassis: 'Desktop',
      },
      board: { product: '8B0A' },
      bios: { vendor: 'Example BIOS Inc.', version: 'F.13', date: '2024-05-11' },
      cpu: { model: 'Example Core 5 120U', arch: 'X86-64', cores: 2, threads: 4 },
    })
  })

  it('counts the memory that is installed, not what the kernel has left', () => {
    expect(parseHwinfo(desktop).memory).toEqual({
      sizeBytes: 8 * 2 ** 30,
      modules: [
        {
          slot: 'Bottom-Slot 1(left)',
          sizeBytes: 8 * 2 ** 30,
          type: 'DDR4',
          speedMhz: 3200,
          vendor: 'Memory Maker',
          part: 'MM-8G-3200',
        },
      ],
    })
    expect(parseSize('3 GB + 768 MB')).toBe(3 * 2 ** 30 + 768 * 2 ** 20)
    expect(parseSize('No memory installed')).toBeNull()
  })

  it('names disks by their own model and tells their size wherever it stands', () => {
    expect(parseHwinfo(desktop).disks).toEqual([
      {
        device: '/dev/nvme0n1',
        model: 'SAMSUNG MZVLB512HBJQ-000L7',
        serial: 'S4EMNF0MB29472',
        sizeBytes: 500107608 * 1024,
        bus: 'nvme',
        revision: null,
      },
      {
        device: '/dev/sda',
        model: 'Hitachi HTS54322',
        serial: '090314FBCE00LKE3ADBB',
        sizeBytes: 1000204886016,
        bus: 'sata',
        revision: 'FBEO',
      },
    ])
  })

  it('tells cards, not interfaces, with the speed the kernel saw', () => {
    const { networkCards, graphics } = parseHwinfo(desktop)
    expect(networkCards).toMatchObject([
      { device: 'wlan0', id: '8086:51f0', isWireless: true, hasLink: false, speedMbps: null },
      { device: 'eth0', mac: '02:00:00:aa:bb:01', driver: 'r8169', speedMbps: 1000 },
    ])
    expect(graphics).toEqual([
      { model: 'Intel VGA compatible controller', driver: 'i915', id: '8086:46d0' },
    ])
  })

  it('tells missing firmware and what the kernel complains about, once', () => {
    const { missingFirmware, firmwareErrors } = parseHwinfo(desktop)
    expect(missingFirmware).toEqual(['rtl_nic/rtl8168h-2.fw', 'iwlwifi-so-a0-gf-a0-89.ucode'])
    expect(firmwareErrors).toHaveLength(2)
    expect(firmwareErrors[0]).toBe('[Firmware Bug]: TSC ADJUST: CPU0: -1000 force to 0')
  })

  it('is read with Windows line ends, and of one class alone', () => {
    expect(parseHwinfo(desktop.replaceAll('\n', '\r\n'))).toEqual(parseHwinfo(desktop))
    const disks = desktop.slice(desktop.indexOf('22: SCSI'), desktop.indexOf('23: None'))
    expect(parseHwinfo(disks)).toMatchObject({
      disks: [{ device: '/dev/sda' }],
      memory: { sizeBytes: null },
      cpu: { cores: null, threads: 0 },
    })
  })

  it('is refused when it is none', () => {
    expect(() => parseHwinfo('')).toThrow(HwinfoError)
    expect(() => parseHwinfo('01 BIOS\n  Vendor: x')).toThrow(HwinfoError)
  })

  it('is read whole or not at all, however it is cut or mixed up', () => {
    const calm = (text: string) => {
      try {
        const json = JSON.stringify(parseHwinfo(text))
        // What a database refuses within JSON.
        expect(json).not.toMatch(/\\u(?:d[89a-f]|00[01])/)
      } catch (error) {
        expect(error).toBeInstanceOf(HwinfoError)
      }
    }
    for (let length = 0; length < desktop.length; length += 97) calm(desktop.slice(0, length))
    const lines = desktop.split('\n')
    const wide = fc.nat(3).map((blanks) => `  Model: "${' '.repeat(blanks)}${'😀'.repeat(600)}"`)
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(fc.constantFrom(...lines), fc.string(), fc.string({ unit: 'binary' }), wide),
        ),
        (some) => calm(['01: PCI 00.0: 10600 Disk', ...some].join('\n')),
      ),
    )
  })
})
