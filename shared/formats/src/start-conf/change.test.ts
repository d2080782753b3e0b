import { describe, expect, it } from 'vitest'
import { describeStartConfChange } from './change.ts'
import { setKey } from './edit-key.ts'
import { addSection, moveSection, removeSection } from './edit-section.ts'
import { dual } from './testdata.ts'

const texts = (before: string, after: string) =>
  describeStartConfChange(before, after).map((change) => change.text)

describe('describeStartConfChange', () => {
  it('sees no change in comments, blanks and the order of keys', () => {
    const other = `# new\n${dual}`
      .replace('Group = lab204\nCache = /dev/disk0p5', 'cache=/dev/disk0p5 # here\nGROUP =  lab204')
      .replaceAll('\n\n', '\n')
    expect(describeStartConfChange(dual, other)).toEqual([])
  })

  it('names keys that were changed, added and removed', () => {
    let after = setKey(dual, 'os', 1, 'BaseImage', 'debian14.qcow2')
    after = setKey(after, 'linbo', 0, 'Theme', 'dark').replace('RootTimeout = 900\n', '')
    after = setKey(after, 'partition', 4, 'Size', '40G')
    expect(texts(dual, after)).toEqual([
      '[LINBO]: RootTimeout removed (was 900)',
      '[LINBO]: Theme = dark added',
      '[Partition] 5 (/dev/disk0p5): Size: empty → 40G',
      '[OS] 2 (Debian): BaseImage: debian13.qcow2 → debian14.qcow2',
    ])
    expect(describeStartConfChange(dual, after)[3]).toEqual({
      kind: 'changed',
      section: 'os',
      number: 2,
      name: 'Debian',
      key: 'BaseImage',
      before: 'debian13.qcow2',
      after: 'debian14.qcow2',
      text: '[OS] 2 (Debian): BaseImage: debian13.qcow2 → debian14.qcow2',
    })
  })

  it('knows a section again that has another name or another place', () => {
    expect(texts(dual, setKey(dual, 'os', 1, 'Name', 'Debian 13'))).toEqual([
      '[OS] 2 (Debian 13): Name: Debian → Debian 13',
    ])
    expect(texts(dual, moveSection(dual, 'os', 1, 0))).toEqual([
      '[OS] 1 (Debian) moved to place 1',
      '[OS] 2 (Windows 11) moved to place 2',
    ])
  })

  it('names sections that came and went, and does not say that the others moved', () => {
    expect(texts(dual, removeSection(dual, 'partition', 1))).toEqual([
      '[Partition] 2 (/dev/disk0p2) removed',
    ])
    expect(texts(dual, addSection(dual, 'os', { Name: 'Third' }, 0))).toEqual([
      '[OS] 1 (Third) added',
    ])
    expect(texts('', dual).at(0)).toBe('[LINBO] added')
    expect(texts(dual, '')).toHaveLength(8)
  })

  it('gets through large files', () => {
    const large = '[OS]\nName = x\n'.repeat(20_000)
    expect(describeStartConfChange(large, large.replace('= x', '= y'))).toHaveLength(1)
  })
})
