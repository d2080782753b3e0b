import { parseStartConf } from '@linbo/formats'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { groupGrubConfig } from './grub-config-group.ts'
import { grubMenu } from './grub-menu.ts'
import { grubMenuSvg } from './grub-menu-svg.ts'

const conf = (cache: string, options = 'quiet') => `[LINBO]
Cache = ${cache}
KernelOptions = ${options}
[Partition]
Dev = /dev/sda1
Label = debian
[Partition]
Dev = /dev/sda2
Label = cache
[OS]
Name = Debian & Söhne <1>
BaseImage = debian.qcow2
Root = /dev/sda1
Kernel = boot/vmlinuz
Initrd = boot/initrd.img
Append = ro nfsroot=10.0.0.1:/x
[OS]
Name = Rescue
BaseImage = rescue.iso
Root = /dev/sda2
Kernel = live/vmlinuz
Initrd = live/initrd.img
Append = boot=live
`
const menuOf = (text: string) => grubMenu({ group: 'lab', startConf: parseStartConf(text) })
const withCache = menuOf(conf('/dev/sda2'))

describe('grubMenu', () => {
  it('says what every entry does', () => {
    expect(withCache).toMatchObject({
      group: 'lab',
      cache: { device: '(hd0,2)', label: 'cache' },
      defaultEntry: 0,
      fallbackEntry: 1,
      timeoutSeconds: 0,
      isGraphical: true,
    })
    expect(withCache.entries.map(({ title, class: icon }) => [title, icon])).toEqual([
      ['LINBO', 'linbo'],
      ['Debian & Söhne <1> (Start)', 'debian_start'],
      ['Debian & Söhne <1> (Linbo-Start)', 'debian_start'],
      ['Debian & Söhne <1> (Sync+Start)', 'debian_syncstart'],
      ['Debian & Söhne <1> (Neu+Start)', 'debian_newstart'],
      ['Rescue (Start)', 'unknown_start'],
    ])
    expect(withCache.entries.map(({ action }) => action)).toMatchObject([
      { kind: 'linbo', from: 'cache-or-network', commands: [], parameters: ['quiet'] },
      // root= is part of nfsroot=, and that is enough for linuxmuster's importer.
      { kind: 'system', os: 1, device: '(hd0,1)', parameters: ['ro', 'nfsroot=10.0.0.1:/x'] },
      { kind: 'linbo', commands: ['start:1'], parameters: ['quiet', 'linbocmd=start:1'] },
      { kind: 'linbo', commands: ['sync:1', 'start:1'] },
      { kind: 'linbo', commands: ['format:1', 'sync:1', 'start:1'] },
      { kind: 'iso', os: 2, file: 'rescue.iso', kernel: 'live/vmlinuz' },
    ])
  })

  it.each(['', '/dev/mapper/cache', '//server/cache'])(
    'has LINBO alone with Cache = %j',
    (cache) => {
      const menu = menuOf(conf(cache, 'quiet dhcpretry=6'))
      expect(menu).toMatchObject({ cache: null, fallbackEntry: null })
      expect(menu.entries).toEqual([
        {
          title: 'LINBO',
          class: 'linbo',
          action: {
            kind: 'linbo',
            from: 'network',
            commands: [],
            parameters: ['quiet', 'splash', 'netboot', 'nomodeset', 'dhcpretry=6'],
          },
        },
      ])
    },
  )

  it('is what the configuration offers, in the same order', () => {
    const text = groupGrubConfig({ group: 'lab', startConf: parseStartConf(conf('/dev/sda2')) })
    const titles = [...text.matchAll(/^menuentry '(.*)' --class (\S+)/gm)].map((found) => ({
      title: found[1],
      class: found[2],
    }))
    expect(titles).toEqual(
      withCache.entries.map(({ title, class: icon }) => ({ title, class: icon })),
    )
  })
})

describe('grubMenuSvg', () => {
  it('shows the titles, the chosen one in its box, and the icons', () => {
    const svg = grubMenuSvg(withCache)
    expect(svg).toMatch(/^<svg [^>]*width="1024" height="768"/)
    expect(svg).toContain('>Debian &amp; Söhne &lt;1&gt; (Sync+Start)</text>')
    expect(svg.match(/<rect [^>]*fill="#3f6680"/g)).toHaveLength(1)
    expect(svg).not.toMatch(/<(script|image|use|a)\b|href/)
  })

  it('has as many lines as fit, and a scrollbar when that is not all', () => {
    const lines = (height: number) =>
      grubMenuSvg(withCache, { width: 640, height }).match(/\((Start|Linbo|Sync|Neu)/g)?.length
    expect(lines(768)).toBe(5)
    expect(lines(480)).toBe(3)
    expect(grubMenuSvg(withCache, { width: 640, height: 480 })).toContain(' width="6"')
    expect(grubMenuSvg(withCache)).not.toContain(' width="6"')
  })

  it('is in text mode on a serial console', () => {
    const svg = grubMenuSvg(menuOf(conf('/dev/sda2', 'console=ttyS0,115200')))
    expect(svg).toContain('>*LINBO</text>')
    expect(svg).toContain('fill="#000000"')
  })

  it('is XML whatever the names are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 30 }), (name) => {
        const [first] = withCache.entries
        const svg = grubMenuSvg({
          ...withCache,
          group: name,
          entries: first ? [{ ...first, title: name }] : [],
        })
        const texts = svg.match(/<text [^>]*>([^<]*)<\/text>/g) ?? []
        return texts.length === 2 && !/&(?!amp;|lt;|gt;)|[\x00-\x08\x0b-\x1f]/.test(svg)
      }),
      { seed: 11 },
    )
  })
})
