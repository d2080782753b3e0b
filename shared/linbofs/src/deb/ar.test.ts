import { arBlock } from '@linbo/test/archives'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { arHeaderBytes, decodeArHeader, isAr } from './ar.ts'
import { ArchiveError } from './archive-error.ts'

const read = (name: string, size: number | string) => decodeArHeader(arBlock(name, size))

describe('the header of a part of an ar archive', () => {
  it('tells its name and size', () => {
    expect(read('control.tar.xz', 1234)).toEqual({ name: 'control.tar.xz', sizeBytes: 1234 })
    expect(read('debian-binary/', 4)).toEqual({ name: 'debian-binary', sizeBytes: 4 })
  })

  it.each([
    ['no name', () => read('', 1)],
    ['a long name elsewhere', () => read('/123', 1)],
    ['a path', () => read('../etc', 1)],
    ['a size that is no number', () => read('a', '-1')],
    ['no size', () => read('a', '')],
    ['a wrong end', () => decodeArHeader(arBlock('a', 1).fill(0, 58))],
  ])('is refused with %s', (_name, decode) => {
    expect(decode).toThrow(ArchiveError)
  })

  it('is refused when it is cut off', () => {
    const whole = arBlock('data.tar', 9)
    for (let length = 0; length < arHeaderBytes; length++)
      expect(() => decodeArHeader(whole.subarray(0, length))).toThrow(ArchiveError)
  })

  it('never fails in another way', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 58, maxLength: 70 }),
        fc.boolean(),
        (bytes, isEnded) => {
          if (isEnded) bytes.set([0x60, 0x0a], 58 - (bytes.length < 60 ? 2 : 0))
          expect(isAr(bytes)).toBe(false)
          try {
            expect(decodeArHeader(bytes).sizeBytes).toBeGreaterThanOrEqual(0)
          } catch (error) {
            expect(error).toBeInstanceOf(ArchiveError)
          }
        },
      ),
    )
  })
})
