import { change, dual, dualWith, kiosk, type RuleCase, swap, withIso } from './rule-case.ts'

const extended = swap(
  kiosk,
  [
    '[Partition]\nDev = /dev/sda2',
    '[Partition]\nDev = /dev/sda2\nLabel =\nSize =\nId = 5\nFSType =\n\n[Partition]\nDev = /dev/sda5',
  ],
  ['Cache = /dev/sda2', 'Cache = /dev/sda5'],
)
const ten = (count: number) =>
  swap(dual, [
    '[OS]',
    `${Array.from({ length: count - 5 }, (_, n) => `[Partition]\nDev = /dev/disk0p${n + 6}\nLabel = d${n}\nSize = 1G\nId = 83\nFSType = ext4\n`).join('\n')}\n[OS]`,
  ])

/** Devices, labels, sizes, file systems and the boot table. */
export const diskCases: RuleCase[] = [
  change('device-missing', 'Dev = /dev/disk0p1', 'Dev =', 'Dev = /dev/disk0p1'),
  change('device-name', 'Dev = /dev/disk0p1', 'Dev = /dev/disk0', 'Dev = /dev/disk0p1'),
  change('device-name', 'Dev = /dev/disk0p1', 'Dev = /dev/../x1', 'Dev = /dev/vda1'),
  change('device-twice', 'Dev = /dev/disk0p2', 'Dev = /dev/disk0p1', 'Dev = /dev/disk1p1', {
    at: 22,
  }),
  { code: 'too-many-partitions', bad: ten(10), at: 'Dev = /dev/disk0p10', good: ten(9) },
  change('partition-numbers', 'Dev = /dev/disk0p4', 'Dev = /dev/disk0p6', 'Dev = /dev/disk0p4', {
    at: 'Dev = /dev/disk0p5',
  }),
  {
    code: 'partition-numbers',
    bad: swap(extended, ['Dev = /dev/sda5', 'Dev = /dev/sda6']),
    at: 'Dev = /dev/sda6',
    good: extended,
  },
  change('device-names-mixed', 'Dev = /dev/disk0p1', 'Dev = /dev/sda1', 'Dev = /dev/disk0p1', {
    fixed: 'Dev = /dev/disk0p1\n',
  }),
  change('device-names-mixed', 'Dev = /dev/disk0p2', 'Dev = /dev/sda1', 'Dev = /dev/disk1p1'),
  {
    code: 'device-names-plain',
    bad: kiosk,
    at: 'Dev = /dev/sda1',
    good: dual,
    fixed: 'Root = /dev/disk0p1\n',
  },
  change('label-twice', 'Label = debian', 'Label = windows', 'Label = debian', {
    at: 39,
    fixed: 'Label = windows2\n',
  }),
  change('label-missing', 'Label = debian', 'Label =', 'Label = x', { fixed: 'Label = linux\n' }),
  {
    code: 'label-missing',
    bad: swap(extended, ['Label =\n', '']),
    at: 21,
    good: extended,
    fixed: 'Dev = /dev/sda2\nLabel =\nSize =',
  },
  {
    code: 'label-missing',
    bad: dualWith(['Label = efi\n', '']),
    at: 13,
    good: dual,
    fixed: 'Dev = /dev/disk0p1\nLabel = efi\n',
  },
  change('label-long', 'Label = efi', 'Label = efi-partition', 'Label = efi-partitn', {
    fixed: 'Label = efi-partiti\n',
  }),
  change('label-long', 'Label = debian', `Label = ${'d'.repeat(17)}`, `Label = ${'d'.repeat(16)}`, {
    fixed: `Label = ${'d'.repeat(16)}\n`,
  }),
  change(
    'label-long',
    'Label = windows',
    `Label = ${'w'.repeat(33)}`,
    `Label = ${'w'.repeat(32)}`,
    {
      fixed: `Label = ${'w'.repeat(32)}\n`,
    },
  ),
  change('label-characters', 'Label = windows', 'Label = my windows', 'Label = my_windows', {
    fixed: 'Label = my-windows\n',
  }),
  change('size-unreadable', 'Size = 60G', 'Size = sixty', 'Size = 60G'),
  change('size-unreadable', 'Size = 60G', 'Size = 1M', 'Size = 2M'),
  change('size-fraction', 'Size = 60G', 'Size = 1.5G', 'Size = 1.0G', { fixed: 'Size = 1536M\n' }),
  change('size-no-unit', 'Size = 60G', 'Size = 62914560', 'Size = 62914560K', {
    fixed: 'Size = 60G\n',
    isSafe: true,
  }),
  change('size-odd', 'Size = 300M', 'Size = 301M', 'Size = 302M', {
    fixed: 'Size = 300M\n',
    isSafe: true,
  }),
  change('rest-not-last', 'Size = 60G', 'Size =', 'Size = 60G', { at: 40 }),
  {
    code: 'disk-too-small',
    bad: dual,
    at: 'Size = 60G',
    good: swap(dual, ['Size = 60G', 'Size = 40G']),
    options: { diskBytes: 170 * 1024 ** 3 },
  },
  change('fstype-unknown', 'FSType = ntfs', 'FSType = NTFS', 'FSType = ntfs', {
    fixed: 'FSType = ntfs\n',
    isSafe: true,
  }),
  change('fstype-unknown', 'FSType = ntfs', 'FSType = btrfs', 'FSType = reiserfs'),
  change('id-unknown', 'Id = 7', 'Id = 27', 'Id = 07', { fixed: 'Id = 7\n' }),
  {
    code: 'id-unknown',
    bad: dualWith(['Id = 7\n', '']),
    at: 29,
    good: dual,
    fixed: 'Bootable = no\nId = 7\n',
  },
  change('id-fstype', 'Id = 7', 'Id = 83', 'Id = 07', { at: 33, fixed: 'Id = 7\n' }),
  change('efi-fstype', 'FSType = vfat', 'FSType = ext4', 'FSType = vfat', {
    fixed: 'FSType = vfat',
  }),
  {
    code: 'msr-fstype',
    bad: dualWith(['Id = 0c01\nFSType =', 'Id = 0c01\nFSType = ntfs']),
    at: 26,
    good: dual,
    fixed: 'Id = 0c01\nFSType =\n',
  },
  change('fstype-missing', 'FSType = ntfs', 'FSType =', 'FSType = ntfs', {
    at: 34,
    fixed: 'FSType = ntfs\n',
  }),
  change('efi-missing', 'Id = ef', 'Id = 0c', 'Id = ef', { at: 13 }),
  { code: 'efi-missing', bad: kiosk, at: 13, good: dual, options: { firmware: 'uefi' } },
  change('efi-twice', 'Id = 0c01', 'Id = ef', 'Id = 0c01', { at: 25 }),
  {
    code: 'extended-with-uefi',
    bad: swap(extended, ['Id = 83', 'Id = ef']),
    at: 'Id = 5',
    good: extended,
  },
  {
    code: 'msdos-primaries',
    bad: dual,
    at: 'Dev = /dev/disk0p5',
    good: extended,
    options: { firmware: 'bios' },
  },
  {
    code: 'bootable-twice',
    bad: dualWith(['FSType = ntfs\nBootable = no', 'FSType = ntfs\nBootable = yes']),
    at: 35,
    good: withIso,
    fixed: 'FSType = ntfs\nBootable = no',
  },
]
