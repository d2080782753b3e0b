import type { Bus, BusEvent, Subscription } from '@linbo/bus'

/** How far a running transfer is. */
export interface Progress {
  bytes: number
  sizeBytes: number | null
  bytesPerSecond: number
}

interface Open extends Progress {
  via: string
  direction: string
  at: number
}

const forgottenMs = 10 * 60_000

/** The progress of the transfers that run now, which is too short-lived for the database. */
export interface LiveTransfers {
  start(): Promise<void>
  stop(): Promise<void>
  find(id: string): Progress | undefined
  total(): { running: number; bytesPerSecond: number }
}

export function createLiveTransfers(deps: {
  bus: Pick<Bus, 'subscribe'>
  now(): number
  onFinished?(transfer: { via: string; direction: string; result: string; bytes: number }): void
}): LiveTransfers {
  const open = new Map<string, Open>()
  let subscription: Subscription | undefined

  const handle = (event: BusEvent) => {
    const at = deps.now()
    if (event.type === 'transfer.started') {
      const { via, direction, sizeBytes } = event
      open.set(event.transfer, { via, direction, sizeBytes, bytes: 0, bytesPerSecond: 0, at })
    } else if (event.type === 'transfer.progress') {
      const { bytes, sizeBytes, bytesPerSecond } = event
      const before = open.get(event.transfer) ?? { via: 'unknown', direction: 'down' }
      open.set(event.transfer, { ...before, bytes, sizeBytes, bytesPerSecond, at })
    } else if (event.type === 'transfer.finished') {
      const { via = 'unknown', direction = 'down' } = open.get(event.transfer) ?? {}
      open.delete(event.transfer)
      deps.onFinished?.({ via, direction, result: event.result, bytes: event.bytes })
    }
  }
  const dropSilent = () => {
    for (const [id, one] of open) if (one.at < deps.now() - forgottenMs) open.delete(id)
  }
  return {
    async start() {
      subscription = await deps.bus.subscribe(handle)
    },
    async stop() {
      await subscription?.close()
    },
    find: (id) => open.get(id),
    total() {
      dropSilent()
      const speeds = [...open.values()].map((one) => one.bytesPerSecond)
      return { running: open.size, bytesPerSecond: speeds.reduce((sum, one) => sum + one, 0) }
    },
  }
}
