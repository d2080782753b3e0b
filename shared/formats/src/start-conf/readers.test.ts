import { describe, expect, it } from 'vitest'
import { type Reader, readStartConfAs } from './readers.ts'

/** What each reader makes of one line in [OS], below `Name = first`. */
const seen = (line: string, key: string) =>
  Object.fromEntries(
    (['shell', 'gui', 'importer', 'webui'] as Reader[]).map((reader) => {
      const sections = readStartConfAs(`[LINBO]\n[OS]\nName = first\n${line}\n`, reader)
      return [reader, sections.find((section) => section.name === 'os')?.keys.get(key)]
    }),
  )

describe('readStartConfAs', () => {
  it.each<[string, string, string, (string | undefined)[]]>([
    ['a plain key', 'Kernel = auto', 'kernel', ['auto', 'auto', 'auto', 'auto']],
    ['an indented key', '  Kernel = auto', 'kernel', [undefined, 'auto', undefined, 'auto']],
    [
      'an indented line as part of the value above',
      '  x = y',
      'name',
      ['first', 'first', 'first x = y', 'first'],
    ],
    ['a hash with a blank', 'Kernel = a # b', 'kernel', ['a', 'a', 'a', 'a']],
    ['a hash without a blank', 'Kernel = a#b', 'kernel', ['a#b', 'a', 'a', 'a']],
    ['a semicolon', 'Append = a ;b', 'append', ['a ;b', 'a ;b', 'a', 'a ;b']],
    ['later = signs', 'Append = a=b', 'append', ['a=b', 'a=b', 'a=b', 'a=b']],
    ['runs of blanks', 'Append = a  \t b', 'append', ['a b', 'a b', 'a b', 'a b']],
    ['a key that stands twice', 'NAME = second', 'name', ['second', 'second', undefined, 'second']],
    ['a line that begins with a digit', '1x = y', '1x', [undefined, 'y', 'y', 'y']],
  ])('%s', (_name, line, key, [shell, gui, importer, webui]) => {
    expect(seen(line, key)).toEqual({ shell, gui, importer, webui })
  })

  it('knows in which case each looks for sections', () => {
    const names = (reader: Reader) =>
      readStartConfAs('[linbo]\n[PARTITION]\n[os]\n', reader).map((section) => section.name)
    expect(names('shell')).toEqual(['linbo', 'partition', 'os'])
    expect(names('gui')).toEqual(['linbo', 'partition', 'os'])
    expect(names('importer')).toEqual(['other: linbo', 'partition', 'os'])
    expect(names('webui')).toEqual(['other: linbo', 'other: PARTITION', 'other: os'])
  })
})
