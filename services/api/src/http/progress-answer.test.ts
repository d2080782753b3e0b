import { LinboError } from '@linbo/runtime'
import { describe, expect, it } from 'vitest'
import { progressAnswer, type Tell } from './progress-answer.ts'

const lines = async (answer: Response) =>
  (await answer.text())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))

describe('progressAnswer', () => {
  it('tells each step once, in whole percent, and the result last', async () => {
    const answer = progressAnswer(
      async (tell) => {
        tell('packing', null)
        tell('writing', 1.2)
        tell('writing', 1.9)
        tell('writing', 2)
        return { id: 'one' }
      },
      () => {},
    )
    expect(answer.headers.get('content-type')).toBe('application/x-ndjson')
    expect(await lines(answer)).toEqual([
      { step: 'packing', percent: null },
      { step: 'writing', percent: 1 },
      { step: 'writing', percent: 2 },
      { result: { id: 'one' } },
    ])
  })

  it('ends with the problem when the work fails, and with what to do about it', async () => {
    const bugs: unknown[] = []
    const fail = async () => {
      throw new LinboError('BOOT_SET_UNKNOWN', 'there is no boot set x', { fix: 'Take another.' })
    }
    const [line] = await lines(progressAnswer(fail, (error) => bugs.push(error)))
    expect(line.problem).toMatchObject({ code: 'BOOT_SET_UNKNOWN', fix: 'Take another.' })
    const bug = new Error('oops')
    await lines(
      progressAnswer(
        () => Promise.reject(bug),
        (error) => bugs.push(error),
      ),
    )
    expect(bugs).toContain(bug)
  })

  it('goes on when the listener leaves', async () => {
    const left = Promise.withResolvers<void>()
    const done = Promise.withResolvers<string>()
    const answer = progressAnswer(
      async (tell: Tell) => {
        tell('begun', null)
        await left.promise
        tell('still there', null)
        done.resolve('done')
      },
      () => {},
    )
    const reader = answer.body?.getReader()
    await reader?.read()
    await reader?.cancel()
    left.resolve()
    expect(await done.promise).toBe('done')
  })
})
