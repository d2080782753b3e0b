import { apiError } from '../errors.ts'
import type { Expected } from '../groups/start-conf-history.ts'

/**
 * What `If-Match` and `If-None-Match` (RFC 9110, 13.1) say about the file that is to be replaced. Revisions are
 * strong entity tags, one at a time.
 * @throws LinboError `REQUEST_INVALID`
 */
export function parsePrecondition(headers: {
  ifMatch: string | undefined
  ifNoneMatch?: string | undefined
}): Expected {
  const { ifMatch, ifNoneMatch } = headers
  if (ifNoneMatch !== undefined && ifMatch !== undefined)
    throw apiError('REQUEST_INVALID', 'If-Match and If-None-Match exclude each other')
  if (ifNoneMatch !== undefined) {
    if (ifNoneMatch.trim() === '*') return { kind: 'absent' }
    throw apiError('REQUEST_INVALID', 'If-None-Match: only * is understood here')
  }
  if (ifMatch === undefined) return { kind: 'anything' }
  if (ifMatch.trim() === '*') return { kind: 'present' }
  const revision = /^"([0-9a-f]{64})"$/.exec(ifMatch.trim())?.[1]
  if (revision) return { kind: 'revision', revision }
  throw apiError(
    'REQUEST_INVALID',
    'If-Match: is neither * nor a revision in quotation marks',
    'Send the ETag of GET …/start-conf as it came.',
  )
}
