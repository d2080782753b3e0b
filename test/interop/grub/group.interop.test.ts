import { netbootGrubConfig } from '@linbo/boot'
import { expect, it } from 'vitest'
import { decide, grubEmu, type Partition, type Situation } from '../../support/grub-emu.ts'
import { requireTool } from '../../support/require.ts'
import {
  disk,
  file,
  fromCache,
  iso,
  kernelOptions,
  linbo,
  ours,
  part,
  reference,
} from './lab-group.ts'
import { netbootReference } from './reference-configs.ts'

const online = { pxe_default_server: '10.0.0.1', net_default_server: '10.0.0.1' }
const fromNetwork = (words: string) => [`linux (tftp)/linbo64 ${words}`, 'initrd (tftp)/linbofs64']
interface Row {
  platform?: 'efi'
  disks?: Partition[][]
  isOffline?: boolean
  entry?: string
  boots: string[]
  /** Where ours does more than the reference, what that one would do. */
  reference?: string[]
}

const rows: Record<string, Row> = {
  'the cache, when kernel and initramfs are in it': {
    disks: [disk({}, {}, linbo)],
    boots: fromCache('hd0,3', `${kernelOptions} localboot`),
  },
  'the cache without a network': {
    disks: [disk({}, {}, linbo)],
    isOffline: true,
    boots: fromCache('hd0,3', `${kernelOptions} localboot`),
  },
  'the partition with the label of the cache, before one with a start.conf': {
    disks: [[part('x', { ...linbo, ...file('/start.conf') }), part('cache', linbo)]],
    boots: fromCache('hd0,2', `${kernelOptions} localboot`),
  },
  'the partition with a start.conf, before one with an initramfs': {
    disks: [[part('x', linbo), part('y', { ...linbo, ...file('/start.conf') })]],
    boots: fromCache('hd0,2', `${kernelOptions} localboot`),
  },
  'the partition with an initramfs': {
    disks: [[part('x'), part('y', linbo)]],
    boots: fromCache('hd0,2', `${kernelOptions} localboot`),
  },
  'the network when the cache is empty': {
    disks: [disk()],
    boots: fromNetwork(`${kernelOptions} netboot`),
  },
  'the network when the initramfs is missing in the cache': {
    disks: [disk({}, {}, file('/linbo64', '/start.conf'))],
    boots: fromNetwork(`${kernelOptions} netboot`),
  },
  'the network when there is no disk': { boots: fromNetwork(`${kernelOptions} netboot`) },
  'iPXE when there is neither cache nor network': {
    disks: [disk({}, {}, file('/ipxe.lkrn'))],
    isOffline: true,
    boots: ['linux16 (hd0,3)/ipxe.lkrn dhcp'],
  },
  'Windows: its loader on BIOS': {
    entry: 'Windows 11 (Start)',
    disks: [disk(file('/bootmgr'))],
    boots: ['ntldr (hd0,1)/bootmgr'],
  },
  'Windows: its boot sector on BIOS': {
    entry: 'Windows 11 (Start)',
    disks: [[{ ...part('windows'), hasBootSector: true }]],
    boots: ['chainloader (hd0,1)+1'],
  },
  'Windows: its loader in the EFI partition': {
    platform: 'efi',
    entry: 'Windows 11 (Start)',
    disks: [[part('windows'), part('efi', file('/EFI/Microsoft/Boot/bootmgfw.efi'))]],
    boots: ['chainloader (hd0,2)/EFI/Microsoft/Boot/bootmgfw.efi'],
    reference: [],
  },
  'Linux: a kernel in the usual place before the configured one': {
    entry: 'Debian (Start)',
    disks: [disk({}, file('/vmlinuz', '/initrd.img', '/boot/own', '/boot/own.img'))],
    boots: ['linux (hd0,2)/vmlinuz ro quiet root=LABEL=debian', 'initrd (hd0,2)/initrd.img'],
  },
  'Linux: its own GRUB before the configured kernel': {
    entry: 'Debian (Start)',
    disks: [
      disk(
        {},
        {
          '/boot/grub/grub.cfg':
            'set timeout=0\nmenuentry x {\n  linux /boot/own from-its-own-grub\n  boot\n}\n',
          ...file('/boot/own', '/boot/own.img'),
        },
      ),
    ],
    boots: ['linux (hd0,2)/boot/own from-its-own-grub'],
  },
  'Linux: the configured kernel when there is no other': {
    entry: 'Debian (Start)',
    disks: [disk({}, file('/boot/own', '/boot/own.img'))],
    boots: ['linux (hd0,2)/boot/own ro quiet root=LABEL=debian', 'initrd (hd0,2)/boot/own.img'],
  },
  'Linux: by its label, wherever it is': {
    entry: 'Debian (Start)',
    disks: [disk(), [part('debian', file('/boot/vmlinuz', '/boot/initrd.img'))]].map((one, n) =>
      n === 0 ? [part('windows'), part('other'), part('cache')] : one,
    ),
    boots: [
      'linux (hd1,1)/boot/vmlinuz ro quiet root=LABEL=debian',
      'initrd (hd1,1)/boot/initrd.img',
    ],
  },
  'Linux: by its place, when the label is gone': {
    entry: 'Debian (Start)',
    disks: [[part('windows'), part('new', file('/boot/vmlinuz', '/boot/initrd')), part('cache')]],
    boots: ['linux (hd0,2)/boot/vmlinuz ro quiet root=LABEL=debian', 'initrd (hd0,2)/boot/initrd'],
  },
  'LINBO, which starts a system': {
    entry: 'Debian (Linbo-Start)',
    disks: [disk({}, {}, linbo)],
    boots: fromCache('hd0,3', `${kernelOptions} linbocmd=start:2 localboot`),
  },
  'LINBO, which restores a system and starts it': {
    entry: 'Debian (Sync+Start)',
    boots: fromNetwork(`${kernelOptions} linbocmd=sync:2,start:2 netboot`),
  },
  'LINBO, which formats first': {
    entry: 'Windows 11 (Neu+Start)',
    disks: [disk({}, {}, linbo)],
    boots: fromCache('hd0,3', `${kernelOptions} linbocmd=format:1,sync:1,start:1 localboot`),
  },
  'an ISO image from the cache': {
    entry: 'Rescue (Start)',
    disks: [disk({}, {}, { '/rescue.iso': iso() })],
    boots: [
      'linux (loop)/live/vmlinuz quiet splash noprompt noeject findiso=rescue.iso iso-scan/filename=/rescue.iso boot=live',
      'initrd (loop)/live/initrd.img',
    ],
  },
}

