import { describe, expect, it } from 'vitest'
import { readComparison } from '../../../../shared/domain/sequential-test.ts'
import { aBucket, bareFixed, bareParameters, type Counts, follow } from '../../../support/comparison.ts'

const parameters = bareParameters()
const fixed = bareFixed({ knowsNormalRate: true })
const calm: Counts = [1000, 1000, 1, 1]
const both: Counts = [1000, 1000, 30, 30]

function dataStates(counts: readonly Counts[], known = fixed) {
  const states = follow(
    counts.map((one) => aBucket(one, 50)),
    parameters,
    known,
  )
  return states.map((state) => readComparison(parameters, state).dataState)
}

describe('an incident', () => {
  it('is both sides above the limit at once: it fails nobody', () => {
    const states = follow(Array(20).fill(aBucket(both, 50)), parameters, fixed)
    expect(states.map((state) => readComparison(parameters, state))).toEqual(
      states.map(() => expect.objectContaining({ verdict: 'pass', dataState: 'incident' })),
    )
  })

  it('is over within two good buckets, however long it was', () => {
    const found = dataStates([calm, ...Array(60).fill(both), calm, calm])
    expect(found[0]).toBe('ok')
    expect(found[60]).toBe('incident')
    expect(found.at(-1)).toBe('ok')
  })

  it('lasts through a minute in which stable had no request', () => {
    expect(dataStates([both, both, [1000, 0, 0, 0]]).at(-1)).toBe('incident')
  })

  it.each<{ name: string; counts: Counts }>([
    { name: 'the canary', counts: [1000, 1000, 30, 1] },
    { name: 'stable', counts: [1000, 1000, 1, 30] },
  ])('is not what only $name has', ({ counts }) => {
    expect(dataStates([counts, counts, counts])).not.toContain('incident')
  })

  it('is not known without the rate that is normal', () => {
    expect(dataStates([both, both, both], bareFixed({ knowsNormalRate: false }))).toEqual(['ok', 'ok', 'ok'])
  })

  it('does not protect a canary that is far worse in it', () => {
    const states = follow(Array(3).fill(aBucket([1000, 1000, 300, 30], 50)), parameters, fixed)
    expect(states.map((state) => readComparison(parameters, state)).at(-1)).toMatchObject({
      verdict: 'fail',
      dataState: 'incident',
    })
  })

  it('takes longer to be seen where errors come in bursts', () => {
    const few: Counts = [1000, 1000, 16, 16]
    const first = (phi: number) =>
      dataStates(Array(200).fill(few), bareFixed({ knowsNormalRate: true, phi })).indexOf('incident')
    expect(first(1)).toBeGreaterThanOrEqual(0)
    expect(first(3)).toBeGreaterThan(first(1))
  })
})
