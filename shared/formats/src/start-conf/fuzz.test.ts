import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { partitionsByDisk } from './checked.ts'
import { removeKey, setKey } from './edit-key.ts'
import { applyFix, fixAll } from './fix.ts'
import { layOut } from './layout.ts'
import { readers, readStartConfAs, type SeenSection } from './readers.ts'
import { type Problem, parseStartConf, printStartConf } from './start-conf.ts'
import { dual, kiosk } from './testdata.ts'

const piece = fc.constantFrom(
  '[LINBO]',
  '[linbo]',
  '[Partition]',
  '[OS]',
  '[OS',
  '[OS]x',
  '[Net]',
  'Dev = /dev/sda1',
  'Dev=/dev/disk0p2',
  'Dev = /dev/sda',
  'Cache = /dev/sda1',
  'Root = /dev/disk0p2',
  'Label = cache',
  'Label = a b c d e f g',
  'Size = 1.5G',
  'Size = 50',
  'Size =',
  'Id = ef',
  'Id = 83',
  'FSType = NTFS',
  'FSType = vfat',
  'Bootable = yes',
  'Name = "x"',
  'Name = a # b',
  'name = a #b',
  'Append = x; y ;z',
  'BaseImage = a.b.qcow2',
  'BaseImage = x.iso',
  'Autostart = Yes',
  'StartEnabled = no',
  'RemoteSyncEnabled = yes',
  'KernelOptions = quiet server=1 nogui=1 Autostart=2 localboot',
  'Locale = de_DE',
  'DownloadType = Torrent',
  'SystemType = bios',
  '  Theme = dark',
  '\tName = y',
  'Theme=x',
  'Root-Timeout = 9',
  'rm -rf / = 1',
  'reboot',
  '; x = y',
  '= x',
  '# comment',
  '#Name = z',
  '#',
  '',
  '\r',
  '\ufeff',
  '\u00a0',
  '$(x)',
  '`',
  '\\',
  '\x00',
)
const line = fc.oneof(
  { weight: 8, arbitrary: piece },
  { weight: 2, arbitrary: fc.tuple(piece, piece).map((two) => two.join('')) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
)
const lineEnd = fc.constantFrom('\n', '\n', '\n', '\r\n')
/** Lines of nasty pieces, at times within an otherwise good file. */
const text = fc
  .tuple(
    fc.array(fc.tuple(line, lineEnd), { maxLength: 30 }),
    line,
    fc.constantFrom('', dual, kiosk),
  )
  .map(([lines, last, frame]) => {
    const middle = lines.flat().join('')
    const at = frame.indexOf('[', frame.length / 2)
    return frame.slice(0, Math.max(at, 0)) + middle + last + frame.slice(Math.max(at, 0))
  })
/** Words of signs that readers take differently. */
const quirk = fc
  .array(
    fc.constantFrom(
      'a',
      'Name',
      ' ',
      ' ',
      '\t',
      '#',
      '# ',
      ' # ',
      ';',
      ' ;',
      '=',
      "'",
      '[',
      ']',
      'é',
      ':',
    ),
    {
      maxLength: 6,
    },
  )
  .map((words) => words.join(''))
const options = fc.constantFrom(
  {},
  { group: 'lab204', diskBytes: 64e9 },
  { firmware: 'bios' as const },
)
const count = (problems: Problem[], what: (one: Problem) => boolean) => problems.filter(what).length
const isError = (one: Problem) => one.severity === 'error'

describe('any text', () => {
  it('comes back byte for byte, with problems that lie within it', () => {
    fc.assert(
      fc.property(text, options, (written, facts) => {
        const conf = parseStartConf(written, facts)
        expect(printStartConf(conf)).toBe(written)
        const rows = written.split('\n')
        for (const one of conf.problems) {
          expect(one.fix).not.toBe('')
          expect(one.line).toBeGreaterThanOrEqual(1)
          expect(one.line).toBeLessThanOrEqual(rows.length)
          expect(one.column).toBeGreaterThanOrEqual(1)
          expect(one.endColumn).toBeGreaterThanOrEqual(one.column)
          expect(one.endColumn).toBeLessThanOrEqual((rows[one.endLine - 1] ?? '').length + 1)
        }
        for (const disk of partitionsByDisk(conf.partitions).values())
          layOut(disk, { diskBytes: 1e11 })
      }),
      { seed: 7, numRuns: 250 },
    )
  })

  it('has fewer such problems and no more errors after a fix', () => {
    fc.assert(
      fc.property(text, options, (written, facts) => {
        const { problems } = parseStartConf(written, facts)
        for (const problem of problems.slice(0, 12)) {
          if (problem.edits.length === 0) continue
          const fixed = applyFix(written, problem)
          const after = parseStartConf(fixed, facts).problems
          const isSame = (one: Problem) => one.code === problem.code
          expect(
            count(after, isSame),
            `${problem.code} in ${JSON.stringify(written)}`,
          ).toBeLessThan(count(problems, isSame))
          expect(
            count(after, isError),
            `${problem.code} in ${JSON.stringify(written)}`,
          ).toBeLessThanOrEqual(count(problems, isError))
        }
      }),
      { seed: 11, numRuns: 80 },
    )
  })

  it('has no safe fix left when all were made, and no new errors', () => {
    fc.assert(
      fc.property(text, options, (written, facts) => {
        const before = parseStartConf(written, facts).problems
        const done = fixAll(written, facts)
        const after = parseStartConf(done.text, facts).problems
        expect(after.filter((one) => one.isSafe)).toEqual([])
        expect(count(after, isError)).toBeLessThanOrEqual(count(before, isError))
        expect(done.fixed.length > 0).toBe(done.text !== written)
      }),
      { seed: 13, numRuns: 80 },
    )
  })

  it('means the same to all four readers when there are no problems', () => {
    fc.assert(
      fc.property(quirk, quirk, quirk, (value, name, comment) => {
        const written = dual
          .replace('Windows 11 classroom', () => value)
          .replace('Append = ro quiet', () => `Append=${name}`)
          .replace('RootTimeout = 900', () => comment)
        const { problems } = parseStartConf(written)
        fc.pre(problems.every((one) => one.severity === 'info'))
        const [shell, ...others] = readers.map((reader) => shown(readStartConfAs(written, reader)))
        for (const other of others) expect(other).toEqual(shell)
      }),
      { seed: 17, numRuns: 200 },
    )
  })

  it('keeps every other key when one is set or removed', () => {
    fc.assert(
      fc.property(text, fc.stringMatching(/^[A-Za-z0-9=:,./-]{0,20}$/), (written, value) => {
        const conf = parseStartConf(written)
        fc.pre(conf.os.length > 0)
        const changed = parseStartConf(setKey(written, 'os', 0, 'Append', value))
        expect(changed.os[0]?.append).toBe(value)
        expect(withoutAppend(changed.os[0]?.raw)).toEqual(withoutAppend(conf.os[0]?.raw))
        expect(changed.os.length).toBe(conf.os.length)
        const removed = parseStartConf(removeKey(changed.text, 'os', 0, 'append'))
        expect(removed.os[0]?.raw.has('append')).toBe(false)
        expect(withoutAppend(removed.os[0]?.raw)).toEqual(withoutAppend(conf.os[0]?.raw))
      }),
      { seed: 19, numRuns: 100 },
    )
  })
})

function shown(sections: SeenSection[]) {
  return sections.map(({ name, keys }) => [name, Object.fromEntries(keys)])
}

function withoutAppend(raw: ReadonlyMap<string, string> | undefined) {
  return [...(raw ?? [])].filter(([key]) => key !== 'append').sort()
}
