import { whyNotGroup, whyNotImageBase } from '../names.ts'
import { parsePartitionSize } from '../partition-size.ts'
import { checkKey } from './edit-key.ts'
import { StartConfError } from './line-edit.ts'

/** A start.conf to begin with. */
export interface StartConfTemplate {
  /** Stable, such as `uefi-dual`. */
  id: string
  title: string
  description: string
  firmware: 'bios' | 'uefi'
  parameters: TemplateParameter[]
  /**
   * The text; parameters that are left out have their defaults.
   * @throws StartConfError when a value does not fit or there is no such parameter.
   */
  render(values?: Readonly<Record<string, string>>): string
}

export interface TemplateParameter {
  name: string
  title: string
  default: string
  /** When only these make sense; a form offers them. */
  choices?: string[]
  /** Why a value cannot be taken, or undefined. */
  whyNot(value: string): string | undefined
}

/** What every template takes, then what its systems need. */
export const parameters = {
  group: parameter('Group', 'lab', whyNotGroup),
  disk: parameter('Disk', '/dev/disk0', whyNotDisk, [
    '/dev/disk0',
    '/dev/nvme0n1',
    '/dev/sda',
    '/dev/mmcblk0',
  ]),
  locale: parameter('Language of the GUI', 'de-de', whyNotLocale, [
    'de-de',
    'en-gb',
    'fr-fr',
    'es-es',
  ]),
  downloadType: parameter('Download of images', 'torrent', oneOf('rsync', 'multicast', 'torrent'), [
    'rsync',
    'multicast',
    'torrent',
  ]),
  kernelOptions: parameter('Kernel parameters', 'quiet splash', whyNotText),
  windowsName: parameter('Name of Windows', 'Windows 11', whyNotName),
  windowsImage: parameter('Image of Windows', 'win11', whyNotImageBase),
  windowsSize: parameter('Size of Windows', '120G', whyNotSize),
  linuxName: parameter('Name of Linux', 'Linux', whyNotName),
  linuxImage: parameter('Image of Linux', 'linux', whyNotImageBase),
  linuxSize: parameter('Size of Linux', '60G', whyNotSize),
  dataSize: parameter('Size of the data partition', '50G', whyNotSize),
  isoName: parameter('Name of the live system', 'Live system', whyNotName),
  isoImage: parameter('ISO image', 'live', whyNotImageBase),
  isoKernel: parameter('Kernel in the ISO', 'live/vmlinuz', whyNotName),
  isoInitrd: parameter('Initrd in the ISO', 'live/initrd.img', whyNotName),
  isoAppend: parameter('Kernel parameters of the ISO', 'boot=live', whyNotText),
} as const satisfies Record<string, Omit<TemplateParameter, 'name'>>

export type ParameterName = keyof typeof parameters

/** The values of these parameters, defaults where none is given. */
export function fillIn<const T extends ParameterName>(
  names: readonly T[],
  values: Readonly<Record<string, string>>,
): Record<T, string> {
  const unknown = Object.keys(values).find((name) => !(names as readonly string[]).includes(name))
  if (unknown !== undefined) throw new StartConfError(`there is no parameter ${unknown}`)
  const filled = names.map((name) => {
    const value = Object.hasOwn(values, name) ? (values[name] ?? '') : parameters[name].default
    const why = parameters[name].whyNot(value)
    if (why) throw new StartConfError(`${name}: ${why}`)
    return [name, value]
  })
  return Object.fromEntries(filled)
}

function parameter(
  title: string,
  preset: string,
  whyNot: TemplateParameter['whyNot'],
  choices?: string[],
): Omit<TemplateParameter, 'name'> {
  return { title, default: preset, whyNot, ...(choices ? { choices } : {}) }
}

function whyNotDisk(disk: string): string | undefined {
  const isDisk = /^\/dev\/(?:disk\d|nvme\d+n\d+|mmcblk\d+|(?:[shv]|xv)d[a-z])$/.test(disk)
  return isDisk ? undefined : `"${disk}" is no disk such as /dev/disk0`
}

function whyNotLocale(locale: string): string | undefined {
  return /^[a-z]{2}-[a-z]{2}$/.test(locale) ? undefined : `"${locale}" is not of the form de-de`
}

function whyNotSize(size: string): string | undefined {
  const { sizeBytes, error, trap } = parsePartitionSize(size)
  if (sizeBytes === null || error) return `"${size}" is ${error ?? 'no size'}`
  return trap ? `"${size}" is no whole even number with M, G or T` : undefined
}

function whyNotName(text: string): string | undefined {
  return text.trim() === '' ? 'it is empty' : whyNotText(text)
}

function whyNotText(text: string): string | undefined {
  try {
    checkKey('Value', text)
  } catch (error) {
    return (error as Error).message
  }
  return /[#;]|[^\x20-\x7e\u00a1-\uffff]/.test(text)
    ? 'it has a character that ends values'
    : undefined
}

function oneOf(...words: string[]): TemplateParameter['whyNot'] {
  return (word) => (words.includes(word) ? undefined : `"${word}" is none of ${words.join(', ')}`)
}
