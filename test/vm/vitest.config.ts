import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['*.vm.test.ts'],
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 120_000,
    // A machine that did not come up leaves nothing to look at for the tests after it.
    bail: 1,
    reporters: ['verbose'],
  },
})
