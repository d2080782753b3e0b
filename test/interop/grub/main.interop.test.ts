import { mainGrubConfig } from '@linbo/boot'
import { expect, it } from 'vitest'
import {
  decide,
  environment,
  grubEmu,
  type Partition,
  type Situation,
} from '../../support/grub-emu.ts'
import { requireTool } from '../../support/require.ts'
import { mainReference } from './reference-configs.ts'

/** A configuration of somebody else that says who it is. */
const own = (name: string) =>
  `set timeout=0\nmenuentry '${name}' {\n  set root=tftp\n  linux /linbo64 ${name}\n  boot\n}\n`
const from = (name: string) => [`linux (tftp)/linbo64 ${name}`]
const host = { '/boot/grub/hostcfg/pc01.cfg': own('host') }
const group = { '/boot/grub/lab.cfg': own('group') }
const bios = { net_pxe_hostname: 'pc01', net_pxe_extensionspath: 'lab' }
const failsafe = ['linux (tftp)/linbo64 quiet netboot nomodeset', 'initrd (tftp)/linbofs64']

const cache = (more: Record<string, string> = {}): Partition => ({
  label: 'cache',
  files: { '/start.conf': 'x', ...more },
})
const os = (files: Record<string, string>, more: Partial<Partition> = {}): Partition => ({
  label: 'os',
  files: { '/etc/hostname': 'x', ...files },
  ...more,
})
const file = (...paths: string[]) => Object.fromEntries(paths.map((path) => [path, 'x']))
const asked = environment({ reboot_label: 'os', reboot_append: 'ro root=LABEL=os' })

interface Row extends Partial<Situation> {
  boots: string[]
  /** Where ours does more than the reference, what that one would do. */
  reference?: string[]
}

const restarts: Record<string, Row> = {
  'the kernel the client named': {
    disks: [
      [
        cache(
          environment({
            reboot_label: 'os',
            reboot_kernel: '/boot/own',
            reboot_initrd: '/boot/own.img',
            reboot_append: 'ro quiet',
          }),
        ),
        os(file('/boot/own', '/boot/own.img', '/boot/vmlinuz', '/boot/initrd.img')),
      ],
    ],
    boots: ['linux (hd0,2)/boot/own ro quiet', 'initrd (hd0,2)/boot/own.img'],
  },
  'its GRUB device, when there is no label': {
    disks: [
      [
        cache(environment({ reboot_grub: '(hd1,1)', reboot_append: 'ro' })),
        os(file('/boot/vmlinuz', '/boot/initrd.img')),
      ],
      [os(file('/vmlinuz', '/initrd.img'), { label: 'other' })],
    ],
    boots: ['linux (hd1,1)/vmlinuz ro', 'initrd (hd1,1)/initrd.img'],
  },
  ...Object.fromEntries(
    [
      ['/boot/vmlinuz', '/boot/initrd.img'],
      ['/boot/vmlinuz', '/boot/initrd'],
      ['/vmlinuz', '/initrd.img'],
      ['/vmlinuz', '/initrd'],
    ].map(([kernel = '', initrd = ''], index, all) => [
      `${kernel} with ${initrd} before those after it`,
      {
        disks: [
          [
            cache(asked),
            os({
              ...file(...all.slice(index).flat()),
              '/boot/grub/grub.cfg': own('its-own'),
              ...file('/bootmgr'),
            }),
          ],
        ],
        boots: [`linux (hd0,2)${kernel} ro root=LABEL=os`, `initrd (hd0,2)${initrd}`],
      },
    ]),
  ),
  "the system's own GRUB": {
    disks: [[cache(asked), os({ '/boot/grub/grub.cfg': own('its-own'), ...file('/bootmgr') })]],
    boots: from('its-own'),
  },
  ...Object.fromEntries(
    ['/bootmgr', '/ntldr', '/grldr'].map((loader, index, all) => [
      `${loader} on BIOS`,
      {
        disks: [[cache(asked), os(file(...all.slice(index)))]],
        boots: [`ntldr (hd0,2)${loader}`],
      },
    ]),
  ),
  'the boot sector on BIOS': {
    disks: [[cache(asked), os({}, { hasBootSector: true })]],
    boots: ['chainloader (hd0,2)+1'],
  },
  'Windows on UEFI, in the partition asked for': {
    platform: 'efi',
    disks: [
      [os(file('/EFI/Microsoft/Boot/bootmgfw.efi'), { label: 'another' }), cache(asked)],
      [os(file('/EFI/Microsoft/Boot/bootmgfw.efi'))],
    ],
    boots: ['chainloader (hd1,1)/EFI/Microsoft/Boot/bootmgfw.efi'],
  },
  'Windows on UEFI, whose loader lies in the EFI partition': {
    platform: 'efi',
    disks: [
      [
        os(file('/EFI/Microsoft/Boot/bootmgfw.efi'), { label: 'efi' }),
        os(file('/Windows/notepad.exe')),
        cache(asked),
      ],
    ],
    boots: ['chainloader (hd0,1)/EFI/Microsoft/Boot/bootmgfw.efi'],
    reference: failsafe,
  },
}

