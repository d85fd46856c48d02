import { describe, expect, it } from 'vitest'
import {
  type CloudWatchMetric,
  emptyMemory,
  type Judgement,
  type MetricExpression,
} from '../../../../shared/domain/gates/gate.ts'
import { judgeMetric, metricValue } from '../../../../shared/domain/gates/metric.ts'
import {
  metricOfSlot,
  nameOfMetric,
  periodOf,
  type SeriesReading,
  type SeriesWindow,
} from '../../../../shared/domain/gates/own-metric.ts'
import { aLook, aMetricGate, aWindow, settledAtMs } from '../../../support/gates.ts'

const orders: CloudWatchMetric = {
  namespace: 'Shop',
  metricName: 'FailedOrders',
  dimensions: { Service: 'web', Slot: 'web-{side}', Both: '{side}/{side}' },
  stat: 'Sum',
  periodSeconds: 300,
}
const share: MetricExpression = {
  expression: '100 * failed / all',
  queries: [
    { id: 'failed', namespace: 'Shop', metricName: 'FailedOrders', dimensions: { Slot: '{side}' }, stat: 'Sum' },
    { id: 'all', namespace: 'Shop', metricName: 'Orders', dimensions: {}, stat: 'Sum' },
  ],
  periodSeconds: 60,
}

/** Period number `index` (from 0) of the step. */
function aPeriod(index: number, value: number | null, periodSeconds = 300): SeriesWindow {
  const startMs = settledAtMs + index * periodSeconds * 1000
  return { startMs, endMs: startMs + periodSeconds * 1000, value }
}

const read = (...windows: SeriesWindow[]): SeriesReading => ({ status: 'complete', windows, source: 'CloudWatch' })
const word = ({ verdict, settled }: Judgement) => verdict.outcome + (settled ? '*' : '')

describe('a metric of one slot', () => {
  it('has the slot wherever a dimension says {side}, and nowhere else', () => {
    expect(metricOfSlot({ ...orders, metricName: '{side}' }, 'green')).toEqual({
      ...orders,
      metricName: '{side}',
      dimensions: { Service: 'web', Slot: 'web-green', Both: 'green/green' },
    })
  })

  it('has it in every query of an expression', () => {
    const [failed, all] = share.queries
    expect(metricOfSlot(share, 'blue')).toEqual({
      ...share,
      queries: [{ ...failed, dimensions: { Slot: 'blue' } }, all],
    })
  })

  it.each([
    ['error-rate', 'error-rate', 60],
    [orders, 'Sum of FailedOrders', 300],
    [share, '100 * failed / all', 60],
  ] as const)('has a name and a period', (metric, name, period) => {
    expect([nameOfMetric(metric), periodOf(metric)]).toEqual([name, period])
  })
})

describe('judging a metric of its own', () => {
  const gate = aMetricGate({ name: 'orders', metric: orders, max: 10 })
  /** A look that sees the first `periods` periods of the step. */
  const seeing = (periods: number) => aLook(periods * 300)
  const judge = (...values: (number | null)[]) =>
    judgeMetric(gate, read(...values.map((value, at) => aPeriod(at, value))), emptyMemory(0), seeing(values.length))

  it.each<{ values: (number | null)[]; expected: string }>([
    { values: [], expected: 'no-data' },
    { values: [10], expected: 'pass*' },
    { values: [0], expected: 'pass*' },
    { values: [11], expected: 'pass' },
    { values: [11, 11], expected: 'fail' },
    { values: [11, 10, 11], expected: 'pass' },
    { values: [11, null, 11], expected: 'fail' },
    { values: [null], expected: 'no-data' },
    { values: [5, null], expected: 'no-data' },
  ])('is $expected after $values', ({ values, expected }) => {
    expect(word(judge(...values))).toBe(expected)
  })

  it('holds negative limits', () => {
    const balance = aMetricGate({ metric: orders, min: -5, max: -1, failures: 1 })
    const words = [-6, -5, -1, 0].map((value) =>
      word(judgeMetric(balance, read(aPeriod(0, value)), emptyMemory(0), seeing(1))),
    )
    expect(words).toEqual(['fail', 'pass*', 'pass*', 'fail'])
  })

  it('judges only periods wholly inside the step', () => {
    const outside = read(aPeriod(-1, 99), aPeriod(-0.5, 99), aPeriod(1, 99))
    expect(word(judgeMetric(gate, outside, emptyMemory(0), seeing(1.5)))).toBe('no-data')
  })

  it('counts each period without data once, after the grace', () => {
    expect(judge(null, null).memory.misses).toBe(2)
    expect(judge(null, null, null).missesSpent).toBe(true)
  })

  it('counts failed readings once a minute, and names the metric', () => {
    const failed: SeriesReading = { status: 'error', reason: 'ValidationError: bad', source: 'CloudWatch' }
    const first = judgeMetric(gate, failed, emptyMemory(0), aLook(300))
    const again = judgeMetric(gate, failed, first.memory, aLook(330))
    expect([first.memory.misses, again.memory.misses]).toEqual([1, 1])
    expect(first.verdict).toMatchObject({
      outcome: 'error',
      reason: 'Sum of FailedOrders could not be read: ValidationError: bad',
    })
  })

  it('keeps the number, the window and the limits; requests are no part of it', () => {
    const newest = {
      value: 12.5,
      window: { startAt: '2026-01-01T12:00:00.000Z', endAt: '2026-01-01T12:05:00.000Z' },
    }
    expect(judge(12.5).verdict).toEqual({
      outcome: 'pass',
      reason:
        '1 of 2 bad windows in a row: Sum of FailedOrders 12.5 from 2026-01-01T12:00:00.000Z to 2026-01-01T12:05:00.000Z is above 10',
      evidence: {
        metric: orders,
        max: 10,
        failures: 2,
        badInARow: 1,
        goodInARow: 0,
        misses: 0,
        badWindows: [newest],
        ...newest,
        source: 'CloudWatch',
      },
    })
  })

  it("finds nothing of its own in the router's windows", () => {
    expect(metricValue(orders, aWindow(0))).toBeNull()
    expect(
      word(
        judgeMetric(
          gate,
          { status: 'complete', windows: [aWindow(0)], source: 'CloudWatch' },
          emptyMemory(0),
          seeing(1),
        ),
      ),
    ).toBe('no-data')
  })
})
