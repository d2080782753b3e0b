import { hideSecrets } from '@linbo/formats'
import { apiError } from '../errors.ts'
import { type LogFiles, readWhole } from './log-files.ts'
import { plain } from './log-lines.ts'

export interface LogHit {
  host: string
  file: string
  line: number
  text: string
}

export interface LogSearch {
  /**
   * Looks for a text in the logs of all hosts, newest first; upper and lower case of a-z are the same.
   * @param limit ends the search after so many lines
   * @param ms ends it after so many milliseconds
   * @returns `isComplete` false when it ended before all was looked through
   */
  find(
    text: string,
    limits: { limit: number; ms: number },
  ): Promise<{ hits: LogHit[]; files: number; searched: number; isComplete: boolean }>
}

/** So many searches may run or wait: each reads all there is. */
const mostSearches = 4

export function createLogSearch(files: Pick<LogFiles, 'all'>, now: () => number): LogSearch {
  let waiting = 0
  let turn: Promise<unknown> = Promise.resolve()

  const run: LogSearch['find'] = async (text, { limit, ms }) => {
    const until = now() + ms
    const needle = Buffer.from(text).toString('latin1').toLowerCase()
    const all = await files.all()
    const hits: LogHit[] = []
    let searched = 0
    for (const file of all) {
      if (hits.length >= limit || now() >= until) break
      const bytes = await readWhole(file.path)
      if (bytes) addHits(hits, limit, file.host, file.name, bytes, needle)
      searched++
    }
    const isComplete = searched === all.length && hits.length < limit
    return { hits, files: all.length, searched, isComplete }
  }
  return {
    async find(text, limits) {
      if (waiting >= mostSearches) {
        throw apiError(
          'SEARCH_BUSY',
          'the logs are being searched already',
          'Try again in a moment.',
        )
      }
      waiting++
      const mine = turn.then(() => run(text, limits))
      turn = mine.catch(() => {})
      try {
        return await mine
      } finally {
        waiting--
      }
    },
  }
}

/** Latin-1 has a letter for each byte, so that nothing is decoded but the lines that are found. */
function addHits(
  hits: LogHit[],
  limit: number,
  host: string,
  file: string,
  bytes: Buffer,
  needle: string,
): void {
  const low = bytes.toString('latin1').toLowerCase()
  let [line, counted] = [1, 0]
  for (let at = low.indexOf(needle); at >= 0 && hits.length < limit; ) {
    for (
      let end = low.indexOf('\n', counted);
      end >= 0 && end < at;
      end = low.indexOf('\n', counted)
    ) {
      line++
      counted = end + 1
    }
    const end = low.indexOf('\n', at)
    const stop = end < 0 ? low.length : end
    const text = hideSecrets(
      bytes.subarray(counted, Math.min(stop, counted + 4000)).toString('utf8'),
    )
    hits.push({ host, file, line, text: plain(text.replace(/\r$/, '')) })
    at = end < 0 ? -1 : low.indexOf(needle, end)
  }
}
