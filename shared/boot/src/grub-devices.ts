/** GRUB's name for a partition of the first kind of disk LINBO knows, such as `(hd0,3)`; undefined for others. */
export function grubDevice(dev: string): string | undefined {
  const lettered = dev.match(/^\/dev\/(?:sd|hd|vd|xvd)([a-z])([1-9]\d*)$/)
  if (lettered) return `(hd${(lettered[1] ?? 'a').charCodeAt(0) - 97},${lettered[2]})`
  const nvme = dev.match(/^\/dev\/nvme0n([1-9]\d*)p([1-9]\d*)$/)
  if (nvme) return `(hd${Number(nvme[1]) - 1},${nvme[2]})`
  const numbered = dev.match(/^\/dev\/(?:mmcblk|disk)(\d+)p([1-9]\d*)$/)
  if (numbered) return `(hd${Number(numbered[1])},${numbered[2]})`
  return undefined
}

/** Names of operating systems, as they are looked for in a system's name. */
const distributions = [
  'kubuntu',
  'lubuntu',
  'xubuntu',
  'ubuntu',
  'centos',
  'arch',
  'linuxmint',
  'fedora',
  'gentoo',
  'debian',
  'opensuse',
  'suse',
  'linux',
]

/** The icon family a system's name belongs to, as LINBO's GRUB themes have them. */
export function osType(name: string): string {
  const text = name.toLowerCase()
  if (text.includes('windows 10')) return 'win10'
  if (text.includes('windows')) return 'win'
  if (text.includes('mint')) return 'linuxmint'
  const short = ['win10', 'win'].find((known) => text.includes(known))
  return short ?? distributions.find((known) => text.includes(known)) ?? 'unknown'
}

/** Every family osType can answer with. */
export const osTypes = ['win10', 'win', ...distributions, 'unknown'] as const
