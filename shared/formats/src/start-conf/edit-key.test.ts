import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { setKey } from './edit-key.ts'
import { parseStartConf } from './start-conf.ts'

const text = `# lab
[LINBO]
Group=lab   # the group
Cache = /dev/sda2

# first disk
[Partition]
Dev = /dev/sda1
SIZE = 1G

[Partition]
Dev = /dev/sda2
[OS]
Name = One
Name = Two
`

describe('setKey', () => {
  it('changes one value and keeps comments and order', () => {
    expect(setKey(text, 'linbo', 0, 'Group', 'room7')).toBe(
      text.replace('Group=lab ', 'Group=room7 '),
    )
  })

  it('keeps the way a key is written', () => {
    expect(setKey(text, 'partition', 0, 'size', '2G')).toBe(text.replace('1G', '2G'))
  })

  it('adds a new key below the last of its section, in the usual spelling', () => {
    expect(setKey(text, 'partition', 1, 'fstype', 'ext4')).toBe(
      text.replace('Dev = /dev/sda2\n', 'Dev = /dev/sda2\nFSType = ext4\n'),
    )
  })

  it('changes the one of two equal keys that counts', () => {
    expect(setKey(text, 'os', 0, 'Name', 'Three')).toBe(text.replace('Two', 'Three'))
  })

  it('writes an empty value as a key without one', () => {
    expect(setKey(text, 'linbo', 0, 'Cache', '')).toBe(text.replace('Cache = /dev/sda2', 'Cache ='))
  })

  it('ends a file that had no line end', () => {
    expect(setKey('[OS]\nName = One', 'os', 0, 'Root', '/dev/sda1')).toBe(
      '[OS]\nName = One\nRoot = /dev/sda1\n',
    )
  })

  it('keeps CR LF line ends', () => {
    expect(setKey('[OS]\r\nName = One\r\n', 'os', 0, 'Root', '/dev/sda1')).toBe(
      '[OS]\r\nName = One\r\nRoot = /dev/sda1\r\n',
    )
  })

  it.each<[string, string, number, string, string]>([
    ['a missing section', 'os', 1, 'Name', 'x'],
    ['a dollar', 'os', 0, 'Name', '$(reboot)'],
    ['a line break', 'os', 0, 'Name', 'x\n[OS]'],
    ['a comment', 'os', 0, 'Name', 'x # y'],
    ['a key that is none', 'os', 0, 'Na me', 'x'],
  ])('refuses %s', (_name, section, index, key, value) => {
    expect(() => setKey(text, section as 'os', index, key, value)).toThrow(
      expect.objectContaining({ name: 'StartConfError' }),
    )
  })

  it('is read back by parseStartConf', () => {
    const value = fc.stringMatching(/^[A-Za-z0-9=:,./ -]{0,30}$/)
    fc.assert(
      fc.property(value, (written) => {
        const conf = parseStartConf(setKey(text, 'linbo', 0, 'KernelOptions', written))
        expect(conf.linbo.kernelOptions).toBe(written.replace(/ +/g, ' ').trim())
        expect(conf.os).toHaveLength(1)
      }),
    )
  })
})
