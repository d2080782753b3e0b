import type { BusEvent } from '@linbo/bus'
import { LinboError } from '@linbo/runtime'
import { describe, expect, it } from 'vitest'
import type { Client } from './client.ts'
import { followOperation } from './follow.ts'
import { testOperation } from './testing.ts'

/** A client whose operation and news the test steers. */
function steered() {
  let row = testOperation('pc1')
  let away: Error | undefined
  let isListening = false
  let tell: (event: BusEvent) => void = () => {}
  const client = {
    async request() {
      if (away) throw away
      return row
    },
    events: ({ signal, onEvent }: { signal: AbortSignal; onEvent(event: BusEvent): void }) => {
      tell = onEvent
      isListening = true
      return new Promise<void>((resolve) => {
        const stop = () => {
          isListening = false
          resolve()
        }
        if (signal.aborted) stop()
        else signal.addEventListener('abort', stop)
      })
    },
  } as unknown as Client
  return {
    client,
    finish: () => {
      row = { ...row, state: 'done', finishedAt: '2026-11-20T07:46:00.000Z' }
    },
    tell: (event: object) => tell({ operation: 'op1', ...event } as BusEvent),
    leave: (error?: Error) => {
      away = error
    },
    isListening: () => isListening,
  }
}

function watch(steer: ReturnType<typeof steered>, lookMs: number, patienceMs = 20_000) {
  const abort = new AbortController()
  const seen: string[] = []
  const watcher = {
    onStep: (event: { text: string }) => seen.push(event.text),
    onOutput: (event: { text: string }) => seen.push(event.text),
  }
  const options = { signal: abort.signal, lookMs, patienceMs }
  const ended = followOperation(steer.client, testOperation('pc1'), watcher, options)
  return { abort, seen, ended }
}

const longer = 600_000

describe('followOperation', () => {
  it('ends by the news, long before it would look again', async () => {
    const steer = steered()
    const { seen, ended } = watch(steer, longer)
    steer.tell({ type: 'operation.step', text: 'Syncing' })
    steer.tell({ type: 'operation.output', text: 'Done.' })
    steer.tell({ type: 'operation.step', text: "another's", operation: 'op2' })
    steer.finish()
    steer.tell({ type: 'operation.finished' })
    expect(await ended).toMatchObject({ state: 'done' })
    expect(seen).toEqual(['Syncing', 'Done.'])
    expect(steer.isListening()).toBe(false)
  })

  it('ends by the row when the news are lost', async () => {
    const steer = steered()
    const { ended } = watch(steer, 5)
    steer.finish()
    expect(await ended).toMatchObject({ state: 'done' })
  })

  it('is undefined when somebody stops watching', async () => {
    const steer = steered()
    const { abort, ended } = watch(steer, longer)
    abort.abort()
    expect(await ended).toBeUndefined()
    expect(steer.isListening()).toBe(false)
  })

  it('waits for a server that starts anew', async () => {
    const steer = steered()
    const { ended } = watch(steer, 5)
    steer.leave(new LinboError('SERVER_UNREACHABLE', 'gone'))
    steer.finish()
    setImmediate(() => steer.leave())
    expect(await ended).toMatchObject({ state: 'done' })
  })

  it('gives up a server that stays away, and stops listening', async () => {
    const steer = steered()
    const { ended } = watch(steer, 5, 0)
    steer.leave(new LinboError('SERVER_UNREACHABLE', 'gone'))
    await expect(ended).rejects.toMatchObject({ code: 'SERVER_UNREACHABLE' })
    expect(steer.isListening()).toBe(false)
  })
})
