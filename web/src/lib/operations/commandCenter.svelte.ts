import type { PresetName } from './presets.ts'

/** The one dialog that starts operations; any page opens it with its hosts. */
class CommandCenter {
  isOpen = $state(false)
  hosts = $state.raw<string[]>([])
  preset = $state<PresetName>('sync-start')

  open(hosts: readonly string[], preset: PresetName = 'sync-start'): void {
    this.hosts = [...hosts]
    this.preset = preset
    this.isOpen = true
  }
}

export const commandCenter = new CommandCenter()
