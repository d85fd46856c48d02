import { describe, expect, it } from 'vitest'
import { defaultParameters, fixComparison, readComparison } from '../../../../shared/domain/sequential-test.ts'
import { aBucket, follow } from '../../../support/comparison.ts'

describe('a service whose every request was bad before the release', () => {
  const parameters = defaultParameters('errors')
  const history = { bad: Array.from({ length: 10 }, () => 100), requests: 1000 }
  const fixed = fixComparison(parameters, { bucketSeconds: 60, plannedBuckets: 60, history })

  it('has a limit below 1', () => {
    expect(fixed.p0).toBeGreaterThan(0.99)
    expect(fixed.p0).toBeLessThan(1)
  })

  it('is judged without a baseline, too', () => {
    const [state] = follow([aBucket([100, 0, 50, 0], 100)], parameters, fixed)
    expect(state && readComparison(parameters, state)).toMatchObject({ verdict: 'pass', e: expect.closeTo(0.2, 6) })
  })
})
