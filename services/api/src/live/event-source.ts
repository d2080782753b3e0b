import type { Bus, Subscription } from '@linbo/bus'
import { apiError } from '../errors.ts'

export interface EventListener {
  /** Replay kept events above this number first. */
  since: number | undefined
  /** One event as JSON text, with its number. */
  onEvent(id: number, json: string): void
  /** The kept events no longer reach back to `since`. */
  onGap(): void
}

/** The event stream for everybody who listens over WebSocket or SSE. */
export interface EventSource {
  /** @throws LinboError `EVENTS_FULL` when there are too many listeners. */
  listen(listener: EventListener): Promise<Subscription>
  clients(): number
  /** Aborts when the service stops: every listener has to go. */
  readonly closing: AbortSignal
  close(): void
}

export function createEventSource(bus: Pick<Bus, 'subscribe'>, maxClients: number): EventSource {
  const closing = new AbortController()
  let clients = 0
  return {
    async listen({ since, onEvent, onGap }) {
      if (clients >= maxClients) {
        throw apiError('EVENTS_FULL', `${clients} listen already`, 'Raise LINBO_EVENT_CLIENTS.')
      }
      clients++
      let isOpen = true
      try {
        const subscription = await bus.subscribe(
          (event) => onEvent(event.id, JSON.stringify(event)),
          since === undefined ? {} : { since, onGap },
        )
        return {
          async close() {
            if (isOpen) clients--
            isOpen = false
            await subscription.close()
          },
        }
      } catch (error) {
        clients--
        throw error
      }
    },
    clients: () => clients,
    closing: closing.signal,
    close: () => closing.abort(),
  }
}

/** What is sent in place of the events that are no longer kept. */
export const gapMessage = JSON.stringify({ type: 'stream.gap' })

/**
 * The number to replay from, from `?since=` or `Last-Event-ID`.
 * @throws LinboError `REQUEST_INVALID`.
 */
export function parseSince(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined
  const since = Number(text)
  if (!/^\d{1,16}$/.test(text) || !Number.isSafeInteger(since)) {
    throw apiError('REQUEST_INVALID', 'since: is not the number of an event')
  }
  return since
}
