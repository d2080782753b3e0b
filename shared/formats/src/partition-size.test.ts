import { describe, expect, it } from 'vitest'
import { parsePartitionSize } from './partition-size.ts'

const MiB = 1024 ** 2

describe('parsePartitionSize', () => {
  it.each<[string, number | null]>([
    ['', null],
    ['300M', 300 * MiB],
    ['301M', 300 * MiB],
    ['10GB', 10 * 1024 * MiB],
    ['10g', 10 * 1024 * MiB],
    ['2T', 2 * 1024 * 1024 * MiB],
    ['1.5G', 1024 * MiB],
    ['1,5G', 1024 * MiB],
    ['204800', 200 * MiB],
    ['204800k', 200 * MiB],
  ])('%j', (text, sizeBytes) => {
    expect(parsePartitionSize(text)).toMatchObject({ sizeBytes })
    expect(parsePartitionSize(text).error).toBeUndefined()
  })

  it.each(['G', '-1G', '10 apples', '1M', '999999999999T', '1e3'])('refuses %j', (text) => {
    expect(parsePartitionSize(text)).toMatchObject({ sizeBytes: null, error: expect.any(String) })
  })
})
