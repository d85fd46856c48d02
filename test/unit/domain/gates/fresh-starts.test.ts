import { expect, it } from 'vitest'
import { freshStartSeconds } from '../../../../shared/domain/gates/fresh-starts.ts'

it.each([
  ['an hour at least', 0, 3600],
  ['an hour for half of it', 1800, 3600],
  ['twice a longer plan', 2400, 4800],
])('spreads fresh starts over %s', (_, minimumSeconds, seconds) => {
  expect(freshStartSeconds({ minimumSeconds })).toBe(seconds)
})
