import type { BusEvent } from '@linbo/bus'
import type { Client } from './client.ts'
import type { Operation } from './resources.ts'

/** What somebody who watches an operation is told. */
export interface Watcher {
  onStep(event: Extract<BusEvent, { type: 'operation.step' }>): void
  onOutput(event: Extract<BusEvent, { type: 'operation.output' }>): void
}

/**
 * Watches an operation until it ends.
 * @param since the event number from before it was started, so that nothing is missed.
 * @returns the operation as it ended, or undefined when `signal` aborted first.
 */
export async function followOperation(
  client: Client,
  operation: Operation,
  watcher: Watcher,
  signal: AbortSignal,
  since?: number,
): Promise<Operation | undefined> {
  const read = () => client.request<Operation>('GET', `/operations/${operation.id}`)
  const ended = new AbortController()
  const stop = AbortSignal.any([signal, ended.signal])
  const events = client.events({
    ...(since === undefined ? {} : { since }),
    signal: stop,
    onEvent: (event) => {
      if (!('operation' in event) || event.operation !== operation.id) return
      if (event.type === 'operation.step') watcher.onStep(event)
      else if (event.type === 'operation.output') watcher.onOutput(event)
      else if (event.type === 'operation.finished') ended.abort()
    },
  })
  // News may be lost, rows are not: look at the row now and then.
  while (!stop.aborted) {
    if ((await read()).finishedAt !== null) ended.abort()
    else await pause(2000, stop)
  }
  await events
  return signal.aborted ? undefined : read()
}

/** Waits `ms` milliseconds, or less when `signal` aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', finish)
      resolve()
    }
    const timer = setTimeout(finish, ms)
    signal.addEventListener('abort', finish)
  })
}
