/** So many at once, the others in the order they came. */
export interface Slots {
  /** True when nobody has to wait. */
  available(): boolean
  /** Resolves with the function that gives the slot back. @throws the signal's reason when it aborts before. */
  take(signal: AbortSignal): Promise<() => void>
}

export function createSlots(limit: number): Slots {
  let free = limit
  const queue: (() => void)[] = []
  const giveBack = () => {
    const first = queue.shift()
    if (first) first()
    else free++
  }
  const once = () => {
    let given = false
    return () => {
      if (given) return
      given = true
      giveBack()
    }
  }
  return {
    available: () => free > 0,
    take(signal) {
      if (signal.aborted) return Promise.reject(signal.reason)
      if (free > 0) {
        free--
        return Promise.resolve(once())
      }
      return new Promise((resolve, reject) => {
        const enter = () => {
          signal.removeEventListener('abort', leave)
          resolve(once())
        }
        const leave = () => {
          queue.splice(queue.indexOf(enter), 1)
          reject(signal.reason)
        }
        queue.push(enter)
        signal.addEventListener('abort', leave, { once: true })
      })
    },
  }
}
