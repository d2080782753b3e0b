import { describe, expect, it } from 'vitest'
import { widthsOf } from './diskPicture.ts'

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
