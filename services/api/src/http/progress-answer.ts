import { problemOf } from '../problem.ts'

/** Tells how far some work is; null where that cannot be told in percent. */
export type Tell = (step: string, percent: number | null) => void

/** The type of an answer that tells its progress: a JSON value per line. */
export const progressType = 'application/x-ndjson'

/**
 * Answers with the progress of some work, a line `{"step","percent"}` each, and with `{"result"}` or `{"problem"}`,
 * a problem document, as the last one. The work goes on when nobody listens any more.
 * @param onBug told of an error that is none of an administrator's.
 */
export function progressAnswer(
  work: (tell: Tell) => Promise<unknown>,
  onBug: (error: unknown) => void,
): Response {
  const encoder = new TextEncoder()
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined
  let told = ''
  const send = (line: object) => {
    const text = `${JSON.stringify(line)}\n`
    if (text === told) return
    told = text
    controller?.enqueue(encoder.encode(text))
  }
  const body = new ReadableStream<Uint8Array>({
    start(opened) {
      controller = opened
      const tell: Tell = (step, percent) =>
        send({ step, percent: percent === null ? null : Math.floor(percent) })
      work(tell)
        .then(
          (result) => send({ result }),
          (error) => {
            const problem = problemOf(error, { isSignedIn: true })
            if (problem.status >= 500) onBug(error)
            send({ problem })
          },
        )
        .finally(() => {
          controller?.close()
          controller = undefined
        })
    },
    cancel() {
      controller = undefined
    },
  })
  return new Response(body, {
    headers: { 'Content-Type': progressType, 'Cache-Control': 'no-store' },
  })
}
