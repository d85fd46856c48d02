import type { LocalClock } from '../../clock.ts'
import type { MetricSink } from '../../data-plane/data-plane.ts'
import { countHealthy } from '../../data-plane/route53-health/verdict.ts'
import { scheduleEvaluation } from '../cloudwatch/alarm-schedule.ts'
import type { HealthCheckRecord, HealthChecks } from './health-checks.ts'

/**
 * Publishes what the health checks say, at each full ten local seconds for the time just gone: a minute's minimum then
 * shows an outage that was over before the minute was. A check that has seen too little to be known publishes nothing:
 * no data is not health.
 *
 * @returns Stops it.
 * @see Amazon Route 53 Developer Guide, "Monitoring health checks using CloudWatch"
 */
export function publishHealth(clock: LocalClock, checks: HealthChecks, sink: MetricSink): () => void {
  const publish = () => {
    // One millisecond back: the mark that ends a minute speaks of that minute.
    const at = clock.now() - 1
    for (const check of checks.list()) {
      for (const { metricName, unit, value } of measure(check, checks)) {
        const dimensions = { HealthCheckId: check.id }
        sink.record({ namespace: 'AWS/Route53', metricName, dimensions, unit, at, values: [value], counts: [1] })
      }
    }
  }
  return scheduleEvaluation(clock, { onMinute: publish, onTenSeconds: publish })
}

interface Measurement {
  readonly metricName: string
  readonly unit: string
  readonly value: number
}

function measure({ id, config }: HealthCheckRecord, checks: HealthChecks): Measurement[] {
  const verdict = checks.verdictOf(id)
  if (!verdict?.isKnown) return []
  const status = { metricName: 'HealthCheckStatus', unit: 'None', value: verdict.isHealthy ? 1 : 0 }
  if (config.Disabled) return [status]
  if (config.Type !== 'CALCULATED') {
    // Of the checkers, of which there is one here. Inverting the check does not invert what they see.
    const value = checks.seenOf(id).state.status === 'healthy' ? 100 : 0
    return [status, { metricName: 'HealthCheckPercentageHealthy', unit: 'Percent', value }]
  }
  const children = (config.ChildHealthChecks ?? []).flatMap((child) => checks.verdictOf(child) ?? [])
  return [status, { metricName: 'ChildHealthCheckHealthyCount', unit: 'None', value: countHealthy(children) }]
}
