import type { BusEvent, Events, EventType } from './events.ts'

export interface Subscription {
  close(): Promise<void>
}

export interface SubscribeOptions {
  /** Replay kept events with an id above this one before new ones. Without it only new events come. */
  since?: number
  /** Called once if events after `since` are no longer kept: reload your picture, then go on. */
  onGap?(): void
}

/** News, and shared fast state that may be forgotten. Delivery is at most once; order is the id's. */
export interface Bus {
  /** Never throws and never waits for subscribers; a bus that is away loses news, not work. */
  publish<T extends EventType>(type: T, fields: Events[T]): void
  subscribe(handler: (event: BusEvent) => void, options?: SubscribeOptions): Promise<Subscription>
  /** The number of the newest event, 0 when there is none. */
  lastId(): Promise<number>
  readonly state: State
  /** Resolves true when the bus answers. */
  ping(): Promise<boolean>
  close(): Promise<void>
}

/** JSON values by key, each with an expiry. */
export interface State {
  set(key: string, value: unknown, ttlMs: number): Promise<void>
  /** Sets only when the key is free (or ours): a lock that expires by itself. */
  acquire(key: string, owner: string, ttlMs: number): Promise<boolean>
  get<T>(key: string): Promise<T | undefined>
  /** Every live entry whose key starts with `prefix`. */
  list<T>(prefix: string): Promise<Map<string, T>>
  delete(key: string): Promise<void>
}
