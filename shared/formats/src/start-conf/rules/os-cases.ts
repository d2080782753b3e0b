import {
  change,
  dual,
  dualWith,
  kiosk,
  liveIso,
  type RuleCase,
  swap,
  withIso,
} from './rule-case.ts'

const iso = (...changes: [string, string][]) => `${dual}\n${swap(liveIso, ...changes)}`
const second = (...changes: [string, string][]) => {
  const at = dual.lastIndexOf('[OS]')
  return dual.slice(0, at) + swap(dual.slice(at), ...changes)
}
const systems = (count: number) =>
  dual.slice(0, dual.indexOf('[OS]')) +
  Array.from({ length: count }, (_, n) => liveIso.replace('Rescue Live', `Live ${n}`)).join('\n')

/** [OS]: what is shown, images, and how systems start. */
export const osCases: RuleCase[] = [
  {
    code: 'os-missing',
    bad: dual.slice(0, dual.indexOf('[OS]')),
    at: 1,
    good: dual,
    fixed: '[OS]\nName = Operating system\nBaseImage =\nRoot = /dev/disk0p3\n',
  },
  { code: 'os-too-many', bad: systems(5), at: 117, good: systems(4) },
  {
    code: 'importer-keys',
    bad: second(['Initrd = boot/initrd.img\n', '']),
    at: 69,
    good: second(['boot/initrd.img', '']),
    fixed: 'DefaultAction = start\nInitrd =\n',
    isSafe: true,
  },
  {
    code: 'importer-keys',
    bad: second(['Name = Debian\n', '']),
    at: 69,
    good: dual,
    fixed: 'DefaultAction = start\nName = Debian 13\n',
    isSafe: false,
  },
  change('name-empty', 'Name = Debian', 'Name =', 'Name = x', { fixed: 'Name = Debian 13\n' }),
  change('name-twice', 'Name = Debian', 'Name = Windows 11', 'Name = Windows 12', { at: 70 }),
  {
    code: 'flags-missing',
    bad: second(['SyncEnabled = yes\nNewEnabled = yes\n', '']),
    at: 69,
    good: dual,
    fixed: 'DefaultAction = start\nSyncEnabled = yes\nNewEnabled = yes\n',
    isSafe: true,
  },
  {
    code: 'nothing-enabled',
    bad: iso(['StartEnabled = yes', 'StartEnabled = no']),
    at: 'StartEnabled = no',
    good: withIso,
    fixed: 'Append = boot=live\nStartEnabled = yes',
  },
  change('icon-name', 'IconName = debian.svg', 'IconName = debian.png', 'IconName =', {
    fixed: 'IconName = debian.svg\n',
  }),
  change('icon-name', 'IconName = debian.svg', 'IconName = icons/debian.svg', 'IconName = d.svg', {
    fixed: 'IconName = debian.svg\n',
  }),
  change(
    'image-extension',
    'BaseImage = debian13.qcow2',
    'BaseImage = debian13.cloop',
    'BaseImage =',
    {
      fixed: 'BaseImage = debian13.qcow2\n',
    },
  ),
  change(
    'image-extension',
    'BaseImage = debian13.qcow2',
    'BaseImage = debian13',
    'BaseImage = d.qcow2',
    {
      fixed: 'BaseImage = debian13.qcow2\n',
    },
  ),
  change(
    'image-dots',
    'BaseImage = debian13.qcow2',
    'BaseImage = debian.13.qcow2',
    'BaseImage = debian-13.qcow2',
    {
      fixed: 'BaseImage = debian-13.qcow2\n',
    },
  ),
  change(
    'image-name',
    'BaseImage = debian13.qcow2',
    'BaseImage = ../x.qcow2',
    'BaseImage = x.qcow2',
    {
      fixed: 'BaseImage = x.qcow2\n',
    },
  ),
  change(
    'image-name',
    'BaseImage = debian13.qcow2',
    'BaseImage = Debian 13.qcow2',
    'BaseImage = Debian_13.qcow2',
    {
      fixed: 'BaseImage = Debian-13.qcow2\n',
    },
  ),
  {
    code: 'image-missing',
    bad: second(['BaseImage = debian13.qcow2', 'BaseImage =']),
    at: 'BaseImage =',
    good: second(
      ['BaseImage = debian13.qcow2', 'BaseImage ='],
      [
        'SyncEnabled = yes\nNewEnabled = yes\nAutostart = yes',
        'SyncEnabled = no\nNewEnabled = no\nAutostart = no',
      ],
    ),
    fixed: 'SyncEnabled = no\nNewEnabled = no\nAutostart = no\nAutostartTimeout = 8',
  },
  change('root-missing', 'Root = /dev/disk0p4', 'Root =', 'Root = /dev/disk0p4'),
  change('root-unknown', 'Root = /dev/disk0p4', 'Root = /dev/disk0p7', 'Root = /dev/disk0p3'),
  change('root-kind', 'Root = /dev/disk0p4', 'Root = /dev/disk0p1', 'Root = /dev/disk0p3'),
  change('default-action', 'DefaultAction = sync', 'DefaultAction = Sync', 'DefaultAction = new', {
    fixed: 'DefaultAction = sync\n',
    isSafe: true,
  }),
  change('default-action', 'DefaultAction = sync', 'DefaultAction = erase', 'DefaultAction ='),
  change(
    'default-action-missing',
    'DefaultAction = start',
    'DefaultAction =',
    'DefaultAction = new',
    {
      at: 'Autostart = yes',
      fixed: 'DefaultAction = start\n',
    },
  ),
  {
    code: 'autostart-twice',
    bad: dualWith(['Autostart = no', 'Autostart = yes']),
    at: 81,
    good: dual,
    fixed: 'Autostart = no\nAutostartTimeout = 8',
    isSafe: true,
  },
  change(
    'autostart-text-mode',
    'KernelOptions = quiet splash',
    'KernelOptions = nogui',
    'KernelOptions = quiet',
    {
      at: 'Autostart = yes',
    },
  ),
  {
    code: 'autostart-timeout-text-mode',
    bad: swap(kiosk, ['AutostartTimeout = 0', 'AutostartTimeout = 9']),
    at: 'AutostartTimeout = 9',
    good: kiosk,
    fixed: 'AutostartTimeout = 0',
    isSafe: true,
  },
  {
    code: 'iso-root',
    bad: iso(['Root = /dev/disk0p5', 'Root = /dev/disk0p4']),
    at: 90,
    good: withIso,
    fixed: 'Root = /dev/disk0p5\nKernel = live',
    isSafe: true,
  },
  {
    code: 'iso-new',
    bad: iso(['NewEnabled = no', 'NewEnabled = yes']),
    at: 96,
    good: withIso,
    fixed: 'NewEnabled = no\nAutostart = no\nAutostartTimeout = 5\nDefaultAction = start',
    isSafe: true,
  },
  {
    code: 'iso-kernel',
    bad: iso(['Kernel = live/vmlinuz', 'Kernel = auto']),
    at: 91,
    good: withIso,
  },
]
