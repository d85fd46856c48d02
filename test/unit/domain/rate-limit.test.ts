import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type RateRule, waitMs, windowStart } from '../../../shared/domain/rate-limit.ts'

const rule: RateRule = { most: 10, windowSeconds: 60 }
const minute = 60_000

describe('whether a request is taken', () => {
  it.each([
    { name: 'the first', current: 1, previous: 0, atMs: 0, wait: 0 },
    { name: 'the last that fits', current: 10, previous: 0, atMs: 0, wait: 0 },
    { name: 'one too many', current: 11, previous: 0, atMs: 0, wait: minute + 6000 },
    { name: 'one too many, late', current: 11, previous: 0, atMs: 59_000, wait: 7000 },
    { name: 'one after a full window', current: 1, previous: 10, atMs: 0, wait: 12_000 },
    { name: 'one a tenth of a window later', current: 1, previous: 10, atMs: 6000, wait: 0 },
    { name: 'one after a window with far too many', current: 1, previous: 1000, atMs: 6000, wait: 0 },
    { name: 'the last beside half of the window before', current: 5, previous: 10, atMs: 30_000, wait: 0 },
    { name: 'one more than that', current: 6, previous: 10, atMs: 30_000, wait: 12_000 },
    { name: 'the last but one, which leaves none for another', current: 10, previous: 2, atMs: 30_000, wait: 36_000 },
  ])('$name: after $wait ms', ({ current, previous, atMs, wait }) => {
    expect(waitMs(rule, { current, previous }, minute * 1000 + atMs)).toBe(wait)
  })

  it('lets a second one in after two windows where one is all', () => {
    expect(waitMs({ most: 1, windowSeconds: 1 }, { current: 1, previous: 1 }, 0)).toBe(2000)
    expect(waitMs({ most: 1, windowSeconds: 1 }, { current: 1, previous: 0 }, 0)).toBe(0)
  })

  it('names the start of the window', () => {
    expect(windowStart(rule, minute * 7 + 59_999)).toBe(minute * 7)
  })
})

/** Requests at these instants, each counted whatever came of it; those that were taken. */
function takenOf(instants: readonly number[], of: RateRule): readonly number[] {
  const counts = new Map<number, number>()
  return instants.filter((at) => {
    const start = windowStart(of, at)
    counts.set(start, (counts.get(start) ?? 0) + 1)
    const previous = counts.get(start - of.windowSeconds * 1000) ?? 0
    return waitMs(of, { current: counts.get(start) ?? 0, previous }, at) === 0
  })
}

const instants = fc
  .array(fc.integer({ min: 0, max: 300_000 }), { maxLength: 120 })
  .map((list) => list.toSorted((a, b) => a - b))

describe('over any course of requests', () => {
  it('no window of its length has twice what is allowed', () => {
    fc.assert(
      fc.property(instants, (course) => {
        const taken = takenOf(course, rule)
        return taken.every((at) => taken.filter((other) => other >= at && other < at + minute).length < 2 * rule.most)
      }),
    )
  })

  it('who never asks for more than half of it in a window is never refused', () => {
    const step = (minute / rule.most) * 2
    fc.assert(
      fc.property(fc.array(fc.integer({ min: step, max: 5 * step }), { maxLength: 100 }), (gaps) => {
        let at = 0
        const course = gaps.map((gap) => (at += gap))
        return takenOf(course, rule).length === course.length
      }),
    )
  })

  it('who waits as long as was said is taken', () => {
    const counts = fc.record({ current: fc.integer({ min: 1, max: 40 }), previous: fc.nat(40) })
    fc.assert(
      fc.property(counts, fc.nat(minute - 1), ({ current, previous }, elapsed) => {
        const now = 5 * minute + elapsed
        const wait = waitMs(rule, { current, previous }, now)
        if (wait === 0) return true
        const then = now + wait
        const windows = windowStart(rule, then) / minute - 5
        const later =
          windows === 0 ? { current: current + 1, previous } : { current: 1, previous: windows === 1 ? current : 0 }
        return waitMs(rule, later, then) === 0
      }),
    )
  })
})
