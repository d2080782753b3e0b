import { LinboError } from '@linbo/runtime'

/** Told while the server works; null where it cannot tell in percent. */
export type OnStep = (step: string, percent: number | null) => void

/**
 * Reads an answer that tells its progress, a JSON value per line, to its end.
 * @returns the result.
 * @throws LinboError with the problem's code and fix, or `SERVER_ENDED` when it breaks off.
 */
export async function readProgress<T>(
  body: AsyncIterable<Uint8Array> | null,
  onStep: OnStep = () => {},
): Promise<T> {
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for await (const bytes of body ?? []) {
      const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        const told = JSON.parse(line)
        if ('result' in told) return told.result as T
        if ('problem' in told) throw problemIn(told.problem)
        onStep(told.step, told.percent)
      }
    }
  } catch (error) {
    if (error instanceof LinboError) throw error
    throw brokenOff(error)
  }
  throw brokenOff()
}

function problemIn(problem: { code?: string; detail?: string; fix?: string | null }): LinboError {
  const { code = 'SERVER_ERROR', detail = 'the server could not do it', fix } = problem
  return new LinboError(code, detail, fix ? { fix } : {})
}

function brokenOff(cause?: unknown): LinboError {
  return new LinboError('SERVER_ENDED', 'the server ended before it was done', {
    fix: "The server's log names the reason. Run the command again.",
    cause,
  })
}
