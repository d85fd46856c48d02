import type { MetricSink } from '../../local/data-plane/data-plane.ts'
import { parseElbArn } from '../../shared/domain/elb-arn.ts'
import { targetGroupOf } from '../../shared/domain/service.ts'
import type { Slot } from '../../shared/domain/traffic.ts'
import type { Place } from './messages.ts'

const minuteMs = 60_000
/** From so long before now on, and until so long after. */
const minutesBefore = 25
const minutesAfter = 20

/** What a load balancer counts in each minute: 9,000 requests of stable and 1,000 of the canary, one in 1,000 bad. */
export function measurePlaces(metrics: MetricSink, nowMs: number, places: readonly Place[]): void {
  const firstMs = Math.floor(nowMs / minuteMs) * minuteMs - minutesBefore * minuteMs
  for (const place of places)
    for (const slot of ['blue', 'green'] as const) {
      const group = targetGroupOf(place.route, slot)
      if (group === null) continue
      const dimensions = {
        LoadBalancer: parseElbArn(place.loadBalancerArn).path,
        TargetGroup: `targetgroup/${parseElbArn(group).path}`,
      }
      for (let minute = 0; minute < minutesBefore + minutesAfter; minute++)
        for (const { metricName, values, counts } of metricsOf(slot, place.isSick))
          metrics.record({
            ...{ namespace: 'AWS/ApplicationELB', metricName, dimensions, unit: 'Count' },
            ...{ at: firstMs + minute * minuteMs, values, counts },
          })
    }
}

function metricsOf(slot: Slot, isSick: boolean) {
  const sick = isSick && slot === 'green' ? 1 : 0
  return [
    { metricName: 'RequestCount', values: [1], counts: [slot === 'blue' ? 9000 : 1000] },
    { metricName: 'HTTPCode_Target_5XX_Count', values: [1], counts: [slot === 'blue' ? 9 : 1] },
    { metricName: 'HealthyHostCount', values: [2 - sick], counts: [1] },
    { metricName: 'UnHealthyHostCount', values: [sick], counts: [1] },
  ]
}