const situation = (config: string, row: Row): Situation => ({
  platform: row.platform ?? 'pc',
  start: 'server',
  variables: row.isOffline ? {} : online,
  disks: row.disks ?? [],
  server: { '/boot/grub/grub.cfg': config },
  ...(row.entry ? { entry: row.entry } : {}),
})

requireTool(grubEmu)("a group's configuration starts", () => {
  it.each(Object.entries(rows))('%s', async (_name, row) => {
    const decided = await decide(situation(ours, row))
    expect(decided.boots, decided.text).toEqual(row.boots)
    const other = await decide(situation(reference, row))
    expect(other.boots, other.text).toEqual(row.reference ?? row.boots)
  })

  it('the first system when LINBO is nowhere', async () => {
    const disks = [disk(file('/bootmgr'))]
    for (const config of [ours, reference]) {
      const decided = await decide(situation(config, { disks, isOffline: true, boots: [] }))
      expect(decided.boots, decided.text).toEqual(['ntldr (hd0,1)/bootmgr'])
    }
  })

  it('LINBO from the network, always, in a group without a cache', async () => {
    const row = { disks: [disk({}, {}, linbo)], boots: [] }
    const plain = fromNetwork('quiet splash netboot nomodeset')
    expect((await decide(situation(netbootReference, row))).boots).toEqual(plain)
    expect((await decide(situation(netbootGrubConfig(), row))).boots).toEqual(plain)
    const withOptions = (await decide(situation(netbootGrubConfig(kernelOptions), row))).boots
    expect(withOptions).toEqual(fromNetwork('quiet splash netboot nomodeset dhcpretry=6'))
  })
})