const network: Record<string, Row> = {
  'the configuration of the host before that of the group': {
    server: { ...host, ...group },
    variables: bios,
    boots: from('host'),
  },
  'that of the group when the host has none': {
    server: group,
    variables: bios,
    boots: from('group'),
  },
  'that of the host when DHCP named no group': {
    server: { ...host, ...group },
    variables: { net_pxe_hostname: 'pc01' },
    boots: from('host'),
  },
  'on UEFI the card whose answer named a group': {
    platform: 'efi',
    server: { ...host, ...group },
    variables: {
      net_efinet0_hostname: 'other',
      net_efinet1_hostname: 'pc01',
      net_efinet1_extensionspath: 'lab',
    },
    boots: from('host'),
  },
  'on UEFI the third card': {
    platform: 'efi',
    server: group,
    variables: { net_efinet2_extensionspath: 'lab' },
    boots: from('group'),
  },
  'on UEFI the host of a card whose DHCP named no group': {
    platform: 'efi',
    server: host,
    variables: { net_efinet0_hostname: 'pc01' },
    boots: from('host'),
    reference: failsafe,
  },
  "a hand-written configuration by the card's address, when DHCP tells nothing": {
    server: { '/boot/grub/hostcfg/52:54:00:00:00:01.cfg': own('mac') },
    variables: { net_default_mac: '52:54:00:00:00:01' },
    boots: from('mac'),
    reference: failsafe,
  },
  'custom.cfg of the cache when the server has none': {
    variables: bios,
    disks: [[cache({ '/boot/grub/custom.cfg': own('custom') })]],
    boots: from('custom'),
  },
  "the server's before custom.cfg of the cache": {
    server: group,
    variables: bios,
    disks: [[cache({ '/boot/grub/custom.cfg': own('custom') })]],
    boots: from('group'),
  },
  'failsafe mode when there is nothing at all': { boots: failsafe },
  'failsafe mode of a machine nobody knows, with a cache': {
    disks: [[cache({ '/linbo64': 'x', '/linbofs64': 'x' })]],
    boots: failsafe,
  },
}

const remote: Record<string, Row> = {
  'the restart the server asks for': {
    server: {
      '/boot/grub/spool/pc01.reboot': Object.values(environment({ reboot_grub: 'hd0,2' }))[0] ?? '',
      ...host,
    },
    variables: bios,
    disks: [[cache(asked), os({}), os(file('/boot/vmlinuz', '/boot/initrd.img'))]],
    boots: ['chainloader (hd0,2)+1'],
  },
}
remote['the restart the server asks for']!.disks![0]![1]!.hasBootSector = true

const situation = (config: string, row: Row): Situation => ({
  platform: row.platform ?? 'pc',
  start: 'server',
  variables: row.variables ?? {},
  disks: row.disks ?? [],
  ...(row.http ? { http: row.http } : {}),
  server: { '/boot/grub/grub.cfg': config, ...row.server },
})

requireTool(grubEmu)('grub.cfg of the server starts', () => {
  const rows = { ...remote, ...restarts, ...network }
  it.each(Object.entries(rows))('%s', async (_name, row) => {
    const ours = await decide(situation(mainGrubConfig(), row))
    expect(ours.boots, ours.text).toEqual(row.boots)
    const reference = await decide(situation(mainReference, row))
    expect(reference.boots, reference.text).toEqual(row.reference ?? row.boots)
  })

  it('what the client asked for only once', async () => {
    const [row] = Object.values(restarts)
    const { blockAfter } = await decide(situation(mainGrubConfig(), row!))
    expect(blockAfter('hd0,1')).toMatch(/^reboot_label=\n[\s\S]*^reboot_grub=\n/m)
    expect(blockAfter('hd0,1')).toContain('reboot_kernel=/boot/own\n')
  })

  it('leaves the block of the cache alone when the server asks', async () => {
    const row = remote['the restart the server asks for']!
    const { blockAfter } = await decide(situation(mainGrubConfig(), row))
    expect(blockAfter('hd0,1')).toContain('reboot_label=os\n')
  })

  it('the usual configuration when the partition asked for is gone', async () => {
    const disks = [[cache(environment({ reboot_label: 'gone' }))]]
    const row = {
      server: { ...host, '/boot/grub/grub.cfg': '' },
      variables: bios,
      disks,
      boots: [],
    }
    const { boots, read } = await decide({
      ...situation(mainGrubConfig(), row),
      server: { ...host, '/boot/grub/grub.cfg': mainGrubConfig() },
    })
    expect(boots).toEqual(from('host'))
    expect(read).toEqual(['(tftp)/boot/grub/grub.cfg', '(tftp)/boot/grub/hostcfg/pc01.cfg'])
  })
})

requireTool(grubEmu)('the heavy part comes', () => {
  const main = mainGrubConfig({ address: '10.0.0.1', httpPort: 8080 })
  const words = 'quiet netboot nomodeset'

  it('on UEFI over HTTP, by TFTP when that fails', async () => {
    const row: Row = { platform: 'efi', boots: [] }
    const http = 'http,10.0.0.1:8080'
    expect((await decide(situation(main, { ...row, http }))).boots).toEqual([
      `linux (${http})/linbo64 ${words}`,
      `initrd (${http})/linbofs64`,
    ])
    expect((await decide(situation(main, row))).boots).toEqual(failsafe)
  })

  it('on BIOS through iPXE, by TFTP when there is none', async () => {
    const ipxe = { '/boot/grub/ipxe.lkrn': 'x' }
    const { boots } = await decide(situation(main, { server: ipxe, boots: [] }))
    expect(boots).toHaveLength(1)
    expect(boots[0]).toMatch(/^linux16 \(tftp\)\/boot\/grub\/ipxe\.lkrn iseq /)
    expect(boots[0]).toContain(`BOOT_IMAGE=/linbo64 ${words} && initrd`)
    expect((await decide(situation(main, { boots: [] }))).boots).toEqual(failsafe)
    const variables = { net_default_mac: '52:54:00:00:00:01' }
    const off = { ...ipxe, '/boot/grub/ipxe-off/52:54:00:00:00:01': 'x' }
    expect((await decide(situation(main, { server: off, variables, boots: [] }))).boots).toEqual(
      failsafe,
    )
  })
})
