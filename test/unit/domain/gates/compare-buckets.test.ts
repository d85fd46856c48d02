import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  bucketSecondsOf,
  type CountedWindow,
  dataOf,
  type PendingBucket,
  type SettledWindows,
  settleWindows,
} from '../../../../shared/domain/gates/compare-buckets.ts'
import type { LookContext } from '../../../../shared/domain/gates/gate.ts'
import { aCompareGate, aCountedWindow, aLook, noReading, settledAtMs } from '../../../support/gates.ts'

const minuteEnd = (minute: number) => settledAtMs + (minute + 1) * 60_000
const settle = (
  windows: readonly CountedWindow[],
  look: LookContext,
  earlier: readonly PendingBucket[] = [],
  fromMs = 0,
): SettledWindows => settleWindows(windows, earlier, { fromMs, look })
const minutesOf = (windows: readonly { readonly startMs: number }[]) =>
  windows.map(({ startMs }) => (startMs - settledAtMs) / 60_000)
const shown = ({ settled, pending }: SettledWindows) => ({ settled: minutesOf(settled), pending: minutesOf(pending) })
const minutes = (count: number, from = 0) => Array.from({ length: count }, (_, index) => aCountedWindow(from + index))

describe('bucketSecondsOf', () => {
  it("is a minute of the router's metrics, and the period of a gate's own counters", () => {
    const dimensions = { blue: { Slot: 'blue' }, green: { Slot: 'green' } }
    const counters = { namespace: 'Shop', requests: 'Requests', bad: 'Failures', dimensions }
    expect(bucketSecondsOf(aCompareGate())).toBe(60)
    expect(bucketSecondsOf(aCompareGate({ source: { ...counters, periodSeconds: 10 } }))).toBe(10)
  })
})

