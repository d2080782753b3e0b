import { change, dual, dualWith, kiosk, type RuleCase, swap } from './rule-case.ts'

const linboLine = 'RootTimeout = 900'
const options = 'KernelOptions = quiet splash'

function parameter(
  code: string,
  bad: string,
  good: string,
  fixed?: string,
  isSafe = false,
): RuleCase {
  const key = (words: string) => `KernelOptions = ${words}`
  const more = fixed === undefined ? {} : { fixed: `${key(fixed).trim()}\n`, isSafe }
  return change(code, options, key(bad), key(good), more)
}

/** [LINBO], kernel parameters and the cache. */
export const linboCases: RuleCase[] = [
  {
    ...change('group-differs', 'Group = lab204', 'Group = lab203', 'Group = lab204'),
    options: { group: 'lab204' },
    fixed: 'Group = lab204\n',
    isSafe: true,
  },
  {
    code: 'group-differs',
    bad: dualWith(['Group = lab204\n', '']),
    at: '[LINBO]',
    good: dual,
    options: { group: 'lab204' },
    fixed: 'KernelOptions = quiet splash\nGroup = lab204\n',
    isSafe: true,
  },
  change('group-missing', 'Group = lab204', 'Group =', 'Group = x'),
  change(
    'download-type',
    'DownloadType = torrent',
    'DownloadType = Torrent',
    'DownloadType = rsync',
    {
      fixed: 'DownloadType = torrent\n',
      isSafe: true,
    },
  ),
  change('download-type', 'DownloadType = torrent', 'DownloadType = ftp', 'DownloadType =', {
    fixed: 'DownloadType = rsync\n',
    isSafe: true,
  }),
  change(
    'download-type',
    'DownloadType = torrent',
    'DownloadType = bittorrent',
    'DownloadType = multicast',
    {
      fixed: 'DownloadType = torrent\n',
      isSafe: false,
    },
  ),
  change('auto-partition', 'AutoPartition = no', 'AutoPartition = yes', 'AutoPartition =', {
    fixed: 'AutoPartition = no\n',
  }),
  change('locale', 'Locale = en-gb', 'Locale = de_DE.UTF-8', 'Locale = de-DE', {
    fixed: 'Locale = de-de\n',
    isSafe: true,
  }),
  change('locale', 'Locale = en-gb', 'Locale = German', 'Locale ='),
  change('theme-name', linboLine, 'Theme = ../x', 'Theme = school-7.2'),
  {
    code: 'kernel-options-missing',
    bad: dualWith([`${options}\n`, '']),
    at: '[LINBO]',
    good: dualWith([options, 'KernelOptions =']),
    fixed: 'Locale = en-gb\nKernelOptions =\n',
    isSafe: true,
  },
  parameter('kernel-parameter-stripped', 'quiet restoremode=dd', 'quiet nomodeset', 'quiet', true),
  parameter('kernel-parameter-stripped', 'linbocmd=sync:1 quiet', 'quiet acpi=off', 'quiet', true),
  parameter('kernel-parameter-stripped', 'server=10.0.0.1', 'splash', '', true),
  parameter('kernel-parameter-stripped', 'warmstart=no', 'nowarmstart', 'nowarmstart', false),
  parameter('kernel-flag-value', 'quiet nogui=yes', 'quiet nogui', 'quiet nogui', false),
  parameter('kernel-flag-value', 'quiet nogui=0', 'quiet', 'quiet', true),
  parameter('kernel-setting-value', 'DHCPRetry=6', 'dhcpretry=6', 'dhcpretry=6'),
  parameter('kernel-setting-value', 'quiet noauto', 'quiet noauto=yes', 'quiet noauto=yes'),
  parameter('kernel-setting-value', 'quiet vlanid', 'quiet vlanid=7'),
  parameter('kernel-modules-list', 'loadmodules=a,b', 'loadmodules=a'),
  parameter('kernel-flag-of-grub', 'quiet localboot', 'quiet', 'quiet', true),
  parameter('nomenu-alone', 'quiet nomenu', 'quiet nogui nomenu', 'quiet'),
  {
    code: 'kernel-options-long',
    bad: dualWith([options, `KernelOptions = ${'x '.repeat(1100)}`]),
    at: 11,
    good: dualWith([options, `KernelOptions = ${'x '.repeat(1000)}`]),
  },
  {
    code: 'cache-missing',
    bad: dualWith(['Cache = /dev/disk0p5\n', '']),
    at: '[LINBO]',
    good: dual,
    fixed: 'quiet splash\nCache = /dev/disk0p5\n',
  },
  change('cache-unknown', 'Cache = /dev/disk0p5', 'Cache = /dev/disk0p6', 'Cache = /dev/disk0p5', {
    fixed: 'Cache = /dev/disk0p5\n',
  }),
  change('cache-remote', 'Cache = /dev/disk0p5', 'Cache = 10.0.0.1:/cache', 'Cache = /dev/disk0p5'),
  change('cache-remote', 'Cache = /dev/disk0p5', 'Cache = //nas/cache', 'Cache = /dev/disk0p5'),
  change('cache-device', 'Cache = /dev/disk0p5', 'Cache = LABEL=cache', 'Cache = /dev/nvme0n1p5'),
  {
    code: 'cache-fstype',
    bad: swap(kiosk, [
      'Label = cache\nSize =\nId = 83\nFSType = ext4',
      'Label = cache\nSize =\nId = 83\nFSType = ntfs',
    ]),
    at: 'FSType = ntfs',
    good: kiosk,
    fixed: 'Label = cache\nSize =\nId = 83\nFSType = ext4',
  },
  change('cache-is-root', 'Root = /dev/disk0p4', 'Root = /dev/disk0p5', 'Root = /dev/disk0p3'),
  {
    code: 'cache-too-small',
    bad: swap(dual, ['Label = cache\nSize =', 'Label = cache\nSize = 30G']),
    at: 'Size = 30G',
    good: swap(dual, ['Label = cache\nSize =', 'Label = cache\nSize = 32G']),
    options: {
      imageBytes: {
        'win11lab.qcow2': 20e9,
        'win11lab.qdiff': 4e9,
        'debian13.qcow2': 10e9,
        other: 9e9,
      },
    },
  },
  {
    code: 'cache-type',
    bad: swap(dual, ['Label = cache\nSize =\nId = 83', 'Label = cache\nSize =\nId = 82']),
    at: 'Id = 82',
    good: dual,
    fixed: 'Label = cache\nSize =\nId = 83',
  },
]
