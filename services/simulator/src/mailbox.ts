/** Messages in the order they came, for one reader. */
export class Mailbox<T> {
  #waiting: T[] = []
  #wake: (() => void) | undefined

  put(message: T): void {
    this.#waiting.push(message)
    this.#wake?.()
  }

  /** The next message, or undefined after `timeoutMs` or when `signal` aborts. */
  async take(timeoutMs: number, signal: AbortSignal): Promise<T | undefined> {
    if (this.#waiting.length === 0 && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const finish = () => {
          clearTimeout(timer)
          signal.removeEventListener('abort', finish)
          this.#wake = undefined
          resolve()
        }
        const timer = setTimeout(finish, timeoutMs)
        signal.addEventListener('abort', finish)
        this.#wake = finish
      })
    }
    return this.#waiting.shift()
  }
}
