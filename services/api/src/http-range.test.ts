import { describe, expect, it } from 'vitest'
import { decideDelivery, type RangeRequest } from './http-range.ts'

const modifiedAt = new Date('2026-01-05T08:00:00.500Z')
const file = { sizeBytes: 1000, etag: '"abc"', modifiedAt }
const date = 'Mon, 05 Jan 2026 08:00:00 GMT'
const whole = { status: 200, start: 0, length: 1000 }
const part = (start: number, length: number) => ({ status: 206, start, length })

describe('which bytes are sent', () => {
  const cases: [string, RangeRequest, object][] = [
    ['the whole file without a range', {}, whole],
    ['a range', { range: 'bytes=0-99' }, part(0, 100)],
    ['an open range', { range: 'bytes=900-' }, part(900, 100)],
    ['the last bytes', { range: 'bytes=-10' }, part(990, 10)],
    [
      'all when more last bytes are asked for than there are',
      { range: 'bytes=-5000' },
      part(0, 1000),
    ],
    ['up to the end when the range goes beyond it', { range: 'bytes=990-5000' }, part(990, 10)],
    ['nothing beyond the end', { range: 'bytes=1000-' }, { status: 416 }],
    ['nothing for zero last bytes', { range: 'bytes=-0' }, { status: 416 }],
    ['the whole file for several ranges', { range: 'bytes=0-1,5-6' }, whole],
    ['the whole file for a range that runs backwards', { range: 'bytes=9-1' }, whole],
    ['the whole file for a unit we do not know', { range: 'lines=0-1' }, whole],
    ['the whole file for an empty range', { range: 'bytes=-' }, whole],
    ['a range of the file that is meant', { range: 'bytes=0-9', ifRange: '"abc"' }, part(0, 10)],
    ['the whole file when another was meant', { range: 'bytes=0-9', ifRange: '"old"' }, whole],
    ['a range by date', { range: 'bytes=0-9', ifRange: date }, part(0, 10)],
    [
      'the whole file when the date is another',
      { range: 'bytes=0-9', ifRange: 'yesterday' },
      whole,
    ],
    ['nothing that is known already', { ifNoneMatch: '"x", "abc"' }, { status: 304 }],
    ['nothing when any file will do', { ifNoneMatch: '*' }, { status: 304 }],
    ['a changed file', { ifNoneMatch: '"old"', ifModifiedSince: date }, whole],
    ['nothing that has not changed since', { ifModifiedSince: date }, { status: 304 }],
    ['a file that changed since', { ifModifiedSince: 'Mon, 05 Jan 2026 07:59:59 GMT' }, whole],
  ]
  for (const [name, request, expected] of cases) {
    it(name, () => expect(decideDelivery(request, file)).toEqual(expected))
  }

  it('answers a range of an empty file with 416', () => {
    const empty = { ...file, sizeBytes: 0 }
    expect(decideDelivery({ range: 'bytes=0-' }, empty)).toEqual({ status: 416 })
    expect(decideDelivery({ range: 'bytes=-5' }, empty)).toEqual({ status: 416 })
  })
})
