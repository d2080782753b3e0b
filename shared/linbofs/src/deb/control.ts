import { ArchiveError } from './archive-error.ts'

/**
 * The first paragraph of a control file (deb-control(5)): its fields by their name in lower case, continuation lines
 * joined with line ends.
 * @throws ArchiveError
 */
export function parseControl(text: string): Map<string, string> {
  const fields = new Map<string, string>()
  let last: string | undefined
  for (const line of text.split('\n')) {
    if (line.trim() === '') {
      if (fields.size > 0) break
      continue
    }
    if (/^[ \t]/.test(line)) {
      if (last === undefined) throw new ArchiveError('its control file starts with a continuation')
      fields.set(last, `${fields.get(last)}\n${line.trim()}`)
      continue
    }
    const [, name, value] = /^([!-9;-~]+):[ \t]*(.*)$/.exec(line) ?? []
    if (name === undefined) throw new ArchiveError('its control file has a line without a field')
    last = name.toLowerCase()
    if (fields.has(last)) throw new ArchiveError(`its control file has the field ${name} twice`)
    fields.set(last, (value ?? '').trim())
  }
  return fields
}

/** The files of a package and their MD5 in hexadecimal, by path without a leading slash. @throws ArchiveError */
export function parseMd5sums(text: string): Map<string, string> {
  const sums = new Map<string, string>()
  for (const line of text.split('\n')) {
    if (line === '') continue
    const [, sum, path] = /^([0-9a-f]{32}) [ *](?:\.?\/)?(.+)$/.exec(line) ?? []
    if (sum === undefined || path === undefined)
      throw new ArchiveError('its list of checksums (md5sums) has a malformed line')
    sums.set(path, sum)
  }
  return sums
}
