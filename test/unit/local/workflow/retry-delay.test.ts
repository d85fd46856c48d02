import { expect, it } from 'vitest'
import { retryDelayMs } from '../../../../local/workflow/retry-delay.ts'

const ErrorEquals = ['States.ALL']

it.each([
  ['the default interval', { ErrorEquals }, 1, 0, 1000],
  ['the default backoff', { ErrorEquals }, 3, 0, 4000],
  ['no backoff', { ErrorEquals, IntervalSeconds: 10, BackoffRate: 1 }, 500, 0, 10_000],
  ['the cap', { ErrorEquals, IntervalSeconds: 5, BackoffRate: 2, MaxDelaySeconds: 60 }, 65, 0, 60_000],
  ['full jitter, after the cap', { ErrorEquals, MaxDelaySeconds: 20, JitterStrategy: 'FULL' as const }, 9, 0.25, 5000],
  ['full jitter at its lowest', { ErrorEquals, JitterStrategy: 'FULL' as const }, 1, 0, 0],
  ['no jitter', { ErrorEquals, JitterStrategy: 'NONE' as const }, 2, 0.25, 2000],
])('waits with %s', (_, retrier, attempt, drawn, ms) => {
  expect(retryDelayMs(retrier, attempt, () => drawn)).toBe(ms)
})
