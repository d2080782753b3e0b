import { defineConfig } from 'vitest/config'

export default defineConfig({
  // The generated part of tsconfig.json is there only after `vite build` or `npm run check`.
  oxc: { tsconfig: false },
  test: { name: 'web', include: ['src/**/*.test.ts'], environment: 'node' },
})
