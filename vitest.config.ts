import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/support/setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    coverage: {
      // The decisions: a branch that no test reaches is a decision that nobody has checked.
      include: ['shared/domain/**'],
      reporter: ['text'],
      thresholds: { branches: 100 },
    },
  },
})
