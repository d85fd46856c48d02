import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/support/setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // By default one core is left idle; on two cores that doubles the wait.
    maxWorkers: '100%',
    coverage: {
      // The decisions: a branch that no test reaches is a decision that nobody has checked.
      include: ['shared/domain/**'],
      reporter: ['text'],
      thresholds: { branches: 100 },
    },
  },
})
