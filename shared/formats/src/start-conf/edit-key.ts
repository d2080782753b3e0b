import { type SectionName, spelled } from './key-names.ts'
import { isShellName, type KeyLine, readLines, shellCharacters } from './line.ts'
import {
  applyEdits,
  assignment,
  insertAfter,
  removeLine,
  StartConfError,
  setValue,
} from './line-edit.ts'
import { type OpenSection, readSections } from './section.ts'

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
  checkKey(key, value)
  const open = findSection(text, section, index)
  const existing = open.keys.findLast((line) => line.key === key.toLowerCase())
  if (existing) return applyEdits(text, [setValue(existing, value.trim())])
  const after = open.keys.at(-1) ?? open.heading
  const added = assignment(spelled(section, key) ?? key, value.trim())
  const changed = applyEdits(text, [insertAfter(after, [added])])
  return after.end === '' || after.end === '\r' ? `${changed}\n` : changed
}

/**
 * Removes every line with this key from a section; a text without it comes back as it is.
 * @throws StartConfError when there is no such section.
 */
export function removeKey(text: string, section: SectionName, index: number, key: string): string {
  const named = (line: KeyLine) => line.key === key.toLowerCase()
  return applyEdits(text, findSection(text, section, index).keys.filter(named).map(removeLine))
}

/** @throws StartConfError when the client could not take the key or the value. */
export function checkKey(key: string, value: string): void {
  if (!isShellName(key)) throw new StartConfError(`"${key}" is no key`)
  const [character] = shellCharacters(value)
  if (character)
    throw new StartConfError(`${key}: ${character} would be interpreted by the client's shell`)
  if (/[\x00-\x1f\x7f]/.test(value))
    throw new StartConfError(`${key}: the value has a control character`)
  if (/#(?: |$)/.test(value.trim())) throw new StartConfError(`${key}: # would begin a comment`)
}

function findSection(text: string, name: SectionName, index: number): OpenSection {
  const { sections } = readSections(readLines(text))
  const found = sections.filter((section) => section.name === name)[index]
  if (!found) throw new StartConfError(`there is no [${name}] number ${index + 1}`)
  return found
}
