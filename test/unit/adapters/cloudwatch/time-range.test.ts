import { describe, expect, it } from 'vitest'
import { endedPeriods } from '../../../../shared/adapters/cloudwatch/time-range.ts'

const minute = 60_000
const at = Date.UTC(2026, 0, 1)

describe('the minutes of a range that are over', () => {
  it.each<[name: string, from: number, to: number, now: number, expected: [from: number, to: number] | null]>([
    ['whole minutes long over', 0, 3, 60, [0, 3]],
    ['a start inside a minute, rounded up', 0.5, 3, 60, [1, 3]],
    ['an end inside a minute, rounded down', 0, 2.9, 60, [0, 2]],
    ['minutes that ended at least two minutes ago', 0, 60, 10, [0, 8]],
    ['a minute that ended two minutes ago and not longer', 0, 60, 3, [0, 1]],
    ['none as long as the first is fresh', 0, 60, 2.99, null],
    ['none between two instants of a minute', 0.1, 0.9, 60, null],
    ['none in a range that is empty', 5, 5, 60, null],
    ['none in a range turned round', 5, 4, 60, null],
    ['all of a day', 0, 1440, 2000, [0, 1440]],
  ])('are %s', (_name, from, to, now, expected) => {
    const span = { fromMs: at + from * minute, toMs: at + to * minute }
    const range = endedPeriods(span, { nowMs: at + now * minute, completeAfterMs: 2 * minute, periodMs: minute })
    expect(range).toEqual(expected && { startMs: at + expected[0] * minute, endMs: at + expected[1] * minute })
  })
})

describe('other periods of a range', () => {
  const second = 1000
  it.each<[name: string, period: number, from: number, to: number, now: number, expected: [number, number] | null]>([
    ['ten seconds, from the next whole ten', 10, 1, 60, 60, [10, 60]],
    ['ten seconds, no farther than now', 10, 0, 600, 39.9, [0, 30]],
    ['five minutes on the clock', 300, 1, 3600, 3600, [300, 3600]],
    ['none of an hour that is not over', 3600, 0, 3600, 3599, null],
    ['ten seconds of the last three hours less a minute', 10, 0, 20_000, 20_000, [20_000 - 179 * 60, 20_000]],
  ])('are %s', (_name, period, from, to, now, expected) => {
    const span = { fromMs: at + from * second, toMs: at + to * second }
    const range = endedPeriods(span, { nowMs: at + now * second, completeAfterMs: 0, periodMs: period * second })
    expect(range).toEqual(expected && { startMs: at + expected[0] * second, endMs: at + expected[1] * second })
  })
})
