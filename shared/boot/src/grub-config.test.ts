import { spawnSync } from 'node:child_process'
import { parseStartConf } from '@linbo/formats'
import { requireTool } from '@linbo/test/require'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { localGrubConfig, mainGrubConfig, managedMarker, netbootGrubConfig } from './grub-config.ts'
import { groupGrubConfig } from './grub-config-group.ts'
import { netbootFunctions } from './grub-netboot.ts'

const text = `[LINBO]
Group = lab204
Cache = /dev/nvme0n1p3
KernelOptions = quiet splash console=ttyS0,115200
[Partition]
Dev = /dev/nvme0n1p1
Label = windows
Size = 100G
[Partition]
Dev = /dev/nvme0n1p2
Label = debian
Size = 20G
[Partition]
Dev = /dev/nvme0n1p3
Label = cache
[OS]
Name = Windows 11
BaseImage = win11.qcow2
Root = /dev/nvme0n1p1
Kernel = auto
Initrd =
Append =
[OS]
Name = Teacher's Debian
BaseImage = debian.qcow2
Root = /dev/nvme0n1p2
Kernel = boot/vmlinuz
Initrd = boot/initrd.img
Append = ro quiet
[OS]
Name = Rescue
BaseImage = rescue.iso
Root = /dev/nvme0n1p3
Kernel = live/vmlinuz
Initrd = live/initrd.img
Append = boot=live
`
const group = (startConf: string) =>
  groupGrubConfig({ group: 'lab204', startConf: parseStartConf(startConf) })
