import { hasKernelFlag } from '../kernel-parameters.ts'
import { assignment, insertAfter, setValue } from '../line-edit.ts'
import { onKey, onLine, type Rule } from '../rule.ts'
import { lastLine } from '../section.ts'
import type { OsSection } from '../start-conf.ts'

export const startRules: Rule[] = [
  {
    code: 'default-action',
    severity: 'warning',
    message: 'DefaultAction is "{action}", which the client does not know',
    fix: 'Write start, sync or new in lower case.',
    explanation: 'For another word the GUI does nothing when it is time for the automatic start.',
    *check({ os }) {
      for (const system of os) {
        const action = system.defaultAction
        const line = system.keys.get('defaultaction')
        if (!line || ['', 'start', 'sync', 'new'].includes(action)) continue
        const lower = action.toLowerCase()
        const isKnown = ['start', 'sync', 'new'].includes(lower)
        const meant = isKnown
          ? lower
          : lower === 'syncstart'
            ? 'sync'
            : lower === 'format'
              ? 'new'
              : undefined
        const edits = meant ? [setValue(line, meant)] : []
        yield { at: onKey(system, 'defaultaction'), values: { action }, edits, isSafe: isKnown }
      }
    },
  },
  {
    code: 'default-action-missing',
    severity: 'warning',
    message: '"{name}" starts by itself but has no DefaultAction',
    fix: 'Write DefaultAction = start or sync.',
    explanation: 'Without DefaultAction the GUI counts down and then does nothing.',
    *check({ os }) {
      for (const system of os) {
        if (!system.autostart || system.defaultAction !== '') continue
        const line = system.keys.get('defaultaction')
        const below = lastLine(system)
        const edit = line
          ? setValue(line, 'start')
          : below && insertAfter(below, [assignment('DefaultAction', 'start')])
        const values = { name: system.name }
        yield { at: onKey(system, 'autostart'), values, edits: edit ? [edit] : [] }
      }
    },
  },
  {
    code: 'autostart-twice',
    severity: 'warning',
    message: '"{first}" starts by itself already, so "{name}" never does',
    fix: 'Write Autostart = no.',
    explanation: 'The GUI takes the first system with Autostart = yes.',
    *check({ os }) {
      const [first, ...others] = os.filter((system) => system.autostart)
      for (const system of others) {
        const line = system.keys.get('autostart')
        const values = { first: first?.name ?? '', name: system.name }
        const edits = line ? [setValue(line, 'no')] : []
        yield { at: onKey(system, 'autostart'), values, edits, isSafe: true }
      }
    },
  },
  {
    code: 'autostart-text-mode',
    severity: 'warning',
    message: '"{name}" does not start by itself with nogui, only [OS] 1 can',
    fix: 'Move it to the first place.',
    explanation: 'In text mode the client looks at Autostart of the first system only.',
    *check({ os, linbo }) {
      const system = os.find((one) => one.autostart)
      if (!system || system.number === 1 || !hasKernelFlag(linbo.kernelOptions, 'nogui')) return
      yield { at: onKey(system, 'autostart'), values: { name: system.name } }
    },
  },
  {
    code: 'autostart-timeout-text-mode',
    severity: 'info',
    message: 'AutostartTimeout has no effect with nogui',
    fix: 'Write AutostartTimeout = 0.',
    explanation: 'Only the GUI counts down; in text mode the system starts at once.',
    *check({ os, linbo }) {
      if (!hasKernelFlag(linbo.kernelOptions, 'nogui')) return
      for (const system of os) {
        const line = system.keys.get('autostarttimeout')
        if (!line || !system.autostart || system.autostartTimeoutSeconds === 0) continue
        yield { at: onLine(line), edits: [setValue(line, '0')], isSafe: true }
      }
    },
  },
  {
    code: 'iso-root',
    severity: 'warning',
    message: 'Root of the ISO "{name}" is not the cache',
    fix: 'Write Root = {cache}.',
    explanation: 'The client keeps the ISO in its cache and starts it from there.',
    *check({ os, linbo }) {
      for (const system of isos(os)) {
        const line = system.keys.get('root')
        if (!line || linbo.cache === '' || system.root === linbo.cache) continue
        const values = { name: system.name, cache: linbo.cache }
        yield {
          at: onKey(system, 'root'),
          values,
          edits: [setValue(line, linbo.cache)],
          isSafe: true,
        }
      }
    },
  },
  {
    code: 'iso-new',
    severity: 'warning',
    message: 'NewEnabled of the ISO "{name}" formats the cache',
    fix: 'Write NewEnabled = no.',
    explanation: 'Root of an ISO is the cache partition: New formats that, with all images.',
    *check({ os }) {
      for (const system of isos(os)) {
        const line = system.keys.get('newenabled')
        if (line?.value !== 'yes') continue
        const values = { name: system.name }
        yield { at: onLine(line), values, edits: [setValue(line, 'no')], isSafe: true }
      }
    },
  },
  {
    code: 'iso-kernel',
    severity: 'warning',
    message: 'the ISO "{name}" needs {key}',
    fix: 'Write the path inside the ISO, such as live/vmlinuz and live/initrd.img.',
    explanation:
      'LINBO mounts the ISO and loads the kernel and the initrd these keys name; there is nothing else to start.',
    *check({ os }) {
      for (const system of isos(os))
        for (const key of ['Kernel', 'Initrd']) {
          const value = system.raw.get(key.toLowerCase()) ?? ''
          if (value !== '' && value !== 'auto') continue
          yield { at: onKey(system, key.toLowerCase()), values: { name: system.name, key } }
        }
    },
  },
]

function isos(os: readonly OsSection[]): OsSection[] {
  return os.filter((system) => system.baseImage.endsWith('.iso'))
}
