import type { OsSection, StartConf } from '@linbo/formats'
import { grubDevice, osType } from './grub-devices.ts'
import { splitParameters } from './grub-script.ts'

/** What GRUB offers to the machines of a group, and does when nobody chooses. */
export interface GrubMenu {
  group: string
  /** Without a cache GRUB can name there is LINBO from the network and nothing else. */
  cache: { device: string; label: string } | null
  entries: GrubEntry[]
  /** The entry that starts, from 0. */
  defaultEntry: number
  /** The one that starts when the default cannot; null when there is no other. */
  fallbackEntry: number | null
  /** How long the menu is shown before the default starts; 0 is not at all. */
  timeoutSeconds: number
  /** False on a serial console, where a menu in graphics could not be seen. */
  isGraphical: boolean
  kernelOptions: string[]
}

export interface GrubEntry {
  title: string
  /** Chooses the icon: `linbo`, or `<ostype>_<start|syncstart|newstart>`. */
  class: string
  action: GrubAction
}

/** What GRUB loads when the entry is chosen. */
export type GrubAction =
  | {
      kind: 'linbo'
      /** From the cache when it is filled, else from the network; or always from there. */
      from: 'cache-or-network' | 'network'
      /** What LINBO does first, such as `sync:1`. */
      commands: string[]
      parameters: string[]
    }
  | {
      kind: 'system'
      os: number
      /** GRUB's name of its partition; null for a device it cannot name. */
      device: string | null
      label: string
      kernel: string
      initrd: string
      parameters: string[]
    }
  | {
      kind: 'iso'
      os: number
      /** In the cache. */
      file: string
      kernel: string
      initrd: string
      parameters: string[]
    }

/** Makes the menu of a group from its start.conf. */
export function grubMenu(options: { group: string; startConf: StartConf }): GrubMenu {
  const { linbo, partitions, os } = options.startConf
  const device = grubDevice(linbo.cache)
  const kernelOptions = splitParameters(linbo.kernelOptions)
  const common = {
    group: options.group,
    defaultEntry: 0,
    timeoutSeconds: 0,
    isGraphical: !kernelOptions.some((word) => /^console=ttyS\d/.test(word)),
    kernelOptions,
  }
  if (!device) {
    const parameters = splitParameters(forcedNetboot, linbo.kernelOptions)
    const action: GrubAction = { kind: 'linbo', from: 'network', commands: [], parameters }
    const entries = [{ title: 'LINBO', class: 'linbo', action }]
    return { ...common, cache: null, entries, fallbackEntry: null }
  }
  const label = partitions.find((partition) => partition.dev === linbo.cache)?.label ?? ''
  const entries = [
    { title: 'LINBO', class: 'linbo', action: linboAction(kernelOptions, []) },
    ...os.flatMap((system) => systemEntries(system, options.startConf, kernelOptions)),
  ]
  const fallbackEntry = entries.length > 1 ? 1 : null
  return { ...common, cache: { device, label }, entries, fallbackEntry }
}

/** Kernel parameters of a group without a cache, before its own. */
const forcedNetboot = 'quiet splash netboot nomodeset'

function linboAction(kernelOptions: string[], commands: string[]): GrubAction {
  const parameters = [
    ...kernelOptions,
    ...(commands.length > 0 ? [`linbocmd=${commands.join(',')}`] : []),
  ]
  return { kind: 'linbo', from: 'cache-or-network', commands, parameters }
}

function systemEntries(system: OsSection, conf: StartConf, kernelOptions: string[]): GrubEntry[] {
  const type = osType(system.name)
  const title = system.name || `OS ${system.number}`
  const entry = (suffix: string, kind: string, action: GrubAction): GrubEntry => ({
    title: `${title} (${suffix})`,
    class: `${type}_${kind}`,
    action,
  })
  if (system.baseImage.endsWith('.iso')) return [entry('Start', 'start', isoAction(system))]
  const partition = conf.partitions.find((known) => known.dev === system.root)
  const [sync, start] = [`sync:${system.number}`, `start:${system.number}`]
  const linbo = (...commands: string[]) => linboAction(kernelOptions, commands)
  const entries = [
    entry('Start', 'start', systemAction(system, partition?.label ?? '')),
    entry('Linbo-Start', 'start', linbo(start)),
    entry('Sync+Start', 'syncstart', linbo(sync, start)),
  ]
  if (!partition) return entries
  return [
    ...entries,
    entry('Neu+Start', 'newstart', linbo(`format:${partition.number}`, sync, start)),
  ]
}

function systemAction(system: OsSection, label: string): GrubAction {
  const isRootGiven = system.append.includes('root=')
  return {
    kind: 'system',
    os: system.number,
    device: grubDevice(system.root) ?? null,
    label,
    kernel: system.kernel,
    initrd: system.initrd,
    parameters: splitParameters(
      isRootGiven || !label ? system.append : `${system.append} root=LABEL=${label}`,
    ),
  }
}

function isoAction(system: OsSection): GrubAction {
  const file = system.baseImage
  return {
    kind: 'iso',
    os: system.number,
    file,
    kernel: system.kernel,
    initrd: system.initrd,
    parameters: splitParameters(
      `quiet splash noprompt noeject findiso=${file} iso-scan/filename=/${file}`,
      system.append,
    ),
  }
}
