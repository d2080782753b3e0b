import { describe, expect, it } from 'vitest'
import { whyNotGroup, whyNotHostname, whyNotImageBase, whyNotRoom } from './names.ts'

describe('names', () => {
  it.each([
    [whyNotHostname, 'r204-pc07'],
    [whyNotHostname, 'a'.repeat(63)],
    [whyNotGroup, 'lab_204-B'],
    [whyNotRoom, 'R204'],
    [whyNotImageBase, 'win11_lab-2'],
  ])('%o takes %s', (whyNot, name) => {
    expect(whyNot(name)).toBeUndefined()
  })

  it.each([
    [whyNotHostname, ''],
    [whyNotHostname, 'a'.repeat(64)],
    [whyNotHostname, 'PC07'],
    [whyNotHostname, '-pc'],
    [whyNotHostname, 'pc-'],
    [whyNotHostname, 'pc.lab'],
    [whyNotHostname, 'pxeclient'],
    [whyNotHostname, 'pc\n'],
    [whyNotGroup, ''],
    [whyNotGroup, 'lab 204'],
    [whyNotGroup, '../lab'],
    [whyNotGroup, 'lab.204'],
    [whyNotGroup, 'grub'],
    [whyNotRoom, 'r_204'],
    [whyNotRoom, 'r204\n'],
    [whyNotImageBase, 'win11.lab'],
    [whyNotImageBase, 'a/b'],
    [whyNotImageBase, '-rf'],
    [whyNotImageBase, 'tmp'],
  ])('%o refuses %j with a reason', (whyNot, name) => {
    expect(whyNot(name)).toMatch(/\w+ \w+/)
  })
})
