import { describe, expect, it } from 'vitest'
import type { CountsReading, SideReading } from '../../../shared/domain/gates/compare-buckets.ts'
import { findFindings } from '../../../shared/domain/preflight.ts'
import { aCompareGate, settledAtMs } from '../../support/gates.ts'
import { somePreflightFacts } from '../../support/preflight.ts'

const unknown: SideReading = { requests: null, bad: null }
const minute = 60_000

/** A window for each entry, stable having it in the last of two routes; nobody serves the other. */
function reading(...stable: SideReading[]): CountsReading {
  const windows = stable.map((side, index) => ({
    startMs: settledAtMs + index * minute,
    endMs: settledAtMs + (index + 1) * minute,
    strata: [
      { stable: unknown, canary: { requests: 100, bad: 1 } },
      { stable: side, canary: unknown },
    ],
  }))
  return { status: 'complete', windows, source: 'CloudWatch AWS/ApplicationELB' }
}

const counters = {
  namespace: 'Shop',
  requests: 'Requests',
  bad: 'Failures',
  dimensions: { blue: { Slot: 'blue' }, green: { Slot: 'green' } },
  periodSeconds: 10,
} as const

const find = (gate: Parameters<typeof aCompareGate>[0], given: CountsReading) =>
  findFindings(somePreflightFacts({ gates: [aCompareGate(gate)], counts: [{ gate: 'compare', reading: given }] }))

describe('what a compare gate has to compare with', () => {
  it.each([
    { name: 'a baseline', given: reading(unknown, { requests: 10, bad: 0 }), expected: [] },
    {
      name: 'slow requests in one window',
      given: reading({ requests: 9, bad: null }, { requests: 10, bad: 0 }),
      expected: [],
    },
    { name: 'nobody to serve', given: reading({ requests: 0, bad: 0 }, unknown), expected: ['metric-empty:compare'] },
    { name: 'no windows at all', given: reading(), expected: ['metric-empty:compare'] },
    { name: 'no distribution', given: reading({ requests: 9, bad: null }), expected: ['metric-empty:compare'] },
  ])('finds $expected with $name', ({ given, expected }) => {
    expect(find({ measure: 'slow', slowSeconds: 0.5 }, given).map(({ id }) => id)).toEqual(expected)
  })

  it('says what is missing, and what helps', () => {
    const [thin] = find({}, reading(unknown))
    expect(thin).toEqual({
      id: 'metric-empty:compare',
      severity: 'warning',
      title: 'A metric has no data',
      detail:
        'CloudWatch AWS/ApplicationELB has no requests of stable lately: with no more traffic than this, gate compare ends as no-data',
    })
    const [mistyped] = find({ source: counters }, reading(unknown))
    expect(mistyped?.detail).toContain('check namespace, names, dimensions and period of the counters')
    const [blind] = find({ measure: 'slow', slowSeconds: 0.5 }, reading({ requests: 9, bad: null }))
    expect(blind?.detail).toContain('cannot count those over 0.5 s')
  })

  it('says that the counts could not be read', () => {
    const [failed] = find({}, { status: 'error', reason: 'throttled', source: 'CloudWatch' })
    expect(failed).toMatchObject({
      id: 'not-looked-at:metric:compare',
      severity: 'warning',
      detail: 'the counts of stable could not be read from CloudWatch: throttled',
    })
  })

  it('says nothing where nobody looked', () => {
    expect(findFindings(somePreflightFacts({ gates: [aCompareGate()] }))).toEqual([])
  })
})
