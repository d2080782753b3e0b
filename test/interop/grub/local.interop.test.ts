import { localGrubConfig } from '@linbo/boot'
import { expect, it } from 'vitest'
import { decide, environment, grubEmu, type Partition } from '../../support/grub-emu.ts'
import { requireTool } from '../../support/require.ts'
import { disk, file, fromCache, iso, kernelOptions, linbo, ours } from './lab-group.ts'
import { localReference } from './reference-configs.ts'

interface Row {
  disks: Partition[][]
  entry?: string
  boots: string[]
}

const restart = { reboot_label: 'debian', reboot_append: 'ro root=LABEL=debian' }
const custom = `set timeout=0\nmenuentry x {\n  linux /linbo64 custom\n  boot\n}\n`
const local: Record<string, Row> = {
  'what the client asked for': {
    disks: [disk({}, file('/vmlinuz', '/initrd'), environment(restart))],
    boots: ['linux (hd0,2)/vmlinuz ro root=LABEL=debian', 'initrd (hd0,2)/initrd'],
  },
  'the kernel the client named': {
    disks: [
      disk(
        {},
        file('/vmlinuz', '/initrd', '/k', '/i'),
        environment({ reboot_kernel: '/k', reboot_initrd: '/i', ...restart }),
      ),
    ],
    boots: ['linux (hd0,2)/k ro root=LABEL=debian', 'initrd (hd0,2)/i'],
  },
  'the ISO image the client asked for': {
    disks: [
      disk(
        {},
        {},
        {
          '/rescue.iso': iso(),
          ...environment({
            reboot_iso: 'rescue.iso',
            reboot_kernel: '/live/vmlinuz',
            reboot_initrd: '/live/initrd.img',
            reboot_append: 'findiso=rescue.iso boot=live',
          }),
        },
      ),
    ],
    boots: [
      'linux (loop)/live/vmlinuz findiso=rescue.iso boot=live',
      'initrd (loop)/live/initrd.img',
    ],
  },
  'custom.cfg, when the client asked for nothing': {
    disks: [disk({}, {}, { '/boot/grub/custom.cfg': custom, ...linbo, ...environment({}) })],
    boots: ['linux (hd0,3)/linbo64 custom'],
  },
  'LINBO from the cache, when chosen': {
    entry: 'LINBO',
    disks: [disk({}, {}, { '/boot/grub/custom.cfg': custom, ...linbo })],
    boots: fromCache('hd0,3', `${kernelOptions} localboot`),
  },
  'iPXE, when LINBO is not in the cache': {
    entry: 'LINBO',
    disks: [disk({}, {}, file('/ipxe.lkrn'))],
    boots: ['linux16 (hd0,3)/ipxe.lkrn dhcp'],
  },
}

requireTool(grubEmu)('GRUB on the disk of a client starts', () => {
  const at = { disk: 0, partition: 3 }
  const run = (config: string, row: Row) => {
    const disks = structuredClone(row.disks)
    const cache = disks[0]?.[2]
    if (cache) cache.files['/boot/grub/grub.cfg'] = config
    const entry = row.entry ? { entry: row.entry } : {}
    return decide({ platform: 'pc', start: at, disks, ...entry })
  }
  const config = localGrubConfig({ group: 'lab', kernelOptions })

  it.each(Object.entries(local))('%s', async (_name, row) => {
    const decided = await run(config, row)
    expect(decided.boots, decided.text).toEqual(row.boots)
    const other = await run(localReference(kernelOptions), row)
    expect(other.boots, other.text).toEqual(row.boots)
  })

  it('what the client asked for only once', async () => {
    const { blockAfter } = await run(config, local['what the client asked for']!)
    expect(blockAfter('hd0,3')).toMatch(/^reboot_label=\n/m)
    const iso = await run(config, local['the ISO image the client asked for']!)
    expect(iso.blockAfter('hd0,3')).toMatch(/^reboot_iso=\n/m)
  })

  it("the group's configuration, with LINBO from the cache", async () => {
    const disks = [disk({}, {}, { ...linbo, '/boot/grub/custom.cfg': ours })]
    const { boots, read } = await run(config, { disks, boots: [] })
    expect(boots).toEqual(fromCache('hd0,3', `${kernelOptions} localboot`))
    expect(read).toEqual(['(hd0,3)/boot/grub/grub.cfg', '(hd0,3)/boot/grub/custom.cfg'])
  })
})
