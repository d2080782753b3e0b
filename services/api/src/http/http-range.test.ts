import { describe, expect, it } from 'vitest'
import { decideDelivery, type RangeRequest } from './http-range.ts'

const modifiedAt = new Date('2026-01-05T08:00:00.500Z')
const now = new Date('2026-01-05T09:00:00Z')
const file = { sizeBytes: 1000, etag: '"abc"', modifiedAt, now }
const earlier = 'Mon, 05 Jan 2026 07:59:59 GMT'
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
    ['the whole file for a weak tag', { range: 'bytes=0-9', ifRange: 'W/"abc"' }, whole],
    ['a range with its unit in capitals', { range: 'BYTES=0-9' }, part(0, 10)],
    ['the whole file for what only looks like a range', { range: 'bytes=0-9x' }, whole],
    [
      'nothing for a start with 400 digits',
      { range: `bytes=${'9'.repeat(400)}-` },
      { status: 416 },
    ],
    ['nothing of another file', { ifMatch: '"old", W/"abc"' }, { status: 412 }],
    ['the file that is meant', { ifMatch: '"abc"', ifUnmodifiedSince: earlier }, whole],
    ['whatever there is', { ifMatch: '*' }, whole],
    ['nothing that changed since', { ifUnmodifiedSince: earlier }, { status: 412 }],
    ['what has not changed since', { ifUnmodifiedSince: date }, whole],
    ['all when a date cannot be read', { ifUnmodifiedSince: 'x', ifModifiedSince: 'x' }, whole],
    ['nothing that is known already', { ifNoneMatch: '"x", "abc"' }, { status: 304 }],
    ['nothing when any file will do', { ifNoneMatch: '*' }, { status: 304 }],
    ['a changed file', { ifNoneMatch: '"old"', ifModifiedSince: date }, whole],
    ['nothing that has not changed since', { ifModifiedSince: date }, { status: 304 }],
    ['a file that changed since', { ifModifiedSince: earlier }, whole],
  ]
  for (const [name, request, expected] of cases) {
    it(name, () => expect(decideDelivery(request, file)).toEqual(expected))
  }

  it('believes no date of a file that may still change within its second', () => {
    const fresh = { ...file, now: new Date('2026-01-05T08:00:00.900Z') }
    expect(decideDelivery({ range: 'bytes=0-9', ifRange: date }, fresh)).toEqual(whole)
  })

  it('answers a range of an empty file with 416', () => {
    const empty = { ...file, sizeBytes: 0 }
    expect(decideDelivery({ range: 'bytes=0-' }, empty)).toEqual({ status: 416 })
    expect(decideDelivery({ range: 'bytes=-5' }, empty)).toEqual({ status: 416 })
  })
})
