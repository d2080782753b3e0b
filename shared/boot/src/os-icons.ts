import { osTypes } from './grub-devices.ts'

/** What an entry of GRUB's menu does, as a badge in the corner of its icon. */
export type IconKind = 'start' | 'syncstart' | 'newstart'
export const iconKinds: readonly IconKind[] = ['start', 'syncstart', 'newstart']

/** Capital letters as strokes on a field of 64, drawn for these icons. */
const letters = {
  A: 'M18 48 32 16 46 48M23.5 37H40.5',
  C: 'M46 23A16 16 0 1 0 46 41',
  D: 'M21 16V48H29A16 16 0 0 0 29 16Z',
  F: 'M44 16H22V48M22 31H39',
  G: 'M46 23A16 16 0 1 0 48 34H35',
  K: 'M22 16V48M44 16 22 34M29.5 28 45 48',
  L: 'M23 16V48H44',
  M: 'M17 48V17L32 38 47 17V48',
  S: 'M44 22C40 13 22 14 22 24 22 35 44 29 44 40 44 51 24 51 20 41',
  U: 'M20 16V34A12 12 0 0 0 44 34V16',
  X: 'M20 16 44 48M44 16 20 48',
} as const

/** Colour and letter of each family; drawings for those that have none. */
const families: Record<string, { color: string; letter: keyof typeof letters } | undefined> = {
  arch: { color: '#1487bd', letter: 'A' },
  centos: { color: '#8d4596', letter: 'C' },
  debian: { color: '#c02455', letter: 'D' },
  fedora: { color: '#3767b1', letter: 'F' },
  gentoo: { color: '#6a5a9c', letter: 'G' },
  kubuntu: { color: '#2384c6', letter: 'K' },
  linuxmint: { color: '#579b45', letter: 'M' },
  lubuntu: { color: '#1f5fa8', letter: 'L' },
  opensuse: { color: '#5a9e26', letter: 'S' },
  suse: { color: '#30a06b', letter: 'S' },
  ubuntu: { color: '#dc5527', letter: 'U' },
  xubuntu: { color: '#2c7a93', letter: 'X' },
}

const stroke = (path: string, width: number, color = '#ffffff') =>
  `<path d="${path}" fill="none" stroke="${color}" stroke-width="${width}" stroke-linecap="round" stroke-linejoin="round"/>`
const tile = (color: string) => `<rect x="4" y="4" width="56" height="56" rx="13" fill="${color}"/>`
const frame = '<rect x="15" y="17" width="34" height="30" rx="4" fill="#ffffff"/>'

const drawings: Record<string, string> = {
  // A window with its title bar.
  win: `${tile('#2b6cb5')}${frame}<rect x="19" y="26" width="26" height="17" rx="1.5" fill="#2b6cb5"/>`,
  win10: `${tile('#1a82d6')}${frame}<rect x="19" y="26" width="26" height="17" rx="1.5" fill="#1a82d6"/>`,
  win11: `${tile('#3a6fe0')}${frame}<rect x="19" y="26" width="26" height="17" rx="1.5" fill="#3a6fe0"/>`,
  // A prompt.
  linux: `${tile('#454c57')}${stroke('M18 22 29 32 18 42', 6)}${stroke('M34 43H47', 6, '#f4b942')}`,
  // A disk.
  unknown: `${tile('#6b7a86')}<rect x="14" y="19" width="36" height="26" rx="5" fill="#ffffff"/><circle cx="42" cy="37" r="3.5" fill="#6b7a86"/>${stroke('M20 37H32', 3.5, '#6b7a86')}`,
  os: `${tile('#4f6f86')}<rect x="14" y="19" width="36" height="26" rx="5" fill="#ffffff"/>${stroke('M27 26 36 32 27 38Z', 4, '#4f6f86')}`,
  // From the server, round and round.
  linbo: `${tile('#f0f5f8')}${stroke('M20 30A13 13 0 0 1 44 26M44 34A13 13 0 0 1 20 38', 6, '#2a4457')}<path d="M47 16V29H34ZM17 48V35H30Z" fill="#e08a1e"/>`,
}

const badges: Record<IconKind, string> = {
  start: `<circle cx="48" cy="48" r="15" fill="#ffffff"/><circle cx="48" cy="48" r="13" fill="#2f9e57"/><path d="M44 41 56 48 44 55Z" fill="#ffffff"/>`,
  syncstart: `<circle cx="48" cy="48" r="15" fill="#ffffff"/><circle cx="48" cy="48" r="13" fill="#d98611"/>${stroke('M42.5 45A6.5 6.5 0 1 1 42 51', 3.2)}<path d="M39 39V48H47Z" fill="#ffffff"/>`,
  newstart: `<circle cx="48" cy="48" r="15" fill="#ffffff"/><circle cx="48" cy="48" r="13" fill="#c8402f"/>${stroke('M48 41V55M41 48H55', 4)}`,
}

/** Names there is an icon of: the families, Windows 11, LINBO and the start from disk. */
export const iconNames: readonly string[] = [...osTypes, 'win11', 'linbo', 'os']

/**
 * The drawing of an icon on a field of 64 by 64, as the inside of an SVG: plain shapes only, because the GUI of
 * the clients renders SVG Tiny. A name without a drawing gets that of `unknown`.
 */
export function iconShapes(name: string, kind?: IconKind): string {
  const family = families[name]
  const picture = family
    ? tile(family.color) + stroke(letters[family.letter], 7)
    : (drawings[name] ?? drawings.unknown ?? '')
  return picture + (kind ? badges[kind] : '')
}

/** The same for the class of an entry in GRUB's menu, such as `ubuntu_syncstart`. */
export function classShapes(name: string): string {
  const cut = name.lastIndexOf('_')
  const kind = iconKinds.find((one) => one === name.slice(cut + 1))
  return kind ? iconShapes(name.slice(0, cut), kind) : iconShapes(name)
}

/** A whole SVG file. */
export function iconSvg(shapes: string, sizePixels = 128): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${sizePixels}" height="${sizePixels}" viewBox="0 0 64 64">${shapes}</svg>\n`
}
