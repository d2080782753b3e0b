import type { Bus, State, Subscription } from './bus.ts'
import type { BusEvent, Events, EventType } from './events.ts'

/** How many events are kept for a reconnecting browser. */
export const keptEvents = 20_000

/** The bus inside one process. Events are cloned through JSON, as they would be on the wire. */
export function createMemoryBus(options: { now?: () => number; keep?: number } = {}): Bus {
  const now = options.now ?? Date.now
  const keep = options.keep ?? keptEvents
  const handlers = new Set<(event: BusEvent) => void>()
  let kept: BusEvent[] = []
  let forgottenUpTo = 0
  // Ids go on growing over restarts without being stored: they start at the clock's milliseconds.
  let last = 0
  let first = 0

  return {
    publish<T extends EventType>(type: T, fields: Events[T]) {
      last = Math.max(last + 1, last === 0 ? now() : 0)
      first ||= last
      const event = JSON.parse(
        JSON.stringify({ id: last, at: new Date(now()).toISOString(), type, ...fields }),
      ) as BusEvent
      kept.push(event)
      if (kept.length > keep * 1.25) {
        forgottenUpTo = kept[kept.length - keep - 1]?.id ?? 0
        kept = kept.slice(-keep)
      }
      for (const handler of handlers) handler(event)
    },
    async subscribe(handler, { since, onGap } = {}): Promise<Subscription> {
      if (since !== undefined) {
        const oldest = Math.max(forgottenUpTo, first - 1)
        if (since > 0 && (since < oldest || since > last)) onGap?.()
        for (const event of kept) if (event.id > since || since > last) handler(event)
      }
      handlers.add(handler)
      return { close: async () => void handlers.delete(handler) }
    },
    lastId: async () => last,
    state: createMemoryState(now),
    ping: async () => true,
    close: async () => handlers.clear(),
  }
}

function createMemoryState(now: () => number): State {
  const entries = new Map<string, { json: string; until: number }>()
  const live = (key: string) => {
    const entry = entries.get(key)
    if (entry && entry.until <= now()) entries.delete(key)
    return entries.get(key)
  }
  return {
    async set(key, value, ttlMs) {
      entries.set(key, { json: JSON.stringify(value), until: now() + ttlMs })
    },
    async acquire(key, owner, ttlMs) {
      const held = live(key)
      if (held && held.json !== JSON.stringify(owner)) return false
      entries.set(key, { json: JSON.stringify(owner), until: now() + ttlMs })
      return true
    },
    async get<T>(key: string) {
      const entry = live(key)
      return entry ? (JSON.parse(entry.json) as T) : undefined
    },
    async list<T>(prefix: string) {
      const found = new Map<string, T>()
      for (const key of [...entries.keys()]) {
        if (!key.startsWith(prefix)) continue
        const entry = live(key)
        if (entry) found.set(key, JSON.parse(entry.json) as T)
      }
      return found
    },
    async delete(key) {
      entries.delete(key)
    },
  }
}
