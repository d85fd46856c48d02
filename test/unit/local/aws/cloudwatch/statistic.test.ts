import { describe, expect, it } from 'vitest'
import type { Distribution } from '../../../../../local/aws/cloudwatch/distribution.ts'
import { evaluateStatistic, parseStatistic } from '../../../../../local/aws/cloudwatch/statistic.ts'

function compute(text: string, distribution: Distribution): number | undefined {
  const statistic = parseStatistic(text)
  if (!statistic) throw new Error(`${text} is no statistic`)
  return evaluateStatistic(statistic, distribution)
}

const oneToTen: Distribution = { entries: Array.from({ length: 10 }, (_, at) => [at + 1, 1] as const) }
/** 90 fast requests, 9 slow ones and one very slow one. */
const latencies: Distribution = {
  entries: [
    [0.1, 60],
    [0.5, 30],
    [0.6, 9],
    [4, 1],
  ],
}

describe('a statistic of single observations', () => {
  it.each([
    ['SampleCount', 10],
    ['Sum', 55],
    ['Average', 5.5],
    ['Minimum', 1],
    ['Maximum', 10],
    ['p0', 1],
    ['p10', 1],
    ['p50', 5],
    ['p90', 9],
    ['p90.1', 10],
    ['p100', 10],
    ['tm90', 5],
    ['tc90', 9],
    ['ts90', 45],
    ['wm90', (45 + 9) / 10],
    ['IQM', 5.5],
    ['TM(20%:80%)', 5.5],
    ['TM(:80%)', 4.5],
    ['TC(20%:80%)', 6],
    ['TS(80%:)', 19],
    ['TM(3:7)', 5.5],
    ['WM(3:7)', (3 * 3 + 4 + 5 + 6 + 7 * 4) / 10],
    ['PR(:3)', 30],
    ['PR(3:)', 70],
  ])('computes %s of 1 to 10 as %f', (text, value) => {
    expect(compute(text, oneToTen)).toBeCloseTo(value, 10)
  })

  it.each([
    ['TC(0.5:)', 10],
    ['TC(:0.5)', 90],
    ['TC(0.1:0.6)', 39],
    ['TC(0.6:)', 1],
    ['TC(4:)', 0],
    ['PR(:0.5)', 90],
    ['p99', 0.6],
    ['p99.9', 4],
  ])('excludes the lower and includes the upper bound: %s is %f', (text, value) => {
    expect(compute(text, latencies)).toBe(value)
  })

  it('has no trimmed mean where nothing is in range', () => {
    expect(compute('TM(20:30)', oneToTen)).toBeUndefined()
  })

  it('takes 10 % of 30 for 3 observations, not 4', () => {
    const thirty: Distribution = { entries: Array.from({ length: 30 }, (_, at) => [at + 1, 1] as const) }
    expect(compute('tc10', thirty)).toBe(3)
  })
})

describe('a statistic that is not available', () => {
  const sums = { sampleCount: 4, sum: 10, minimum: 1, maximum: 4 }

  it.each(['p50', 'tm90', 'TC(1:)', 'PR(:1)'])(
    'gives no %s where observations are known by their sums only',
    (text) => {
      expect(compute(text, { entries: [], set: sums })).toBeUndefined()
    },
  )

  it('still gives the simple ones', () => {
    expect(compute('Average', { entries: [[6, 1]], set: sums })).toBe(3.2)
    expect(compute('Maximum', { entries: [[6, 1]], set: sums })).toBe(6)
  })

  it('gives no percentile where a value is negative', () => {
    expect(compute('p50', { entries: [[-1, 1] as const, [2, 1] as const] })).toBeUndefined()
  })

  it('gives nothing where nothing was observed', () => {
    expect(compute('SampleCount', { entries: [] })).toBeUndefined()
  })
})

describe('parseStatistic', () => {
  it.each([
    '',
    'sum',
    'p',
    'p101',
    'P90',
    'TM',
    'TM(:)',
    'TM(5)',
    'TM(90%:10%)',
    'TC(10%:5)',
    'PR(10%:20%)',
    'TM(:101%)',
  ])('takes %j for no statistic', (text) => {
    expect(parseStatistic(text)).toBeUndefined()
  })
})
