import { describe, expect, it } from 'vitest'
import type { CloudWatchMetric, MetricExpression } from '../../../../shared/domain/gates/gate.ts'
import { metricOfSlot, nameOfMetric, periodOf } from '../../../../shared/domain/gates/own-metric.ts'

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
