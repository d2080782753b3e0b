import { describe, expect, it } from 'vitest'
import { applyFix, fixAll } from './fix.ts'
import { applyEdits } from './line-edit.ts'
import { parseStartConf } from './start-conf.ts'
import { dual, dualWith } from './testdata.ts'

const wrong = dualWith(['Autostart = yes', 'Autostart = Yes'], ['Size = 60G', 'Size = 1.5G'])

describe('applyFix', () => {
  it('changes what it should and nothing else', () => {
    const [size] = parseStartConf(wrong).problems
    expect(size?.code).toBe('size-fraction')
    expect(size && applyFix(wrong, size)).toBe(wrong.replace('Size = 1.5G', 'Size = 1536M'))
  })

  it('refuses a text that has changed there since', () => {
    const [size] = parseStartConf(wrong).problems
    expect(() => size && applyFix(wrong.replace('1.5G', '2.5G'), size)).toThrow(
      'line 40 is no longer what this change was made for',
    )
  })

  it('says that there is no fix', () => {
    expect(() => applyFix(wrong, { code: 'theme-name', edits: [] })).toThrow('theme-name has to be')
  })
})

describe('applyEdits', () => {
  it('makes several edits that count lines as before them', () => {
    const edits = [
      { line: 3, was: ['c'], text: [] },
      { line: 1, was: [], text: ['new'] },
      { line: 2, was: ['b'], text: ['B', 'BB'] },
    ]
    expect(applyEdits('a\nb\nc\n', edits)).toBe('new\na\nB\nBB\n')
  })

  it.each([
    [[{ line: 9, was: ['x'], text: [] }]],
    [
      [
        { line: 1, was: ['a', 'b'], text: [] },
        { line: 2, was: ['b'], text: [] },
      ],
    ],
  ])('refuses edits that do not fit %j', (edits) => {
    expect(() => applyEdits('a\nb', edits)).toThrow(
      expect.objectContaining({ name: 'StartConfError' }),
    )
  })
})

describe('fixAll', () => {
  it('makes safe fixes only, and tells which', () => {
    const { text, fixed } = fixAll(wrong)
    expect(text).toBe(wrong.replace('Autostart = Yes', 'Autostart = yes'))
    expect(fixed.map((one) => one.code)).toEqual(['flag-value'])
  })

  it('goes on with what a fix brought up', () => {
    const old = dual
      .replaceAll('\n', '\r\n')
      .replace('[LINBO]', '\ufeff[linbo]\r\nsystemtype = efi64')
    const { text, fixed } = fixAll(old)
    expect(text).toBe(dual)
    expect(fixed.map((one) => one.code)).toEqual(
      expect.arrayContaining(['byte-order-mark', 'crlf', 'section-case', 'old-key']),
    )
  })

  it.each(['Root = /dev/disk0p4', 'SyncEnabled = yes', 'KernelOptions = quiet splash'])(
    'brings the indented %s back with its value',
    (line) => {
      const { text, fixed } = fixAll(dual.replace(line, `\t${line}`))
      expect(text).toBe(dual)
      expect(fixed[0]?.code).toBe('indented-line')
    },
  )

  it('leaves a good file as it is', () => {
    expect(fixAll(dual)).toEqual({ text: dual, fixed: [] })
  })
})
