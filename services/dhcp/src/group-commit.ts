/** Writes that wait for each other: what comes while one is on its way goes with the next one, together. */
export interface GroupCommit<T, R> {
  /** Resolves with the answer for this item once it is written; rejects with why its whole batch could not be. */
  add(item: T): Promise<R>
  /** Resolves when nothing waits and nothing is on its way. */
  idle(): Promise<void>
}

/**
 * @param write stores a batch for good; its answers are in the order of the items.
 * @param most items in one batch.
 * @param rest comes before every batch; what arrives meanwhile joins it.
 */
export function groupCommit<T, R>(
  write: (batch: T[]) => Promise<R[]>,
  most: number,
  rest: () => Promise<void>,
): GroupCommit<T, R> {
  let waiting: { item: T; done: PromiseWithResolvers<R> }[] = []
  let running: Promise<void> | undefined

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      await rest()
      const batch = waiting.slice(0, most)
      waiting = waiting.slice(most)
      try {
        const answers = await write(batch.map(({ item }) => item))
        for (const [index, { done }] of batch.entries()) done.resolve(answers[index] as R)
      } catch (error) {
        for (const { done } of batch) done.reject(error)
      }
    }
    running = undefined
  }

  return {
    add(item) {
      const done = Promise.withResolvers<R>()
      waiting.push({ item, done })
      running ??= run()
      return done.promise
    },
    async idle() {
      while (running) await running
    },
  }
}
