import { describe, expect, it } from 'vitest'
import { binary, widthsOf } from './diskPicture.ts'

const gib = 1024 ** 3

describe('widths in the picture of a disk', () => {
  it('grow with the size, but let small partitions be seen', () => {
    const [efi = 0, windows = 0] = widthsOf([
      { sizeBytes: gib / 4, isRest: false },
      { sizeBytes: 100 * gib, isRest: false },
    ])
    expect(windows).toBeGreaterThan(efi)
    expect(windows / efi).toBeLessThan(400 / 4)
  })
  it('give an unknown rest its share', () => {
    const [, rest = 0] = widthsOf([
      { sizeBytes: 100 * gib, isRest: false },
      { sizeBytes: null, isRest: true },
    ])
    expect(rest).toBeGreaterThan(100)
  })
})

describe('sizes in the picture of a disk', () => {
  it.each([
    [300 * 1024 ** 2, '300 MiB'],
    [120 * gib, '120 GiB'],
    [1.5 * 1024 * gib, '1.5 TiB'],
  ])('%d bytes are %s', (size, text) => {
    expect(binary(size, 'en')).toBe(text)
  })
})
