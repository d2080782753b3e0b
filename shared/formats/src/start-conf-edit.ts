import type { SectionName } from './start-conf-keys.ts'
import { spelled } from './start-conf-keys.ts'
import { isShellName, type Line, readLines, refusedInValue } from './start-conf-lines.ts'

/** A change that cannot be made to a start.conf. */
export class StartConfError extends Error {
  override readonly name = 'StartConfError'
}

/**
 * Sets one key and leaves every other byte as it is: comments, order, blank lines and line ends. A key that
 * stands several times is changed where it counts, in its last line; a new one goes below the last key of its
 * section.
 * @param index which [Partition] or [OS], from 0; 0 for [LINBO].
 * @throws StartConfError when there is no such section, or the client could not take the key or the value.
 */
export function setKey(
  text: string,
  section: SectionName,
  index: number,
  key: string,
  value: string,
): string {
  if (!isShellName(key)) throw new StartConfError(`"${key}" is no key`)
  const why = refusedInValue(value)
  if (why) throw new StartConfError(`${key}: ${why}`)
  if (/#(?:[ \t]|$)/.test(value)) throw new StartConfError(`${key}: # would begin a comment`)

  const body = sectionBody(readLines(text), section, index)
  const rows = text.split('\n')
  const existing = body.findLast((line) => line.kind === 'key' && line.key === key.toLowerCase())
  if (existing?.kind === 'key') {
    rows[existing.number - 1] =
      assignment(existing.writtenKey, value) + existing.comment + endOf(existing)
    return rows.join('\n')
  }
  const after = body.findLast((line) => line.kind === 'key') ?? body[0]
  const at = after?.number ?? 0
  const line = assignment(spelled(section, key) ?? key, value)
  rows.splice(at, 0, after ? line + endOf(after) : line)
  if (at === rows.length - 1) rows.push('')
  return rows.join('\n')
}

/** A section's heading and everything up to the next heading. */
function sectionBody(lines: Line[], section: SectionName, index: number): Line[] {
  let found = -1
  const start = lines.findIndex(
    (line) => line.kind === 'section' && line.name === section && ++found === index,
  )
  if (start < 0) throw new StartConfError(`there is no [${section}] number ${index + 1}`)
  const length = lines.slice(start + 1).findIndex((line) => line.kind === 'section')
  return lines.slice(start, length < 0 ? undefined : start + 1 + length)
}

function assignment(key: string, value: string): string {
  return `${key} = ${value.trim()}`.trimEnd()
}

function endOf(line: Line): string {
  return line.hasCarriageReturn ? '\r' : ''
}
