import { type HwinfoBlock, type HwinfoField, textOf } from './blocks.ts'
import type { Hardware, MemoryModule } from './hardware.ts'

const units: Record<string, number> = { kB: 2 ** 10, MB: 2 ** 20, GB: 2 ** 30, TB: 2 ** 40 }

/** `3 GB + 768 MB` in bytes. */
export function parseSize(text: string | null): number | null {
  let bytes = 0
  for (const part of (text ?? '').split('+')) {
    const found = /^\s*(\d{1,9}) (kB|MB|GB|TB)\s*$/.exec(part)
    if (!found) return null
    bytes += Number(found[1]) * (units[found[2] ?? ''] ?? 0)
  }
  return bytes
}

/** What the BIOS tells of itself and of the machine (SMBIOS). */
export function readBios(
  blocks: HwinfoBlock[],
): Pick<Hardware, 'system' | 'board' | 'bios'> & { modules: MemoryModule[]; cores: number | null } {
  const fields = blocks.filter((one) => one.hardwareClass === 'bios').flatMap((one) => one.fields)
  const of = (key: string) => fields.find((field) => field.key === key)?.children
  const all = (key: string) =>
    fields.filter((field) => field.key === key).map((field) => field.children)
  const [system, board, bios] = [of('System Info'), of('Board Info'), of('BIOS Info')]
  const cores = all('Processor Info').flatMap((one) => {
    const count = Number(/^\d{1,4}$/.exec(textOf(one, 'Cores') ?? '')?.[0] ?? 0)
    return count > 0 ? [count] : []
  })
  return {
    system: {
      vendor: textOf(system, 'Manufacturer'),
      product: textOf(system, 'Product'),
      version: textOf(system, 'Version'),
      serial: textOf(system, 'Serial'),
      chassis: inBrackets(textOf(of('Chassis Info'), 'Type')),
    },
    board: {
      vendor: textOf(board, 'Manufacturer'),
      product: textOf(board, 'Product'),
      version: textOf(board, 'Version'),
    },
    bios: {
      vendor: textOf(bios, 'Vendor'),
      version: textOf(bios, 'Version'),
      date: isoDate(textOf(bios, 'Date')),
    },
    modules: all('Memory Device').flatMap(readModule).slice(0, 128),
    cores: cores.length > 0 ? cores.reduce((sum, one) => sum + one, 0) : null,
  }
}

function readModule(fields: Pick<HwinfoField, 'key' | 'value'>[]): MemoryModule[] {
  const sizeBytes = parseSize(textOf(fields, 'Size'))
  if (!sizeBytes) return []
  const speed = /^(\d{1,6}) M/.exec(textOf(fields, 'Speed') ?? '')?.[1]
  const type = inBrackets(textOf(fields, 'Type'))
  return [
    {
      slot: textOf(fields, 'Location') ?? textOf(fields, 'Bank'),
      sizeBytes,
      type: type === 'Other' ? null : type,
      speedMhz: speed ? Number(speed) : null,
      vendor: textOf(fields, 'Manufacturer'),
      part: textOf(fields, 'Part Number'),
    },
  ]
}

export function readMemory(blocks: HwinfoBlock[], modules: MemoryModule[]): Hardware['memory'] {
  const seen = blocks.find((one) => one.hardwareClass === 'memory')
  const usable = parseSize(textOf(seen?.fields, 'Memory Size'))
  const installed = modules.reduce((sum, one) => sum + one.sizeBytes, 0)
  // What graphics and firmware take is missing in what the kernel sees.
  return { sizeBytes: Math.max(installed, usable ?? 0) || null, modules }
}

export function readCpu(
  blocks: HwinfoBlock[],
  cpuinfo: string[],
  toldCores: number | null,
): Hardware['cpu'] {
  const units = blocks.filter((one) => one.hardwareClass === 'cpu')
  const first = units[0]?.fields
  const cores = new Set<string>()
  let threads = 0
  let socket = ''
  for (const line of cpuinfo) {
    const [, key, value = ''] = /^([a-z ]{1,20}?)\s*: *(.*)$/.exec(line) ?? []
    if (key === 'processor') threads++
    else if (key === 'physical id') socket = value
    else if (key === 'core id') cores.add(`${socket}/${value}`)
  }
  return {
    model: textOf(first, 'Model'),
    vendor: textOf(first, 'Vendor'),
    arch: textOf(first, 'Arch'),
    cores: cores.size || toldCores,
    threads: threads || units.length,
  }
}

/** `0x0a (Notebook)` */
function inBrackets(text: string | null): string | null {
  return text === null ? null : (/\((.*)\)$/.exec(text)?.[1] ?? text)
}

/** `05/11/2016` */
function isoDate(text: string | null): string | null {
  const [, month, day, year] = /^(\d\d)\/(\d\d)\/(\d{4})$/.exec(text ?? '') ?? []
  return year === undefined ? null : `${year}-${month}-${day}`
}
