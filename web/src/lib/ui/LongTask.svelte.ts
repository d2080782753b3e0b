import type { LongStep } from '#lib/longWork.ts'

/** Something that takes a while, as a page shows it. */
export class LongTask {
  isRunning = $state(false)
  step = $state('')
  /** 0–100; null when nobody can tell. */
  percent = $state<number | null>(null)
  problem = $state.raw<unknown>(null)

  readonly onStep = ({ step, percent }: LongStep): void => {
    this.step = step
    this.percent = percent
  }

  /** @returns what came of it, or undefined: then `problem` tells. */
  async run<T>(work: () => Promise<T>): Promise<T | undefined> {
    this.isRunning = true
    this.problem = null
    this.percent = null
    this.step = ''
    try {
      return await work()
    } catch (error) {
      this.problem = error
      return undefined
    } finally {
      this.isRunning = false
    }
  }
}
