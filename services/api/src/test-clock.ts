import type { Clock } from '@linbo/runtime'

/** A clock for tests that goes only when it is told to. */
export interface TestClock extends Clock {
  /** Goes on by `ms` milliseconds and runs what falls due, in order. */
  advance(ms: number): void
}

export function createTestClock(start = Date.parse('2026-01-05T08:00:00Z')): TestClock {
  let time = start
  const due = new Set<{ at: number; action: () => void }>()
  return {
    now: () => time,
    after(ms, action) {
      const one = { at: time + ms, action }
      due.add(one)
      return () => void due.delete(one)
    },
    advance(ms) {
      const end = time + ms
      for (;;) {
        const [next] = [...due].filter((one) => one.at <= end).sort((a, b) => a.at - b.at)
        if (!next) break
        due.delete(next)
        time = Math.max(time, next.at)
        next.action()
      }
      time = end
    },
  }
}
