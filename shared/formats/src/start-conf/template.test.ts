import { describe, expect, it } from 'vitest'
import { diskLayout } from './layout.ts'
import { parseStartConf } from './start-conf.ts'
import { renderStartConf, startConfTemplates } from './template-list.ts'

const named = startConfTemplates.map((template) => [template.id, template] as const)

describe('startConfTemplates', () => {
  it('are there for BIOS and UEFI', () => {
    const ids = startConfTemplates.map((template) => template.id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const kind of ['windows', 'linux', 'dual', 'kiosk', 'iso', 'windows-data'])
      expect(ids).toEqual(expect.arrayContaining([`bios-${kind}`, `uefi-${kind}`]))
  })

  it.each(named)('%s has no problem at all', (_id, { render, firmware }) => {
    const conf = parseStartConf(render(), { group: 'lab', firmware, diskBytes: 256e9 })
    expect(conf.problems).toEqual([])
    expect(parseStartConf(render()).problems).toEqual([])
    const [disk] = diskLayout(conf, { diskBytes: 256e9 })
    expect(disk).toMatchObject({ disk: '/dev/disk0', fits: true })
    expect(disk?.partitions.some((one) => one.kind === 'efi')).toBe(firmware === 'uefi')
    expect(disk?.partitions.at(-1)?.kind).toBe('cache')
  })

  it.each(named)('%s uses every parameter it asks for', (_id, { parameters, render }) => {
    const before = render()
    for (const { name, choices, default: preset, whyNot } of parameters) {
      const value = choices?.find((one) => one !== preset) ?? other(preset)
      expect(whyNot(preset)).toBeUndefined()
      const text = render({ [name]: value })
      expect(text).not.toBe(before)
      expect(text).toContain(value)
      const errors = parseStartConf(text).problems.filter((one) => one.severity !== 'info')
      expect(errors).toEqual([])
    }
  })

  it('takes names, sizes and images', () => {
    const text = renderStartConf('uefi-dual', {
      group: 'room7',
      linuxSize: '80G',
      linuxImage: 'debian13',
      locale: 'en-gb',
    })
    const conf = parseStartConf(text, { group: 'room7' })
    expect(conf.linbo).toMatchObject({ group: 'room7', cache: '/dev/disk0p5', locale: 'en-gb' })
    expect(conf.os.map((system) => [system.baseImage, system.root])).toEqual([
      ['win11.qcow2', '/dev/disk0p3'],
      ['debian13.qcow2', '/dev/disk0p4'],
    ])
  })

  it.each<[string, Record<string, string>, string]>([
    ['nowhere', {}, 'no template nowhere'],
    ['uefi-linux', { windowsName: 'x' }, 'no parameter windowsName'],
    ['uefi-linux', { group: 'a b' }, 'group: a group has only letters'],
    ['uefi-linux', { group: '' }, 'group: a group is missing'],
    ['uefi-linux', { disk: '/dev/../x' }, 'disk: "/dev/../x" is no disk'],
    ['uefi-linux', { linuxSize: '' }, 'linuxSize: "" is no size'],
    ['uefi-linux', { linuxSize: '1.5G' }, 'linuxSize: "1.5G" is no whole'],
    ['uefi-linux', { linuxImage: 'a.b' }, 'linuxImage: an image name must not contain dots'],
    ['uefi-linux', { linuxName: 'x\n[OS]' }, 'linuxName'],
    ['uefi-linux', { linuxName: '$(x)' }, 'linuxName'],
    ['uefi-linux', { linuxName: 'a ; b' }, 'linuxName'],
    ['uefi-linux', { downloadType: 'ftp' }, 'downloadType: "ftp" is none of'],
    ['uefi-linux', { locale: 'German' }, 'locale: "German"'],
  ])('%s refuses %j', (id, values, says) => {
    expect(() => renderStartConf(id, values)).toThrow(
      expect.objectContaining({ name: 'StartConfError', message: expect.stringContaining(says) }),
    )
  })
})

function other(preset: string): string {
  if (/^\d+G$/.test(preset)) return '32G'
  return preset.includes('/') ? 'other/vmlinuz' : 'other'
}
