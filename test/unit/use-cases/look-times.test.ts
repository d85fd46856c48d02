import { describe, expect, it } from 'vitest'
import type { OwnMetric, RouterMetric } from '../../../shared/domain/gates/gate.ts'
import { earliestStepEndMs } from '../../../shared/use-cases/look-times.ts'
import { aMetricGate, anAlarmsGate } from '../../support/gates.ts'

const noon = Date.UTC(2026, 0, 1, 12, 0, 0)
const every = (periodSeconds: number): OwnMetric => ({
  namespace: 'Shop',
  metricName: 'Orders',
  dimensions: {},
  stat: 'Sum',
  periodSeconds,
})

describe('when the gates can have passed at the earliest', () => {
  it.each<[name: string, metric: RouterMetric | OwnMetric, settledSecond: number, expected: number]>([
    ['a whole minute, and two for its data', 'error-rate', 0, 180],
    ['the next whole minute', 'requests', 1, 240],
    ['the next ten seconds', every(10), 1, 140],
    ['the next five minutes', every(300), 1, 720],
    ['the next hour', every(3600), 1, 7320],
    ['the period of an expression', { expression: 'm', queries: [], periodSeconds: 300 }, 1, 720],
  ])('is %s', (_name, metric, settledSecond, expected) => {
    expect(earliestStepEndMs([aMetricGate({ metric })], noon + settledSecond * 1000)).toBe(noon + expected * 1000)
  })

  it('is the latest of several', () => {
    const gates = [every(10), every(300), every(60)].map((metric) => aMetricGate({ metric }))
    expect(earliestStepEndMs(gates, noon + 1000)).toBe(noon + 720_000)
  })

  it('is at once where nothing is measured, or only observed', () => {
    const observed = aMetricGate({ metric: every(3600), mode: 'observe' })
    expect(earliestStepEndMs([], noon)).toBe(noon)
    expect(earliestStepEndMs([anAlarmsGate(), observed], noon)).toBe(noon)
  })
})
