/** A file as a conditional or ranged request sees it. */
export interface FileFacts {
  sizeBytes: number
  /** Strong validator with its quotes, RFC 9110 8.8.3. */
  etag: string
  modifiedAt: Date
  now: Date
}

export interface RangeRequest {
  range?: string | undefined
  ifRange?: string | undefined
  ifMatch?: string | undefined
  ifUnmodifiedSince?: string | undefined
  ifNoneMatch?: string | undefined
  ifModifiedSince?: string | undefined
}

export type Delivery =
  | { status: 200; start: 0; length: number }
  | { status: 206; start: number; length: number }
  | { status: 304 }
  | { status: 412 }
  | { status: 416 }

/** Which bytes to send (RFC 9110 13 and 14). Several ranges at once are answered with the whole file. */
export function decideDelivery(request: RangeRequest, file: FileFacts): Delivery {
  if (isAnother(request, file)) return { status: 412 }
  if (isUnchanged(request, file)) return { status: 304 }
  const whole = { status: 200, start: 0, length: file.sizeBytes } as const
  if (request.range === undefined || !mayUseRange(request.ifRange, file)) return whole
  const match = /^bytes=\s*(\d*)-(\d*)\s*$/i.exec(request.range)
  if (!match || (match[1] === '' && match[2] === '')) return whole
  const [, from = '', to = ''] = match
  if (from === '') {
    const length = Math.min(Number(to), file.sizeBytes)
    if (length === 0) return { status: 416 }
    return { status: 206, start: file.sizeBytes - length, length }
  }
  const start = Number(from)
  const last = to === '' ? file.sizeBytes - 1 : Math.min(Number(to), file.sizeBytes - 1)
  if (to !== '' && Number(to) < start) return whole
  if (start >= file.sizeBytes) return { status: 416 }
  return { status: 206, start, length: last - start + 1 }
}

function isAnother(request: RangeRequest, file: FileFacts): boolean {
  if (request.ifMatch !== undefined) {
    const tags = tagsOf(request.ifMatch)
    return !tags.includes('*') && !tags.includes(file.etag)
  }
  if (request.ifUnmodifiedSince === undefined) return false
  return wholeSeconds(file.modifiedAt) > Date.parse(request.ifUnmodifiedSince)
}

function isUnchanged(request: RangeRequest, file: FileFacts): boolean {
  if (request.ifNoneMatch !== undefined) {
    const tags = tagsOf(request.ifNoneMatch).map((tag) => tag.replace(/^W\//, ''))
    return tags.includes('*') || tags.includes(file.etag)
  }
  if (request.ifModifiedSince === undefined) return false
  return wholeSeconds(file.modifiedAt) <= Date.parse(request.ifModifiedSince)
}

function tagsOf(list: string): string[] {
  return list.split(',').map((tag) => tag.trim())
}

/** A date proves nothing while the file could change again within its second. */
function mayUseRange(ifRange: string | undefined, file: FileFacts): boolean {
  if (ifRange === undefined) return true
  if (ifRange.startsWith('"')) return ifRange === file.etag
  const changed = wholeSeconds(file.modifiedAt)
  return Date.parse(ifRange) === changed && changed + 1000 <= wholeSeconds(file.now)
}

/** HTTP dates have no fractions of a second. */
function wholeSeconds(date: Date): number {
  return Math.floor(date.getTime() / 1000) * 1000
}
