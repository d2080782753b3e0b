import { importerKeys, spelled } from '../key-names.ts'
import { assignment, insertAfter, setValue } from '../line-edit.ts'
import { onKey, onLine, type Rule } from '../rule.ts'
import { lastLine } from '../section.ts'
import type { OsSection } from '../start-conf.ts'

const actionFlags = ['StartEnabled', 'SyncEnabled', 'NewEnabled'] as const

export const osRules: Rule[] = [
  {
    code: 'os-missing',
    severity: 'error',
    message: 'there is no [OS] section, and a client ignores such a file',
    fix: 'Add at least one [OS] section.',
    explanation:
      'A client that has an older start.conf in its cache goes on with that one; others do not even read the partitions.',
    *check({ os, partitions, cache, linbo }) {
      if (os.length > 0) return
      const last = partitions.at(-1) ?? linbo
      const home = partitions.find(
        (one) => one !== cache && /^(?:ntfs|ext[234])$/i.test(one.fsType),
      )
      const below = lastLine(last)
      const edits = home && below ? [insertAfter(below, ['', ...skeleton(home.dev)])] : []
      yield { at: onLine(linbo.heading), edits }
    },
  },
  {
    code: 'os-too-many',
    severity: 'warning',
    message: "the client's GUI shows four operating systems, this is number {number}",
    fix: 'Reach it with linbo-remote, or leave it out.',
    explanation:
      'The GUI has four buttons. Other systems can be synced and started from the server only.',
    *check({ os }) {
      for (const system of os.slice(4))
        yield { at: onLine(system.heading), values: { number: system.number } }
    },
  },
  {
    code: 'importer-keys',
    severity: 'warning',
    message: "[OS] {number} lacks {keys}, so linuxmuster's importer leaves it and all below out",
    fix: 'Add the keys, if only empty.',
    explanation:
      'The importer stops reading at the first system without one of Name, BaseImage, Root, Kernel, Initrd, Append; the rest is missing in the GRUB menu.',
    *check({ os }) {
      for (const system of os) {
        const missing = importerKeys.filter((key) => !system.raw.has(key.toLowerCase()))
        const below = lastLine(system)
        if (missing.length === 0 || !below) continue
        const value = (key: string) =>
          key === 'Name' ? system.description || `OS ${system.number}` : ''
        const edits = [
          insertAfter(
            below,
            missing.map((key) => assignment(key, value(key))),
          ),
        ]
        const values = { number: system.number, keys: missing.join(', ') }
        yield { at: onLine(system.heading), values, edits, isSafe: !missing.includes('Name') }
      }
    },
  },
  {
    code: 'name-empty',
    severity: 'warning',
    message: '[OS] {number} has no Name and is not shown',
    fix: 'Give it a Name.',
    explanation:
      'The GUI drops a system without a name, and its entries in GRUB and in the firmware have none.',
    *check({ os }) {
      for (const system of os) {
        const line = system.keys.get('name')
        if (!line || system.name !== '') continue
        const edits = [setValue(line, system.description || `OS ${system.number}`)]
        yield { at: onLine(line), values: { number: system.number }, edits }
      }
    },
  },
  {
    code: 'name-twice',
    severity: 'info',
    message: '[OS] {first} has the Name "{name}" too',
    fix: 'Give each system a name of its own.',
    explanation: 'In the GRUB menu and in the firmware nobody can tell the two apart.',
    *check({ os }) {
      const firstOf = new Map<string, OsSection>()
      for (const system of os) {
        const first = firstOf.get(system.name)
        if (!first) firstOf.set(system.name, system)
        else if (system.name !== '')
          yield { at: onKey(system, 'name'), values: { first: first.number, name: system.name } }
      }
    },
  },
  {
    code: 'flags-missing',
    severity: 'warning',
    message: '[OS] {number} lacks {keys}, so the client takes over the value before',
    fix: 'Write yes or no for each.',
    explanation:
      'The text menu keeps the value of the system above for a missing flag, yes when there is none. The GUI decides by chance.',
    *check({ os }) {
      for (const system of os) {
        const missing = actionFlags.filter((key) => !system.raw.has(key.toLowerCase()))
        const below = lastLine(system)
        if (missing.length === 0 || !below) continue
        const now = {
          StartEnabled: system.startEnabled,
          SyncEnabled: system.syncEnabled,
          NewEnabled: system.newEnabled,
        }
        const texts = missing.map((key) => assignment(key, now[key] ? 'yes' : 'no'))
        const values = { number: system.number, keys: missing.join(', ') }
        const isSafe = !system.raw.has('remotesyncenabled')
        yield { at: onLine(system.heading), values, edits: [insertAfter(below, texts)], isSafe }
      }
    },
  },
  {
    code: 'nothing-enabled',
    severity: 'info',
    message: '"{name}" can neither be started nor synced by users',
    fix: 'Set StartEnabled, SyncEnabled or NewEnabled to yes.',
    explanation: 'Its buttons in the GUI are off; only linbo-remote and the root menu reach it.',
    *check({ os }) {
      for (const system of os) {
        const line = system.keys.get(actionFlags[0].toLowerCase())
        const isOff = !system.startEnabled && !system.syncEnabled && !system.newEnabled
        if (!isOff || system.autostart || !line) continue
        yield { at: onLine(line), values: { name: system.name }, edits: [setValue(line, 'yes')] }
      }
    },
  },
  {
    code: 'icon-name',
    severity: 'warning',
    message: 'IconName "{icon}" is not shown',
    fix: 'Write the name of an .svg file in the folder icons{hint}.',
    explanation: 'The GUI renders SVG only; for others the system has no picture.',
    *check({ os }) {
      for (const system of os) {
        const icon = system.iconName
        const line = system.keys.get('iconname')
        if (!line || icon === '' || /^[A-Za-z0-9_][A-Za-z0-9._-]*\.svg$/.test(icon)) continue
        const stem = icon.replace(/^.*\//, '').replace(/\.(?:png|jpe?g|gif|svgz?|ico)$/i, '')
        const meant = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(stem) ? `${stem}.svg` : undefined
        const values = { icon, hint: meant ? `, such as ${meant}` : '' }
        yield { at: onKey(system, 'iconname'), values, edits: meant ? [setValue(line, meant)] : [] }
      }
    },
  },
]

function skeleton(root: string): string[] {
  const values: Record<string, string> = {
    name: 'Operating system',
    root,
    startenabled: 'yes',
    syncenabled: 'no',
    newenabled: 'no',
  }
  const keys = [...importerKeys, ...actionFlags].map((key) => spelled('os', key) ?? key)
  return ['[OS]', ...keys.map((key) => assignment(key, values[key.toLowerCase()] ?? ''))]
}
