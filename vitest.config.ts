import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    reporters: ['default', './test/support/reporter.ts'],
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: 'suite',
          include: ['{shared,services,test}/**/*.test.ts'],
          exclude: ['**/node_modules/**', 'test/vm/**'],
          testTimeout: 30_000,
          hookTimeout: 90_000,
        },
      },
      'web',
    ],
  },
})
