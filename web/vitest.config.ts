import { defineConfig } from 'vitest/config'

// Vite hands this on to its transformer, though its types do not say so. Without it every test would need the
// generated part of tsconfig.json, which is there only after a build.
const oxc = { tsconfig: false } as object

export default defineConfig({
  oxc,
  test: { name: 'web', include: ['src/**/*.test.ts'], environment: 'node' },
})
