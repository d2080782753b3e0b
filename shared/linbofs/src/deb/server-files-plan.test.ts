import { describe, expect, it } from 'vitest'
import { type FoundFile, planServerFiles } from './server-files-plan.ts'

/** What becomes of icons/a.svg, which the package has as `new`. */
const actionFor = (found: FoundFile) =>
  planServerFiles(
    new Map([['icons/a.svg', 'new']]),
    new Map([['icons/a.svg', found]]),
    (path, sha256) => path === 'icons/a.svg' && sha256 === 'old',
  ).get('icons/a.svg')

describe('a file for LINBO_DIR', () => {
  it.each([
    ['is put where none is', undefined, 'put'],
    ['replaces one that we put there', { sha256: 'old' }, 'put'],
    ['is left when it is there already', { sha256: 'new' }, 'leave'],
    ['does not replace one that somebody changed', { sha256: 'mine' }, 'keep'],
    ['does not replace a folder or a link', 'other', 'keep'],
  ] as const)('%s', (_name, found, action) => {
    expect(actionFor(found)).toBe(action)
  })

  it.each([
    ['old', 'put', 'put'],
    ['mine', 'keep', 'keep'],
    ['new', 'leave', 'put'],
  ] as const)('has its checksum treated as itself, found as %s', (sha256, action, checksum) => {
    const plan = planServerFiles(
      new Map([
        ['gui.md5', 'sum'],
        ['gui', 'new'],
      ]),
      new Map([
        ['gui', { sha256 }],
        ['gui.md5', { sha256: 'another sum' }],
      ]),
      (_path, found) => found === 'old',
    )
    expect(Object.fromEntries(plan)).toEqual({ gui: action, 'gui.md5': checksum })
  })
})
