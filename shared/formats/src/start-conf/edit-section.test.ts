import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addSection, moveSection, removeSection } from './edit-section.ts'
import { parseStartConf } from './start-conf.ts'
import { dual, kiosk } from './testdata.ts'

const text = `# lab
[LINBO]
Group = lab

# first disk
[Partition]
Dev = /dev/sda1

# the system
# of all rooms
[OS]
Name = One


[OS]
Name = Two # last
`

describe('addSection', () => {
  it('goes behind the last of its name, parted by a blank line', () => {
    expect(addSection(text, 'partition', { dev: '/dev/sda2', Label: '' })).toBe(
      text.replace('# the system', '[Partition]\nDev = /dev/sda2\nLabel =\n\n# the system'),
    )
    expect(addSection(text, 'os', { Name: 'Three' })).toBe(`${text}\n[OS]\nName = Three\n`)
  })

  it('goes to the place it is given', () => {
    expect(addSection(text, 'os', { Name: 'Zero' }, 0)).toBe(
      text.replace('# the system', '[OS]\nName = Zero\n\n# the system'),
    )
  })

  it('begins a file, ends one without a line end, and keeps CR LF', () => {
    expect(addSection('', 'linbo', { Group: 'lab' })).toBe('[LINBO]\nGroup = lab\n')
    expect(addSection('[LINBO]', 'os', { Name: 'x' })).toBe('[LINBO]\n\n[OS]\nName = x\n')
    expect(addSection('[LINBO]\r\n', 'os', { Name: 'x' })).toBe(
      '[LINBO]\r\n\r\n[OS]\r\nName = x\r\n',
    )
  })

  it.each<[string, () => string]>([
    ['a value the client would run', () => addSection(text, 'os', { Name: '$(reboot)' })],
    ['a key that is none', () => addSection(text, 'os', { 'Na me': 'x' })],
    ['a place that is not there', () => addSection(text, 'os', { Name: 'x' }, 3)],
  ])('refuses %s', (_name, act) => {
    expect(act).toThrow(expect.objectContaining({ name: 'StartConfError' }))
  })
})

describe('removeSection', () => {
  it('takes the comment right above along', () => {
    expect(removeSection(text, 'os', 0)).toBe(
      text.replace('# the system\n# of all rooms\n[OS]\nName = One\n\n\n', ''),
    )
  })

  it('ends the file as before when it was the last', () => {
    expect(removeSection(text, 'os', 1)).toBe(text.replace('\n\n\n[OS]\nName = Two # last', ''))
  })

  it('refuses one that is not there', () => {
    expect(() => removeSection(text, 'os', 2)).toThrow('there is no [os] number 3')
  })

  it('undoes addSection', () => {
    const name = fc.constantFrom('partition', 'os') as fc.Arbitrary<'partition' | 'os'>
    fc.assert(
      fc.property(fc.constantFrom(text, dual, kiosk), name, fc.nat(2), (before, section, place) => {
        const conf = parseStartConf(before)
        const at = Math.min(place, (section === 'os' ? conf.os : conf.partitions).length)
        const added = addSection(before, section, { Label: 'x' }, at)
        expect(added.length).toBeGreaterThan(before.length)
        expect(removeSection(added, section, at)).toBe(before)
      }),
      { seed: 3 },
    )
  })
})

describe('moveSection', () => {
  it('leaves blank lines where they are', () => {
    expect(moveSection(text, 'os', 1, 0)).toBe(`${text.slice(0, text.indexOf('# the system'))}[OS]
Name = Two # last


# the system
# of all rooms
[OS]
Name = One
`)
  })

  it('moves back to the same bytes, and changes nothing but the order', () => {
    const pair = fc.tuple(fc.nat(4), fc.nat(4))
    fc.assert(
      fc.property(
        fc.constantFrom(dual, dual.trimEnd(), `\n${dual}\n\n`),
        pair,
        (before, [from, to]) => {
          const moved = moveSection(before, 'partition', from, to)
          expect(moveSection(moved, 'partition', to, from)).toBe(before)
          const devs = (one: string) => parseStartConf(one).partitions.map((part) => part.dev)
          const [dev = ''] = devs(before).slice(from)
          const expected = devs(before).toSpliced(from, 1).toSpliced(to, 0, dev)
          expect(devs(moved)).toEqual(expected)
          expect(moved.split('\n').toSorted()).toEqual(before.split('\n').toSorted())
        },
      ),
      { seed: 5 },
    )
  })

  it('refuses a place that is not there', () => {
    expect(() => moveSection(text, 'os', 0, 2)).toThrow('there is no [os] number 3')
  })
})
