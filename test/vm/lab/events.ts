import type { BusEvent, EventType } from '@linbo/bus'
import { WebSocket } from 'ws'

/** Everything the suite told over the WebSocket, in the order it came. */
export interface EventRecord extends AsyncDisposable {
  all: BusEvent[]
  of<T extends EventType>(type: T): BusEvent<T>[]
  /** The first event that fits, also an earlier one. @throws Error saying what was waited for. */
  waitFor<T extends EventType>(
    type: T,
    fits: (event: BusEvent<T>) => boolean,
    timeoutMs: number,
  ): Promise<BusEvent<T>>
}

/** Connects to the event stream of the suite at `url` and records it. */
export async function recordEvents(url: string, token: string): Promise<EventRecord> {
  const all: BusEvent[] = []
  const waiting = new Set<(event: BusEvent) => void>()
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/api/v1/events`, {
    headers: { authorization: `Bearer ${token}` },
  })
  socket.on('message', (bytes) => {
    const event = JSON.parse(String(bytes)) as BusEvent
    all.push(event)
    for (const look of waiting) look(event)
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  socket.on('error', (error) => console.error(`event stream: ${error.message}`))
  return {
    all,
    of: <T extends EventType>(type: T) =>
      all.filter((event) => event.type === type) as unknown as BusEvent<T>[],
    waitFor<T extends EventType>(
      type: T,
      fits: (event: BusEvent<T>) => boolean,
      timeoutMs: number,
    ) {
      const isIt = (event: BusEvent) => event.type === type && fits(event as never)
      const known = all.find(isIt) as BusEvent<T> | undefined
      if (known) return Promise.resolve(known)
      return new Promise((resolve, reject) => {
        const end = (settle: () => void) => {
          waiting.delete(look)
          clearTimeout(timer)
          settle()
        }
        const look = (event: BusEvent) => {
          if (isIt(event)) end(() => resolve(event as never))
        }
        const timer = setTimeout(
          () => end(() => reject(new Error(`no ${type} like ${fits} in ${timeoutMs / 1000} s`))),
          timeoutMs,
        )
        waiting.add(look)
      })
    },
    async [Symbol.asyncDispose]() {
      socket.terminate()
    },
  }
}
