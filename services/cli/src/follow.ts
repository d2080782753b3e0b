import type { BusEvent } from '@linbo/bus'
import { pause } from '@linbo/runtime'
import type { Client } from './client.ts'
import type { Operation } from './resources.ts'

/** What somebody who watches an operation is told. */
export interface Watcher {
  onStep(event: Extract<BusEvent, { type: 'operation.step' }>): void
  onOutput(event: Extract<BusEvent, { type: 'operation.output' }>): void
}

export interface FollowOptions {
  signal: AbortSignal
  /** The event number from before the operation was started, so that nothing is missed. */
  since?: number
  /** Between two looks at the operation's row. */
  lookMs?: number
  /** How long the server may be away, for example to start anew. */
  patienceMs?: number
}

/**
 * Watches an operation until it ends.
 * @returns the operation as it ended, or undefined when `signal` aborted first.
 * @throws LinboError `SERVER_UNREACHABLE` when the server stays away.
 */
export async function followOperation(
  client: Client,
  operation: Operation,
  watcher: Watcher,
  { signal, since, lookMs = 2000, patienceMs = 20_000 }: FollowOptions,
): Promise<Operation | undefined> {
  const over = new AbortController()
  const stop = AbortSignal.any([signal, over.signal])
  const news = client.events({
    ...(since === undefined ? {} : { since }),
    signal: stop,
    onEvent(event) {
      if (!('operation' in event) || event.operation !== operation.id) return
      if (event.type === 'operation.step') watcher.onStep(event)
      else if (event.type === 'operation.output') watcher.onOutput(event)
      else if (event.type === 'operation.finished') over.abort()
    },
  })
  let seen = operation
  let lastAnswer = Date.now()
  try {
    for (;;) {
      try {
        seen = await client.request<Operation>('GET', `/operations/${operation.id}`)
        lastAnswer = Date.now()
      } catch (error) {
        const isAway = (error as { code?: string }).code === 'SERVER_UNREACHABLE'
        if (!isAway || Date.now() - lastAnswer > patienceMs) throw error
      }
      if (signal.aborted) return undefined
      // News may be lost, rows are not.
      if (seen.finishedAt !== null) return seen
      if (over.signal.aborted) await pause(Math.min(lookMs, 100), signal)
      else await pause(lookMs, stop)
    }
  } finally {
    over.abort()
    await news
  }
}
