import { url } from './http.ts'
import { problemOf } from './problem.ts'

/** How far a long request is. */
export interface LongStep {
  step: string
  /** 0–100, null when nobody can tell. */
  percent: number | null
}

type Line = LongStep | { result: unknown } | { problem: { status?: number } }

/**
 * A request whose answer comes line by line: steps, then the result. A file is sent along with how much of it has
 * gone, which `fetch` cannot tell.
 * @throws ApiProblem
 */
export function longWork<T>(
  path: string,
  options: {
    body?: Blob | undefined
    headers?: Record<string, string>
    onUpload?(percent: number): void
    onStep(step: LongStep): void
  },
): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    let read = 0
    let last: Line | undefined
    const take = () => {
      const whole = request.responseText.lastIndexOf('\n') + 1
      for (const text of request.responseText.slice(read, whole).split('\n')) {
        if (text === '') continue
        last = JSON.parse(text) as Line
        if ('step' in last) options.onStep(last)
      }
      read = Math.max(read, whole)
    }
    request.upload.onprogress = ({ loaded, total }) => options.onUpload?.((100 * loaded) / total)
    request.onprogress = () => request.status < 300 && take()
    request.onerror = () =>
      reject(problemOf(0, { code: 'OFFLINE', title: 'The server cannot be reached' }))
    request.onload = () => {
      if (request.status >= 300) return reject(problemOf(request.status, asJson(request)))
      take()
      if (last && 'result' in last) resolve(last.result as T)
      else if (last && 'problem' in last)
        reject(problemOf(last.problem.status ?? 500, last.problem))
      else reject(problemOf(500, { code: 'CUT_OFF', title: 'The answer was cut off' }))
    }
    request.open('POST', url(path))
    for (const [name, value] of Object.entries(options.headers ?? {}))
      request.setRequestHeader(name, value)
    request.send(options.body ?? null)
  })
}

function asJson(request: XMLHttpRequest): unknown {
  try {
    return JSON.parse(request.responseText)
  } catch {
    return undefined
  }
}
