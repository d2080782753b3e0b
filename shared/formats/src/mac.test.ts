import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseMac, printMac } from './mac.ts'

describe('parseMac', () => {
  it.each([
    ['colons', '52:54:00:AB:cd:07'],
    ['hyphens', '52-54-00-AB-CD-07'],
    ['Cisco groups', '5254.00ab.cd07'],
    ['no separator', '525400ABCD07'],
    ['blanks around it', '  52:54:00:ab:cd:07\r\n'],
  ])('reads %s', (_form, text) => {
    expect(parseMac(text)).toBe('52:54:00:ab:cd:07')
  })

  it.each([
    '',
    '52:54:00:ab:cd',
    '52:54:00:ab:cd:07:08',
    '52:54-00:ab:cd:07',
    '5254:00ab:cd07',
    '52:54:00:ab:cd:0g',
    '5:54:0:ab:cd:7',
    '52 54 00 ab cd 07',
  ])('refuses %j', (text) => {
    expect(parseMac(text)).toBeUndefined()
  })

  it('reads back every printed address', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 6, maxLength: 6 }), (bytes) => {
        const printed = printMac(bytes)
        expect(parseMac(printed)).toBe(printed)
      }),
    )
  })
})

describe('printMac', () => {
  it('pads every byte to two digits', () => {
    expect(printMac(Uint8Array.of(0, 1, 0x0a, 0xff, 0x10, 9))).toBe('00:01:0a:ff:10:09')
  })
})
