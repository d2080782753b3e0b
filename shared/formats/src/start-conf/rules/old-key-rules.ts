import { removeLine, setValue, setWrittenKey } from '../line-edit.ts'
import { onLine, type Rule } from '../rule.ts'

/** Keys of older LINBO versions that no program reads any more. */
const unread: Record<'linbo' | 'os', Record<string, string>> = {
  linbo: {
    systemtype: 'only a broken tool of old servers read it',
    useminimallayout: "the GUI's layouts are gone",
    backgroundcolor: 'colours come from the Theme since GUI 7.2.1',
    backgroundfontcolor: 'colours come from the Theme since GUI 7.2.1',
    consolefontcolorstdout: 'colours come from the Theme since GUI 7.2.1',
    consolefontcolorstderr: 'colours come from the Theme since GUI 7.2.1',
  },
  os: {
    boot: 'the system is started from Root',
    version: 'nobody shows it',
    image: 'differential images are found by the name of BaseImage',
    hidden: 'the GUI reads it and does nothing',
  },
}

export const oldKeyRules: Rule[] = [
  {
    code: 'old-key',
    severity: 'info',
    message: '{key} has no effect any more: {why}',
    fix: 'Remove the line.',
    explanation: 'The key is from an older LINBO. It does no harm, but nothing follows from it.',
    *check({ sections }) {
      for (const { name, keys } of sections) {
        if (name !== 'linbo' && name !== 'os') continue
        for (const line of keys) {
          const why = Object.hasOwn(unread[name], line.key) ? unread[name][line.key] : undefined
          if (why === undefined) continue
          const values = { key: line.writtenKey, why }
          yield { at: onLine(line), values, edits: [removeLine(line)], isSafe: true }
        }
      }
    },
  },
  {
    code: 'server-key',
    severity: 'info',
    message: 'Server does not choose the server',
    fix: 'Remove the line, unless clients fetch a wallpaper.',
    explanation:
      'The client takes the server from DHCP (option 54). Server is deprecated since 4.3.8 and only used for a wallpaper.',
    *check({ linbo }) {
      const line = linbo.keys.get('server')
      if (line) yield { at: onLine(line), edits: [removeLine(line)] }
    },
  },
  {
    code: 'remote-sync-enabled',
    severity: 'warning',
    message: 'RemoteSyncEnabled is the old name of NewEnabled',
    fix: 'Write NewEnabled, once.',
    explanation:
      'Only the GUI takes it for NewEnabled; the text menu, the shell and the importer do not know it.',
    *check({ os }) {
      for (const system of os) {
        const line = system.keys.get('remotesyncenabled')
        if (!line) continue
        const other = system.raw.get('newenabled')
        const edits = [other === undefined ? setWrittenKey(line, 'NewEnabled') : removeLine(line)]
        const isSafe = other === undefined || other === line.value
        yield { at: onLine(line), edits, isSafe }
      }
    },
  },
  {
    code: 'auto-format',
    severity: 'info',
    message: 'AutoFormat has no effect',
    fix: 'Write AutoFormat = no.',
    explanation:
      'The GUI reads AutoFormat and does nothing with it. AutoPartition formats what it partitions.',
    *check({ linbo }) {
      const line = linbo.keys.get('autoformat')
      if (line && linbo.autoFormat)
        yield { at: onLine(line), edits: [setValue(line, 'no')], isSafe: true }
    },
  },
]
