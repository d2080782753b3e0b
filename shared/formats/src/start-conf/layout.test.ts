import { describe, expect, it } from 'vitest'
import { diskLayout } from './layout.ts'
import { parseStartConf } from './start-conf.ts'
import { dual, kiosk, liveIso, swap } from './testdata.ts'

const MiB = 1024 ** 2
const GiB = 1024 * MiB

describe('diskLayout', () => {
  it('places partitions one behind the other from 1 MiB on', () => {
    const [disk, ...others] = diskLayout(parseStartConf(`${dual}\n${liveIso}`))
    expect(others).toEqual([])
    expect(disk).toMatchObject({ disk: '/dev/disk0', diskBytes: null, fits: null })
    expect(disk?.partitions.map((one) => [one.kind, one.startBytes, one.sizeBytes])).toEqual([
      ['efi', MiB, 300 * MiB],
      ['msr', 301 * MiB, 128 * MiB],
      ['windows', 429 * MiB, 120 * GiB],
      ['linux', 429 * MiB + 120 * GiB, 60 * GiB],
      ['cache', 429 * MiB + 180 * GiB, null],
    ])
    expect(disk?.partitions[4]).toMatchObject({
      number: 5,
      dev: '/dev/disk0p5',
      label: 'cache',
      isRest: true,
      isLogical: false,
      os: [{ number: 3, name: 'Rescue Live' }],
    })
    expect(disk?.neededBytes).toBe(432 * MiB + 180 * GiB)
  })

  it('gives the rest of a known disk to the partition without a size', () => {
    const [disk] = diskLayout(parseStartConf(dual), { diskBytes: 256e9 })
    const rest = disk?.partitions[4]
    expect(disk?.fits).toBe(true)
    expect((rest?.startBytes ?? 0) + (rest?.sizeBytes ?? 0)).toBe(
      Math.floor(256e9 / MiB) * MiB - MiB,
    )
  })

  it('says which partitions do not fit', () => {
    const [disk] = diskLayout(parseStartConf(dual), { diskBytes: { '/dev/disk0': 128e9 } })
    expect(disk?.fits).toBe(false)
    expect(disk?.partitions.map((one) => one.fits)).toEqual(
      [true, false, true, true, true].map((_, n) => n < 2),
    )
  })

  it('rounds sizes like the client, and knows data and swap', () => {
    const text = swap(
      kiosk,
      ['Size = 24G', 'Size = 301M'],
      [
        '[OS]',
        '[Partition]\nDev = /dev/sdb1\nSize = 1.9G\nId = 82\nFSType = swap\n\n[Partition]\nDev = /dev/sdb2\nFSType = ext4\n\n[OS]',
      ],
    )
    const [first, second] = diskLayout(parseStartConf(text))
    expect(first?.partitions[0]).toMatchObject({ sizeBytes: 300 * MiB, isBootable: true })
    expect(second?.partitions.map((one) => [one.kind, one.sizeBytes])).toEqual([
      ['swap', GiB],
      ['data', null],
    ])
  })

  it('puts logical partitions into the extended one', () => {
    const text = swap(kiosk, [
      '[Partition]\nDev = /dev/sda2\nLabel = cache\nSize =',
      '[Partition]\nDev = /dev/sda2\nSize = 8G\nId = 5\n\n[Partition]\nDev = /dev/sda5\nLabel = cache\nSize =',
    ]).replace('Cache = /dev/sda2', 'Cache = /dev/sda5')
    const [disk] = diskLayout(parseStartConf(text), { diskBytes: 64e9 })
    expect(
      disk?.partitions.map((one) => [one.kind, one.startBytes, one.sizeBytes, one.isLogical]),
    ).toEqual([
      ['linux', MiB, 24 * GiB, false],
      ['extended', MiB + 24 * GiB, 8 * GiB, false],
      ['cache', MiB + 24 * GiB, 8 * GiB, true],
    ])
    expect(disk?.fits).toBe(true)
  })

  it('keeps the order in which the client creates partitions', () => {
    const text = swap(kiosk, ['Dev = /dev/sda1', 'Dev = /dev/sda10'])
    const [disk] = diskLayout(parseStartConf(text))
    expect(disk?.partitions.map((one) => one.dev)).toEqual(['/dev/sda10', '/dev/sda2'])
  })

  it('has nothing to show of a file without partitions', () => {
    expect(diskLayout(parseStartConf(''))).toEqual([])
  })
})