describe('settleWindows', () => {
  it.each<{ name: string; firstLook: number; secondLook: number; settled: number[]; pending: number[] }>([
    { name: 'seen once is not settled', firstLook: 0, secondLook: 600, settled: [], pending: [0] },
    { name: 'two minutes old, seen 30 s ago', firstLook: 150, secondLook: 180, settled: [0], pending: [] },
    { name: 'not two minutes old', firstLook: 60, secondLook: 179, settled: [], pending: [0] },
    { name: 'two lookers within a moment are one look', firstLook: 200, secondLook: 229, settled: [], pending: [0] },
    { name: 'a minute that was not over', firstLook: 59, secondLook: 600, settled: [], pending: [0] },
  ])('$name', ({ firstLook, secondLook, settled, pending }) => {
    const first = settle(minutes(1), aLook(firstLook))
    expect(shown(settle(minutes(1), aLook(secondLook), first.pending))).toEqual({ settled, pending })
  })

  it('does not judge the newest minute, which still goes on', () => {
    expect(shown(settle(minutes(3), aLook(170)))).toEqual({ settled: [], pending: [0, 1] })
  })

  it('waits again when a minute was revised, and uses what it became', () => {
    const revised = [aCountedWindow(0, { canary: { bad: 7 } })]
    const first = settle(minutes(1), aLook(170))
    const second = settle(revised, aLook(230), first.pending)
    expect(shown(second)).toEqual({ settled: [], pending: [0] })
    const third = settle(revised, aLook(260), second.pending)
    expect(third.settled).toEqual([{ ...revised[0], step: 0, weight: 10 }])
  })

  it.each<[string, CountedWindow]>([
    ['requests of stable', aCountedWindow(0, { stable: { requests: 901 } })],
    ['bad ones of stable', aCountedWindow(0, { stable: { bad: 1 } })],
    ['requests of the canary', aCountedWindow(0, { canary: { requests: 99 } })],
    ['a count that came', aCountedWindow(0, { canary: noReading })],
    ['a route', { ...aCountedWindow(0), strata: [...aCountedWindow(0).strata, ...aCountedWindow(0).strata] }],
  ])('sees a revision of %s', (_, revised) => {
    const { pending } = settle([revised], aLook(170))
    expect(shown(settle(minutes(1), aLook(300), pending))).toEqual({ settled: [], pending: [0] })
  })

  it('settles in order: nothing after a minute that is not settled', () => {
    const first = settle(minutes(3), aLook(400))
    const moved = [aCountedWindow(0), aCountedWindow(1, { stable: { bad: 1 } }), aCountedWindow(2)]
    expect(shown(settle(moved.toReversed(), aLook(440), first.pending))).toEqual({ settled: [0], pending: [1, 2] })
  })

  it('leaves out what was judged, what lies outside the step, and what is not over', () => {
    const look = aLook(230)
    const { pending } = settle([...minutes(6, -2), aCountedWindow(-0.5)], look)
    expect(minutesOf(pending)).toEqual([0, 1, 2])
    expect(shown(settle(minutes(6, -2), aLook(300), pending, minuteEnd(0)))).toEqual({
      settled: [1, 2],
      pending: [3],
    })
  })

  it('settles what the step before had seen as part of that step, and nothing else from before this one', () => {
    const { pending } = settle(minutes(3), aLook(190))
    const next = aLook(330, { step: 1, weight: 50, settledAtMs: settledAtMs + 270_000 })
    const { settled, pending: left } = settle(minutes(5), next, pending)
    expect(settled.map(({ step, weight }) => ({ step, weight }))).toEqual(Array(3).fill({ step: 0, weight: 10 }))
    expect(shown({ settled, pending: left })).toEqual({ settled: [0, 1, 2], pending: [] })
  })

  it('remembers a bounded number of minutes, the oldest, and comes to the rest later', () => {
    const week = minutes(10_080)
    const first = settle(week, aLook(700_000))
    expect(minutesOf(first.pending)).toEqual(minutesOf(minutes(120)))
    expect(JSON.stringify(first.pending).length).toBeLessThan(16_000)
    const second = settle(week, aLook(700_060), first.pending)
    expect(minutesOf(second.settled)).toEqual(minutesOf(minutes(120)))
    expect(minutesOf(second.pending)).toEqual(minutesOf(minutes(120, 120)))
  })

  it('remembers fewer where there are many routes, but enough to keep up', () => {
    const withRoutes = (routes: number) =>
      minutes(200).map((window) => ({ ...window, strata: Array(routes).fill(window.strata[0]) }))
    const count = (routes: number) => settle(withRoutes(routes), aLook(20_000)).pending.length
    expect([1, 3, 50].map(count)).toEqual([120, 60, 30])
  })

  it('has nothing to settle where the source answers nothing', () => {
    expect(settle([], aLook(600))).toEqual({ settled: [], pending: [] })
  })

  it('settles each minute at most once, in order and with what two looks agreed on, however it is revised', () => {
    const lookAt = fc.record({
      gap: fc.integer({ min: 1, max: 120 }),
      revise: fc.option(fc.tuple(fc.nat(9), fc.nat(3)), { nil: null }),
    })
    fc.assert(
      fc.property(fc.array(lookAt, { minLength: 5, maxLength: 30 }), (looks) => {
        const source = minutes(10)
        const settled: CountedWindow[] = []
        let memory: { pending: readonly PendingBucket[]; untilMs: number } = { pending: [], untilMs: 0 }
        let second = 0
        let seen = new Map<number, string>()
        for (const { gap, revise } of looks) {
          second += gap
          if (revise) source[revise[0]] = aCountedWindow(revise[0], { canary: { bad: revise[1] } })
          const look = aLook(second)
          const now = settle(source, look, memory.pending, memory.untilMs)
          for (const window of now.settled) {
            expect(look.nowMs).toBeGreaterThanOrEqual(window.endMs + 120_000)
            expect(JSON.stringify(window.strata)).toBe(seen.get(window.endMs))
          }
          settled.push(...now.settled)
          seen = new Map(source.map(({ endMs, strata }) => [endMs, JSON.stringify(strata)]))
          memory = { pending: now.pending, untilMs: settled.at(-1)?.endMs ?? 0 }
        }
        expect(minutesOf(settled)).toEqual(settled.map((_, index) => index))
      }),
    )
  })
})

