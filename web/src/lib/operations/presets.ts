import { type Command, commandFacts } from '@linbo/formats'

export type PresetName =
  | 'wake'
  | 'sync-start'
  | 'sync'
  | 'start'
  | 'new'
  | 'reboot'
  | 'halt'
  | 'image'
  | 'own'

export interface Preset {
  name: PresetName
  /** The command list; `%` stands for the OS number. */
  commands: string
  needsOs: boolean
  /** Writes an image, so one machine only. */
  singleHost: boolean
}

const preset = (name: PresetName, commands: string, singleHost = false): Preset => ({
  name,
  commands,
  needsOs: commands.includes('%'),
  singleHost,
})

/** What people do most, first. */
export const presets: readonly Preset[] = [
  preset('sync-start', 'sync:%,start:%'),
  preset('sync', 'sync:%'),
  preset('start', 'start:%'),
  preset('wake', ''),
  preset('reboot', 'reboot'),
  preset('halt', 'halt'),
  preset('new', 'partition,format,initcache,sync:%,start:%'),
  preset('image', 'create_image:%,upload_image:%', true),
  preset('own', ''),
]

export function presetOf(name: PresetName): Preset {
  return presets.find((one) => one.name === name) as Preset
}

export function fill(preset: Preset, os: number): string {
  return preset.commands.replaceAll('%', String(os))
}

/** `erases` what is on a disk, `overwrites` an operating system or an image, `interrupts` who sits there. */
export type Danger = 'erases' | 'overwrites' | 'interrupts' | null

export function danger({ name }: Pick<Command, 'name'>): Danger {
  if (commandFacts[name].destructive) return 'erases'
  if (name === 'sync' || name === 'upload_image' || name === 'upload_qdiff') return 'overwrites'
  return name === 'reboot' || name === 'halt' ? 'interrupts' : null
}

/** True when data may be lost, so that somebody should say yes twice. */
export function needsConsent(commands: readonly Pick<Command, 'name'>[]): boolean {
  return commands.some((one) => danger(one) === 'erases' || danger(one) === 'overwrites')
}
