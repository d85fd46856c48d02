import { describe, expect, it } from 'vitest'
import { type ComparisonParameters, describeComparison } from '../../../../shared/domain/sequential-test.ts'
import { aBucket, bareFixed, bareParameters, follow } from '../../../support/comparison.ts'

function say(
  counts: Parameters<typeof aBucket>,
  overrides: Partial<ComparisonParameters> = {},
  knowsNormalRate = false,
) {
  const parameters = bareParameters(overrides)
  const fixed = bareFixed({ knowsNormalRate })
  const state = follow([aBucket(...counts), aBucket(...counts)], parameters, fixed).at(-1)
  if (state === undefined) throw new Error('two buckets leave a state')
  const { verdict, dataState, reason } = describeComparison(parameters, fixed, state)
  return { verdict, dataState, reason }
}

const nothing = {
  verdict: 'no-data',
  dataState: 'no-baseline',
  reason:
    'nothing to hold the canary against: stable has had no requests beside it, and what is usual is not known; give p0',
}

describe('a comparison without anything to compare with', () => {
  it('is no pass: below 100 % stable must have had requests', () => {
    expect(say([[100, 0, 0, 0], 10])).toEqual(nothing)
    expect(say([[100, 0, 50, 0], 10])).toEqual(nothing)
  })

  it('does not guess how many slow requests a service usually has', () => {
    expect(say([[1000, 0, 40, 0], 100], { measure: 'slow' })).toEqual(nothing)
    expect(say([[1000, 0, 40, 0], 100], { measure: 'slow' }, true)).toMatchObject({ verdict: 'fail' })
  })

  it('holds errors at 100 % to the error budget', () => {
    expect(say([[1000, 0, 0, 0], 100])).toMatchObject({ verdict: 'pass', dataState: 'ok' })
    expect(say([[1000, 0, 40, 0], 100])).toMatchObject({ verdict: 'fail' })
  })
})
