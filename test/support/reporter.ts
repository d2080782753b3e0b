import type { Reporter, TestModule } from 'vitest/node'

/** Closes a run with one line that machines can read: `N passed, N failed`, and skipped ones when there are any. */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]) {
    const count = { passed: 0, failed: errors.length, skipped: 0 }
    for (const module of modules) {
      const before = count.failed
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        if (state === 'passed' || state === 'failed' || state === 'skipped') count[state]++
      }
      // A file that could not be loaded or prepared has no failed test of its own.
      if (module.state() === 'failed' && count.failed === before) count.failed++
    }
    const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : ''
    // After vitest's own summary, which is printed in the same tick.
    process.once('exit', () =>
      process.stdout.write(`\n${count.passed} passed, ${count.failed} failed${skipped}\n`),
    )
  }
}
