import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ArchiveError } from './archive-error.ts'
import { parseControl, parseMd5sums } from './control.ts'

describe('a control file', () => {
  it('is read as fields with their continuations, up to the first empty line', () => {
    const text =
      'Package: a\nDepends: b,\n c\nDescription: short\n long\n .\n more\n\nPackage: other\n'
    expect([...parseControl(text)]).toEqual([
      ['package', 'a'],
      ['depends', 'b,\nc'],
      ['description', 'short\nlong\n.\nmore'],
    ])
    expect(parseControl('\n\nPackage:a').get('package')).toBe('a')
    expect(parseControl('').size).toBe(0)
  })

  it.each([
    ' Package: a\n',
    'Package\n',
    'Package: a\npackage: b\n',
    ': a\n',
    '-: a\n#: b\n x\nno field',
  ])('is refused when it is %j', (text) => {
    expect(() => parseControl(text)).toThrow(ArchiveError)
  })
})

describe('a list of checksums', () => {
  const sum = '0123456789abcdef'.repeat(2)

  it('is read by path', () => {
    const text = `${sum}  srv/linbo/a b\n${sum} *./usr/c\n`
    expect([...parseMd5sums(text)]).toEqual([
      ['srv/linbo/a b', sum],
      ['usr/c', sum],
    ])
  })

  it.each([`${sum}\n`, `${sum}  \n`, `${sum.toUpperCase()}  a\n`, 'text'])(
    'is refused when it is %j',
    (text) => {
      expect(() => parseMd5sums(text)).toThrow(ArchiveError)
    },
  )
})

it('reading what a package says of itself fails in no other way', () => {
  const line = fc.oneof(fc.string(), fc.constantFrom('Package: a', ' more', '', '\t', 'a:b', '\0'))
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      for (const parse of [parseControl, parseMd5sums]) {
        try {
          expect(parse(lines.join('\n'))).toBeInstanceOf(Map)
        } catch (error) {
          expect(error).toBeInstanceOf(ArchiveError)
        }
      }
    }),
  )
})