const entries = (config: string) =>
  [...config.matchAll(/^menuentry (.*) \{$/gm)].map((found) => found[1])
const entry = (config: string, title: string) =>
  config.slice(config.indexOf(`menuentry ${title}`)).split('\n}')[0]

describe('groupGrubConfig', () => {
  it('puts LINBO first, then four entries for each system and one for an ISO', () => {
    expect(entries(group(text))).toEqual([
      `'LINBO' --class linbo`,
      `'Windows 11 (Start)' --class win_start`,
      `'Windows 11 (Linbo-Start)' --class win_start`,
      `'Windows 11 (Sync+Start)' --class win_syncstart`,
      `'Windows 11 (Neu+Start)' --class win_newstart`,
      `'Teacher'\\''s Debian (Start)' --class debian_start`,
      `'Teacher'\\''s Debian (Linbo-Start)' --class debian_start`,
      `'Teacher'\\''s Debian (Sync+Start)' --class debian_syncstart`,
      `'Teacher'\\''s Debian (Neu+Start)' --class debian_newstart`,
      `'Rescue (Start)' --class unknown_start`,
    ])
  })

  it('carries the marker, the kernel options as separate words, and the cache', () => {
    const config = group(text)
    expect(config).toContain(managedMarker)
    expect(config).toContain('linux /linbo64 quiet splash console=ttyS0,115200 $@ localboot')
    expect(config).toContain('netboot_linbo quiet splash console=ttyS0,115200 $@ netboot')
    expect(config).toContain('search --no-floppy --label cache --set=cache')
    expect(config).toContain('set cache=hd0,3')
  })

  it('counts systems and partitions in the order of the file', () => {
    const config = group(text)
    expect(config).toContain('boot_linbo linbocmd=start:2\n')
    expect(config).toContain('boot_linbo linbocmd=sync:2,start:2\n')
    expect(config).toContain('boot_linbo linbocmd=format:2,sync:2,start:2\n')
  })

  it('gives a system its root unless Append has one', () => {
    const title = `'Teacher'\\''s Debian (Start)'`
    expect(entry(group(text), title)).toContain(
      'boot_named boot/vmlinuz boot/initrd.img ro quiet root=LABEL=debian\n',
    )
    const given = text.replace('ro quiet', 'ro root=/dev/sda9')
    expect(entry(group(given), title)).toMatch(/initrd\.img ro root=\/dev\/sda9\n/)
  })

  it('starts an ISO image from the cache', () => {
    const body = entry(group(text), `'Rescue (Start)'`)
    expect(body).toContain('loopback loop "($cache)"/rescue.iso')
    expect(body).toContain(
      'boot_named live/vmlinuz live/initrd.img quiet splash noprompt noeject findiso=rescue.iso iso-scan/filename=/rescue.iso boot=live',
    )
  })

  it('stays in text mode for a serial console, else switches to graphics', () => {
    expect(group(text)).not.toContain('gfxterm')
    expect(group(text.replace('console=ttyS0,115200', ''))).toContain('terminal_output gfxterm')
  })

  it.each(['', '/dev/mapper/cache', '10.0.0.1:/cache'])(
    'boots from the network with Cache = %j',
    (cache) => {
      const config = group(text.replace('/dev/nvme0n1p3\nKernel', `${cache}\nKernel`))
      expect(config).toBe(netbootGrubConfig('quiet splash console=ttyS0,115200'))
      const words = 'quiet splash netboot nomodeset console=ttyS0,115200'
      expect(config).toContain(`netboot_linbo ${words}\n`)
    },
  )

  it('leaves Neu+Start out when the root is no partition of the file', () => {
    const config = group(text.replaceAll('Root = /dev/nvme0n1p1', 'Root = /dev/sdz1'))
    expect(entries(config).filter((title) => title?.includes('Neu+Start'))).toHaveLength(1)
  })
})

describe('a start from the network', () => {
  const server = { address: '10.0.0.1', httpPort: 8080 }

  it('tells the kernel the same, whoever loads it', () => {
    const loads = netbootFunctions.match(/^ *(if )?linux(16)? .*$/gm) ?? []
    expect(loads.map((line) => line.trim()).toSorted()).toEqual([
      'if linux /linbo64 $@; then',
      'linux /linbo64 $@',
      expect.stringContaining(`'\${from}/linbo64' BOOT_IMAGE=/linbo64 $@ '&&'`),
    ])
  })

  it('knows where HTTP is, and does without it when iPXE would take the parameters for its own', () => {
    expect(mainGrubConfig(server)).toContain('set linbo_http=10.0.0.1:8080\n')
    expect(mainGrubConfig()).toContain('set linbo_http=\n')
    expect(group(text)).not.toContain('set linbo_http')
    for (const word of ['$' + '{net0/mac}', '||', '#x', 'a"b']) {
      expect(group(text.replace('splash', word))).toContain('set linbo_http=\n')
      expect(netbootGrubConfig(word)).toContain('set linbo_http=\n')
    }
  })
})

describe('localGrubConfig', () => {
  it('starts LINBO with the kernel options and localboot', () => {
    const config = localGrubConfig({ group: 'lab204', kernelOptions: 'quiet  nogui' })
    expect(config).toContain('linux /linbo64 quiet nogui localboot\n')
    expect(entries(config)).toEqual([`'OS localboot' --class os`, `'LINBO' --class linbo`])
  })

  it('is the same text every time, because a changed one makes a client restart', () => {
    const options = { group: 'lab204', kernelOptions: 'quiet' }
    expect(localGrubConfig(options)).toBe(localGrubConfig(options))
  })
})

requireTool('grub-script-check')('the generated configurations, to GRUB', () => {
  const check = (config: string) => {
    const { status, stderr } = spawnSync('grub-script-check', { input: config, encoding: 'utf8' })
    expect(stderr).toBe('')
    expect(status).toBe(0)
  }

  it('are scripts', () => {
    check(mainGrubConfig())
    check(netbootGrubConfig('acpi=off'))
    check(localGrubConfig({ group: 'lab204', kernelOptions: 'quiet' }))
    check(group(text))
  })

  it('stay what they are, whatever a start.conf says', () => {
    const hostile = [
      `a'; reboot; '`,
      '} reboot {',
      '$(x) "',
      '; halt',
      'if',
      '\\',
      'ä ü',
      '{',
      '#x',
    ]
    for (const value of hostile) {
      const config = group(
        text
          .replace('Windows 11', value)
          .replace('ro quiet', value)
          .replace('quiet splash', value)
          .replace('Label = debian', `Label = ${value}`)
          .replace('boot/vmlinuz', value),
      )
      check(config)
      expect(entries(config)).toHaveLength(10)
      expect(config).not.toMatch(/^\s*(reboot|halt)/m)
    }
  })

  it('stay scripts with random values', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (value) => {
        const config = localGrubConfig({ group: value, kernelOptions: value })
        check(`${config}\n${netbootGrubConfig(value)}`)
      }),
      { seed: 7, numRuns: 60 },
    )
  })
})
