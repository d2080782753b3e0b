import { StartConfError } from './line-edit.ts'
import {
  fillIn,
  type ParameterName,
  parameters,
  type StartConfTemplate,
  type TemplateParameter,
} from './template.ts'
import {
  cache,
  efi,
  msr,
  printTemplate,
  type TemplatePartition,
  type TemplateSystem,
} from './template-sections.ts'

type Part = 'windows' | 'linux' | 'data' | 'iso' | 'kiosk'

const partParameters: Record<Part, ParameterName[]> = {
  windows: ['windowsName', 'windowsImage', 'windowsSize'],
  linux: ['linuxName', 'linuxImage', 'linuxSize'],
  data: ['dataSize'],
  iso: ['isoName', 'isoImage', 'isoKernel', 'isoInitrd', 'isoAppend'],
  kiosk: ['linuxName', 'linuxImage', 'linuxSize'],
}

/** Start.conf files to begin with, for BIOS and UEFI. */
export const startConfTemplates: readonly StartConfTemplate[] = [
  ...both('windows', 'Windows', 'One Windows', 'windows'),
  ...both('linux', 'Linux', 'One Linux', 'linux'),
  ...both('dual', 'Windows and Linux', 'Dual boot, a button for each', 'windows', 'linux'),
  ...both(
    'windows-data',
    'Windows with data',
    'One Windows, and a partition that stays when it is written anew',
    'windows',
    'data',
  ),
  ...both(
    'linux-data',
    'Linux with data',
    'One Linux, and a partition that stays when it is written anew',
    'linux',
    'data',
  ),
  ...both(
    'kiosk',
    'Kiosk',
    'One Linux that is synced and started by itself, without a menu',
    'kiosk',
  ),
  ...both(
    'iso',
    'Live ISO',
    'A live system started from an ISO in the cache, nothing installed',
    'iso',
  ),
  ...both(
    'dual-iso',
    'Windows, Linux and a live ISO',
    'Dual boot, and a live system for rescue',
    'windows',
    'linux',
    'iso',
  ),
]

/**
 * The text of a template.
 * @throws StartConfError when there is no such template or a value does not fit.
 */
export function renderStartConf(id: string, values: Readonly<Record<string, string>> = {}): string {
  const template = startConfTemplates.find((one) => one.id === id)
  if (!template) throw new StartConfError(`there is no template ${id}`)
  return template.render(values)
}

function both(id: string, title: string, description: string, ...parts: Part[]) {
  return (['uefi', 'bios'] as const).map((firmware): StartConfTemplate => {
    const names: ParameterName[] = [
      'group',
      'disk',
      'locale',
      'downloadType',
      'kernelOptions',
      ...parts.flatMap((part) => partParameters[part]),
    ]
    return {
      id: `${firmware}-${id}`,
      title: `${title} (${firmware.toUpperCase()})`,
      description,
      firmware,
      parameters: names.map((name): TemplateParameter => ({ name, ...parameters[name] })),
      render: (values = {}) => render(firmware, parts, fillIn(names, values)),
    }
  })
}

function render(
  firmware: 'bios' | 'uefi',
  parts: readonly Part[],
  values: Partial<Record<ParameterName, string>>,
): string {
  const value = (name: ParameterName) => values[name] ?? ''
  const isKiosk = parts.includes('kiosk')
  const hasWindows = parts.includes('windows')
  const linbo = {
    Group: value('group'),
    Cache: '',
    RootTimeout: '600',
    AutoPartition: 'no',
    AutoFormat: 'no',
    AutoInitCache: isKiosk ? 'yes' : 'no',
    DownloadType: value('downloadType'),
    GuiDisabled: 'no',
    Locale: value('locale'),
    KernelOptions: isKiosk ? `${value('kernelOptions')} nogui nomenu` : value('kernelOptions'),
  }
  const partitions: TemplatePartition[] = [
    ...(firmware === 'uefi' ? [efi, ...(hasWindows ? [msr] : [])] : []),
    ...parts.flatMap((part) => partitionOf(part, value, hasWindows)),
    cache,
  ]
  const systems = parts.flatMap((part) => systemOf(part, value))
  return printTemplate(linbo, value('disk'), partitions, systems)
}

function partitionOf(
  part: Part,
  value: (name: ParameterName) => string,
  hasWindows: boolean,
): TemplatePartition[] {
  if (part === 'iso') return []
  if (part === 'windows')
    return [{ label: 'windows', size: value('windowsSize'), id: '7', fsType: 'ntfs' }]
  if (part === 'data') {
    const size = value('dataSize')
    return [
      hasWindows
        ? { label: 'data', size, id: '7', fsType: 'ntfs' }
        : { label: 'data', size, id: '83', fsType: 'ext4' },
    ]
  }
  return [{ label: 'linux', size: value('linuxSize'), id: '83', fsType: 'ext4' }]
}

function systemOf(part: Part, value: (name: ParameterName) => string): TemplateSystem[] {
  if (part === 'data') return []
  if (part === 'windows') {
    const image = `${value('windowsImage')}.qcow2`
    const [name, icon] = [value('windowsName'), 'win10.svg']
    return [
      {
        name,
        description: name,
        icon,
        image,
        on: 'windows',
        kernel: 'auto',
        initrd: '',
        append: '',
        isSynced: true,
      },
    ]
  }
  if (part === 'iso') {
    const [name, image] = [value('isoName'), `${value('isoImage')}.iso`]
    const [kernel, initrd, append] = [value('isoKernel'), value('isoInitrd'), value('isoAppend')]
    return [
      {
        name,
        description: name,
        icon: 'debian.svg',
        image,
        on: 'cache',
        kernel,
        initrd,
        append,
        isSynced: false,
      },
    ]
  }
  const [name, image] = [value('linuxName'), `${value('linuxImage')}.qcow2`]
  const files = { kernel: 'boot/vmlinuz', initrd: 'boot/initrd.img', append: 'ro quiet splash' }
  const isKiosk = part === 'kiosk'
  return [
    {
      name,
      description: name,
      icon: 'ubuntu.svg',
      image,
      on: 'linux',
      ...files,
      isSynced: true,
      isKiosk,
    },
  ]
}
