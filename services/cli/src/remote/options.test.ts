import { describe, expect, it } from 'vitest'
import { parseRemoteOptions } from './options.ts'

const parse = (line: string) => parseRemoteOptions(line.split(' '))

describe('parseRemoteOptions', () => {
  it('runs commands now with -c', () => {
    expect(parse('-i pc1,10.0.0.2 -c partition,sync:1')).toMatchObject({
      mode: 'operate',
      when: 'now',
      hosts: ['pc1', '10.0.0.2'],
      commands: 'partition,sync:1',
      wake: undefined,
    })
  })

  it('prepares the next boot with -p', () => {
    expect(parse('-g lab -p sync:1,start:1')).toMatchObject({ when: 'next-boot', group: 'lab' })
  })

  it.each([
    ['-n', { noauto: true, disableGui: false }],
    ['-d', { noauto: false, disableGui: true }],
    ['-n -d', { noauto: true, disableGui: true }],
  ])('%s alone is for the next boot', (flags, wanted) => {
    expect(parse(`-r r101 ${flags}`)).toMatchObject({ when: 'next-boot', commands: '', ...wanted })
  })

  it('keeps -n and -d beside -c for the boot before the commands', () => {
    expect(parse('-i pc1 -c sync:1 -n -w 60')).toMatchObject({ when: 'now', noauto: true })
  })

  it('wakes with -w, -b and -u', () => {
    const wake = { waitSeconds: 60, betweenSeconds: 2, broadcast: true }
    expect(parse('-i pc1 -w 60 -b 2 -u')).toMatchObject({ when: 'now', commands: '', wake })
  })

  it('does not wake with -c and -w 0, but without -c it does', () => {
    expect(parse('-i pc1 -c sync:1 -w 0').wake).toBeUndefined()
    expect(parse('-i pc1 -w 0').wake).toMatchObject({ waitSeconds: 0 })
    expect(parse('-i pc1 -p sync:1 -w 0').wake).toMatchObject({ waitSeconds: 0 })
  })

  it('takes -s before and after -i', () => {
    expect(parse('-s north -i pc1 -c sync:1')).toMatchObject({ school: 'north', hosts: ['pc1'] })
    expect(parse('-i pc1 -c sync:1 -s north')).toMatchObject({ school: 'north', hosts: ['pc1'] })
  })

  it('lists, follows and helps whatever else is there', () => {
    expect(parse('-l').mode).toBe('list')
    expect(parse('-a pc1')).toMatchObject({ mode: 'attach', attach: 'pc1' })
    expect(parse('-h -i pc1').mode).toBe('help')
  })

  it('keeps a comment with a comma in one command', () => {
    const { commands } = parseRemoteOptions(['-i', 'pc1', '-c', 'create_image:1:"for a, b"'])
    expect(commands).toBe('create_image:1:"for a, b"')
  })

  it.each([
    ['-c sync:1', 'no hosts'],
    ['-i , -c sync:1', 'no hosts'],
    ['-i pc1', 'nothing to do'],
    ['-i pc1 -c sync:1 -p sync:1', 'not both'],
    ['-g lab -i pc1 -c sync:1', '-g cannot'],
    ['-g lab -r r1 -c sync:1', '-g cannot'],
    ['-i pc1 -r r1 -c sync:1', '-i cannot'],
    ['-i pc1 -c sync:1 -b 3', 'needs -w'],
    ['-i pc1 -c sync:1 -u', '-w'],
    ['-i pc1 -w soon', 'no number'],
    ['-i pc1 -w 60 -b -1', '-b'],
    ['-i pc1 -c fly:1', 'fly'],
    ['-i pc1 -c sync', 'sync'],
    ['-i pc1 -c start:1,sync:1', 'after start:1'],
    ['-x', '-x'],
    ['pc1', 'pc1'],
    ['-i', '-i'],
  ])('refuses %s', (line, says) => {
    expect(() => parse(line)).toThrow(expect.objectContaining({ code: 'USAGE' }))
    expect(() => parse(line)).toThrow(says)
  })
})