describe('dataOf', () => {
  const names = [{ stable: 'web-blue', canary: 'web-green' }]
  const counts = (stable: readonly [number, number], canary: readonly [number, number]) => {
    const toSide = ([requests, bad]: readonly [number, number]) => ({ requests, bad })
    return { type: 'counts', strata: [{ stable: toSide(stable), canary: toSide(canary) }] }
  }
  const missing = (reason: string) => ({ type: 'missing', reason })

  it.each<{ name: string; window: CountedWindow; weight?: number; expected: object }>([
    { name: 'both sides', window: aCountedWindow(0), expected: counts([900, 0], [100, 0]) },
    {
      name: 'a canary without a number: it had no requests',
      window: aCountedWindow(0, { canary: noReading }),
      expected: counts([900, 0], [0, 0]),
    },
    {
      name: 'an error that was counted before its request',
      window: aCountedWindow(0, { canary: { requests: 3, bad: 5 } }),
      expected: counts([900, 0], [5, 5]),
    },
    {
      name: 'an error without any request',
      window: aCountedWindow(0, { stable: { requests: 0, bad: 1 } }),
      expected: counts([1, 1], [100, 0]),
    },
    {
      name: 'nothing on either side',
      window: aCountedWindow(0, { stable: noReading, canary: noReading }),
      expected: missing('no requests were counted for web-blue, web-green'),
    },
    {
      name: 'zero on both sides, which is as much',
      window: aCountedWindow(0, { stable: { requests: 0 }, canary: { requests: 0 } }),
      expected: missing('no requests were counted for web-blue, web-green'),
    },
    {
      name: 'no baseline beside the canary',
      window: aCountedWindow(0, { stable: noReading }),
      weight: 99.9,
      expected: missing('no requests were counted for stable, web-blue'),
    },
    {
      name: 'no stable at 100 %',
      window: aCountedWindow(0, { stable: noReading }),
      weight: 100,
      expected: counts([0, 0], [100, 0]),
    },
    {
      name: 'no canary at 100 %, whatever remains of stable',
      window: aCountedWindow(0, { canary: noReading }),
      weight: 100,
      expected: missing('no requests were counted for the canary, web-green, which gets all of the traffic'),
    },
    {
      name: 'requests of stable without a distribution',
      window: aCountedWindow(0, { stable: { bad: null } }),
      expected: missing('web-blue has requests but no count of the bad ones: its metric keeps no distribution'),
    },
    {
      name: 'requests of the canary without a distribution',
      window: aCountedWindow(0, { canary: { bad: null } }),
      expected: missing('web-green has requests but no count of the bad ones: its metric keeps no distribution'),
    },
    {
      name: 'no distribution where there was no request',
      window: aCountedWindow(0, { canary: { requests: 0, bad: null } }),
      expected: counts([900, 0], [0, 0]),
    },
  ])('$name', ({ window, weight = 10, expected }) => {
    expect(dataOf(window, weight, names)).toEqual(expected)
  })

  it('needs a side on one route only, and names the route whose metric is incomplete', () => {
    const [first, second] = [aCountedWindow(0, { stable: noReading }), aCountedWindow(0, { canary: { bad: null } })]
    const two = { ...first, strata: [...first.strata, ...second.strata] }
    const both = [...names, { stable: 'api-blue', canary: 'api-green' }]
    expect(dataOf(two, 10, both)).toMatchObject({ reason: expect.stringContaining('api-green has requests but no') })
    const whole = { ...first, strata: [...first.strata, ...aCountedWindow(0).strata] }
    expect(dataOf(whole, 10, both)).toMatchObject({ type: 'counts' })
    const none = { ...first, strata: [...first.strata, ...first.strata] }
    expect(dataOf(none, 10, both)).toEqual(missing('no requests were counted for stable, web-blue, api-blue'))
  })
})
