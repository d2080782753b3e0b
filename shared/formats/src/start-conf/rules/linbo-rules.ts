import { assignment, insertAfter, setValue } from '../line-edit.ts'
import { onKey, onLine, type Rule } from '../rule.ts'
import { lastLine } from '../section.ts'

export const linboRules: Rule[] = [
  {
    code: 'group-differs',
    severity: 'warning',
    message: 'Group is "{group}" in the file of group {file}',
    fix: 'Write Group = {file}.',
    explanation:
      "The file is found by the group DHCP tells the client; Group is what the client's menu shows and what it believes without a network.",
    *check({ linbo, options }) {
      const file = options.group
      if (file === undefined || !linbo.heading || linbo.group === file) return
      const line = linbo.keys.get('group')
      const below = lastLine(linbo)
      const edits = line
        ? [setValue(line, file)]
        : below
          ? [insertAfter(below, [assignment('Group', file)])]
          : []
      const values = { group: linbo.group, file }
      yield { at: onKey(linbo, 'group'), values, edits, isSafe: true }
    },
  },
  {
    code: 'group-missing',
    severity: 'warning',
    message: 'Group is missing',
    fix: 'Write the name of the group behind Group =.',
    explanation: 'Without a network the client knows its group from here only.',
    *check({ linbo, options }) {
      if (options.group === undefined && linbo.heading && linbo.group === '')
        yield { at: onKey(linbo, 'group') }
    },
  },
  {
    code: 'download-type',
    severity: 'warning',
    message: 'DownloadType is "{type}", which the client takes as {taken}',
    fix: 'Write rsync, multicast or torrent in lower case.',
    explanation: 'Anything but multicast and torrent means rsync, also in other case.',
    *check({ linbo }) {
      const line = linbo.keys.get('downloadtype')
      if (!line || line.value === '' || line.value === linbo.downloadType) return
      const lower = line.value.toLowerCase()
      const isMeant = ['rsync', 'multicast', 'torrent'].includes(lower)
      const torrent = lower === 'bittorrent' ? 'torrent' : undefined
      const meant = isMeant ? lower : (torrent ?? 'rsync')
      const values = { type: line.value, taken: linbo.downloadType }
      const at = onKey(linbo, 'downloadtype')
      yield { at, values, edits: [setValue(line, meant)], isSafe: isMeant || !torrent }
    },
  },
  {
    code: 'auto-partition',
    severity: 'warning',
    message: 'AutoPartition wipes every disk each time LINBO starts',
    fix: 'Write AutoPartition = no when the machines are set up.',
    explanation:
      'With AutoPartition = yes the GUI partitions and formats everything at its start, fills the cache anew and then starts a system.',
    *check({ linbo }) {
      const line = linbo.keys.get('autopartition')
      if (line && linbo.autoPartition) yield { at: onLine(line), edits: [setValue(line, 'no')] }
    },
  },
  {
    code: 'locale',
    severity: 'warning',
    message: 'Locale is "{locale}", which is not of the form de-de',
    fix: 'Write a language and a country, such as de-de, en-gb, fr-fr or es-es.',
    explanation: 'The GUI speaks English when it does not understand the locale.',
    *check({ linbo }) {
      const line = linbo.keys.get('locale')
      if (!line || line.value === '' || /^[a-z]{2}-[A-Za-z]{2}$/.test(line.value)) return
      const found = line.value.match(/^([A-Za-z]{2})[_-]([A-Za-z]{2})(?:[.@].*)?$/)
      const short: Record<string, string> = { de: 'de-de', en: 'en-gb', fr: 'fr-fr', es: 'es-es' }
      const locale = found ? `${found[1]}-${found[2]}` : short[line.value.toLowerCase()]
      const edits = locale ? [setValue(line, locale.toLowerCase())] : []
      const values = { locale: line.value }
      yield { at: onKey(linbo, 'locale'), values, edits, isSafe: found !== null }
    },
  },
  {
    code: 'theme-name',
    severity: 'warning',
    message: 'Theme "{theme}" is no name of a folder',
    fix: 'Write the name of a folder below gui/themes.',
    explanation:
      'The client fetches gui/themes/<Theme> from the server; nothing else is looked for.',
    *check({ linbo }) {
      if (linbo.theme !== '' && !/^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(linbo.theme))
        yield { at: onKey(linbo, 'theme'), values: { theme: linbo.theme } }
    },
  },
]
