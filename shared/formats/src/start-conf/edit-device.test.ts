import { describe, expect, it } from 'vitest'
import { renameDevice, renameDisk } from './edit-device.ts'
import { parseStartConf } from './start-conf.ts'
import { dual, kiosk, liveIso } from './testdata.ts'

describe('renameDevice', () => {
  it('changes Cache, Dev and Root and nothing else', () => {
    const text = `# was /dev/disk0p5\n${dual}\n${liveIso}`.replace(
      'Cache = /dev/disk0p5',
      'cache=/dev/disk0p5   # keep',
    )
    const expected = text
      .replace('cache=/dev/disk0p5', 'cache=/dev/disk1p1')
      .replace('Dev = /dev/disk0p5', 'Dev = /dev/disk1p1')
      .replace('Root = /dev/disk0p5', 'Root = /dev/disk1p1')
    expect(renameDevice(text, '/dev/disk0p5', '/dev/disk1p1')).toBe(expected)
  })

  it('leaves a text alone that has no such device', () => {
    expect(renameDevice(dual, '/dev/sdz9', '/dev/sdz8')).toBe(dual)
  })

  it.each(['/dev/disk0p4', '/dev/sda', 'sda1', '/dev/sda1\nx'])('refuses %j', (to) => {
    expect(() => renameDevice(dual, '/dev/disk0p5', to)).toThrow(
      expect.objectContaining({ name: 'StartConfError' }),
    )
  })
})

describe('renameDisk', () => {
  it.each([
    ['/dev/sda', '/dev/disk0', '/dev/disk0p1'],
    ['/dev/sda', '/dev/nvme0n1', '/dev/nvme0n1p1'],
    ['/dev/sda', '/dev/vda', '/dev/vda1'],
  ])('makes %s to %s', (from, to, root) => {
    const renamed = renameDisk(kiosk, from, to)
    const conf = parseStartConf(renamed, { firmware: 'bios' })
    expect(conf.os[0]?.root).toBe(root)
    expect(renameDisk(renamed, to, from)).toBe(kiosk)
  })

  it('has the kiosk example free of advice under uniform names', () => {
    const renamed = renameDisk(kiosk, '/dev/sda', '/dev/disk0')
    expect(parseStartConf(renamed, { group: 'kiosk', firmware: 'bios' }).problems).toEqual([])
  })

  it('refuses a disk that is in the file', () => {
    const two = dual.replace('Dev = /dev/disk0p2', 'Dev = /dev/sda1')
    expect(() => renameDisk(two, '/dev/sda', '/dev/disk0')).toThrow('/dev/disk0p1 is there already')
    expect(() => renameDisk(two, '/dev/sda', 'disk0')).toThrow('"disk0" is no disk')
  })
})
