import type { OpenSection, Problem, StartConf } from './start-conf.ts'
import { checkPartitions, checkSystems, type Report } from './start-conf-check-disk.ts'
import { flags, type SectionName, seconds, spelled } from './start-conf-keys.ts'
import { isShellName, type Line, refusedInValue } from './start-conf-lines.ts'

/** Everything wrong with a start.conf, in line order. */
export function checkStartConf(
  conf: StartConf,
  lines: Line[],
  sections: OpenSection[],
  group: string | undefined,
): Problem[] {
  const problems: Problem[] = []
  const report: Report = (line, severity, message, fix) =>
    problems.push({ line: Math.max(line, 1), severity, message, fix })
  checkLines(conf.text, lines, report)
  for (const section of sections) checkKeys(section, report)
  checkLinbo(conf, sections, group, report)
  checkPartitions(conf, report)
  checkSystems(conf, report)
  return problems.sort((a, b) => a.line - b.line)
}

function checkLines(text: string, lines: Line[], report: Report): void {
  if (text.startsWith('\ufeff'))
    report(1, 'error', 'the file begins with a byte order mark', 'Save it as UTF-8 without BOM.')
  const carriageReturn = lines.find((line) => line.hasCarriageReturn)
  if (carriageReturn)
    report(
      carriageReturn.number,
      'error',
      'lines end in CR LF, and the client would take the CR as part of the value',
      'Save the file with Unix line ends.',
    )
  let isInSection = false
  for (const line of lines) {
    if (line.kind === 'section') {
      isInSection = true
      if (line.rest)
        report(line.number, 'error', 'a section is [Name] alone on its line', 'Remove the rest.')
      else if (!['linbo', 'partition', 'os'].includes(line.name))
        report(
          line.number,
          'warning',
          `LINBO ignores the section [${line.name}]`,
          'Write [LINBO], [Partition] or [OS].',
        )
    } else if (line.kind === 'dropped')
      report(
        line.number,
        'warning',
        'the client ignores indented lines',
        'Begin the line in column 1.',
      )
    else if (line.kind === 'stray')
      report(
        line.number,
        'error',
        'the line is neither a section nor Key = value',
        'Write Key = value, or begin it with # and a blank.',
      )
    else if (line.kind === 'key' && !isInSection)
      report(
        line.number,
        'warning',
        `${line.writtenKey} stands before the first section and is ignored`,
        'Move it below [LINBO].',
      )
  }
}

function checkKeys(section: OpenSection, report: Report): void {
  const { name } = section
  if (!name) return
  const seen = new Map<string, number>()
  for (const line of section.keys) {
    const { key, writtenKey, value, number } = line
    if (!isShellName(key)) {
      report(
        number,
        'error',
        `"${writtenKey}" is no key`,
        'Use letters, digits and _ before the = sign.',
      )
      continue
    }
    const first = seen.get(key)
    if (first !== undefined)
      report(
        number,
        'warning',
        `${writtenKey} stands in line ${first} already; this one counts`,
        'Keep one of them.',
      )
    seen.set(key, number)
    const refused = refusedInValue(value)
    if (refused) report(number, 'error', `${writtenKey}: ${refused}`, 'Remove it from the value.')
    if (value.includes('#'))
      report(
        number,
        'warning',
        `${writtenKey}: the client keeps "#" in the value, its GUI cuts the value there`,
        'Write a comment as # with a blank after it, or leave the # out.',
      )
    checkWord(name, key, line, report)
  }
}

function checkWord(
  name: SectionName,
  key: string,
  line: { writtenKey: string; value: string; number: number },
  report: Report,
): void {
  const { writtenKey, value, number } = line
  if (!spelled(name, key))
    report(
      number,
      'warning',
      `LINBO knows no key ${writtenKey} in this section`,
      'Check its spelling, or ignore this when a script of yours reads it.',
    )
  if (flags[name].includes(key) && value !== 'yes' && value !== 'no' && value !== '')
    report(
      number,
      'warning',
      `${writtenKey} is "${value}", which the client takes as no`,
      'Write yes or no in lower case.',
    )
  if (seconds[name].includes(key) && value !== '' && !/^\d{1,9}$/.test(value))
    report(number, 'warning', `${writtenKey} is no number of seconds`, 'Write a whole number.')
}

function checkLinbo(
  conf: StartConf,
  sections: OpenSection[],
  group: string | undefined,
  report: Report,
): void {
  const { linbo } = conf
  const headings = sections.filter((section) => section.name === 'linbo')
  if (!headings[0]) {
    report(1, 'error', 'there is no [LINBO] section', 'Begin the file with [LINBO].')
    return
  }
  if (headings[1])
    report(headings[1].line, 'warning', '[LINBO] stands twice', 'Join the two sections.')
  const line = (key: string) => linbo.lines.get(key) ?? linbo.line
  if (group !== undefined && linbo.group !== group)
    report(
      line('group'),
      'warning',
      `Group is "${linbo.group}" in the file of group ${group}`,
      `Write Group = ${group}.`,
    )
  if (!linbo.cache)
    report(
      line('cache'),
      'warning',
      'without Cache machines always boot from the network and keep no images',
      'Set Cache to the partition for it, such as /dev/disk0p4.',
    )
  else if (linbo.cache.startsWith('/dev/') && !conf.partitions.some((p) => p.dev === linbo.cache))
    report(
      line('cache'),
      'warning',
      `Cache is ${linbo.cache}, which no [Partition] describes`,
      'Add the partition or correct Cache.',
    )
  const type = linbo.raw.get('downloadtype') ?? ''
  if (type !== '' && type !== linbo.downloadType)
    report(
      line('downloadtype'),
      'warning',
      `DownloadType is "${type}", which the client takes as rsync`,
      'Write rsync, multicast or torrent in lower case.',
    )
  if (!linbo.raw.has('kerneloptions'))
    report(
      linbo.line,
      'warning',
      "KernelOptions is missing, which linuxmuster's importer needs",
      'Add KernelOptions, if only empty.',
    )
}
