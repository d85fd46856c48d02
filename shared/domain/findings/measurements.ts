import type { Finding } from '../deployment.ts'
import type { AlarmReading } from '../gates/alarms.ts'
import type { MetricGate } from '../gates/gate.ts'
import { type MetricsWindow, metricsCompleteAfterSeconds, metricValue } from '../gates/metric.ts'
import { nameOfMetric, periodOf, type SeriesWindow } from '../gates/own-metric.ts'
import { badMinutesUntilFail, type HealthCheckReading, statusVisibleAfterSeconds } from '../gates/route53-health.ts'
import { comparisonFindings } from './comparisons.ts'
import { anError, aWarning, type PreflightFacts } from './facts.ts'

/** Seconds that an alarm takes to see what its metric has: the data's own delay plus an evaluation. */
const alarmLagSeconds = 180

/** Whether the gates can measure anything, and in time. */
export function measurementFindings(facts: PreflightFacts): Finding[] {
  return [
    ...facts.alarms.flatMap((alarm) => alarmState(facts, alarm)),
    ...facts.alarms.flatMap((alarm) =>
      alarm.spanSeconds === null
        ? []
        : tooShort(facts, `alarm ${alarm.name}`, alarm.name, alarm.spanSeconds + alarmLagSeconds),
    ),
    ...metricGates(facts).flatMap((gate) => [
      ...emptyMetric(facts, gate),
      ...tooShort(facts, `gate ${gate.name}`, gate.name, secondsToFail(gate)),
    ]),
    ...comparisonFindings(facts),
    ...facts.healthChecks.flatMap(({ gate, checks }) => [
      ...silentChecks(gate, checks),
      ...tooShort(facts, `gate ${gate}`, gate, (badMinutesUntilFail + 1) * 60 + statusVisibleAfterSeconds),
    ]),
  ]
}

function alarmState(facts: PreflightFacts, alarm: AlarmReading): Finding[] {
  // A gate that only observes decides nothing, so its alarms reject nothing.
  const say = isEnforced(facts, alarm.name) ? anError : aWarning
  const noData = (why: string) =>
    aWarning(
      `alarm-no-data:${alarm.name}`,
      'An alarm has no data',
      `alarm ${alarm.name} ${why}: it protects nothing yet`,
    )
  if (alarm.state === 'missing') {
    const detail = `there is no alarm ${alarm.name}; create it or take it out of the gate`
    return [say(`alarm-missing:${alarm.name}`, 'An alarm does not exist', detail)]
  }
  const unevaluated =
    alarm.evaluationProblem === null ? [] : [noData(`could not be evaluated (${alarm.evaluationProblem})`)]
  if (alarm.state === 'ALARM') {
    const since = alarm.changedAt === null ? '' : ` since ${alarm.changedAt}`
    const detail = `alarm ${alarm.name} is in ALARM${since}: it would fail the first step at once; wait until it is OK`
    return [say(`alarm-firing:${alarm.name}`, 'An alarm is firing', detail), ...unevaluated]
  }
  if (unevaluated.length > 0) return unevaluated
  return alarm.state === 'INSUFFICIENT_DATA' ? [noData('is in INSUFFICIENT_DATA')] : []
}

function isEnforced(facts: PreflightFacts, alarmName: string): boolean {
  return facts.gates.some(
    (gate) => gate.kind === 'alarms' && gate.mode === 'enforce' && gate.alarmNames.includes(alarmName),
  )
}

function metricGates(facts: PreflightFacts): readonly MetricGate[] {
  return facts.gates.filter((gate) => gate.kind === 'metric')
}

/** Windows until `fail`, up to one more because windows do not begin with the step, and the wait for complete data. */
function secondsToFail(gate: MetricGate): number {
  return (gate.failures + 1) * periodOf(gate.metric) + metricsCompleteAfterSeconds
}

function emptyMetric(facts: PreflightFacts, gate: MetricGate): Finding[] {
  const reading = facts.metrics.find((entry) => entry.gate === gate.name)?.reading
  if (reading === undefined) return []
  const name = nameOfMetric(gate.metric)
  if (reading.status === 'error') {
    const detail = `${name} of stable could not be read from ${reading.source}: ${reading.reason}`
    return [aWarning(`not-looked-at:metric:${gate.name}`, 'A metric was not looked at', detail)]
  }
  if (hasValue(gate, reading.windows)) return []
  const minutes = Math.round((reading.windows.length * periodOf(gate.metric)) / 60)
  const why =
    typeof gate.metric === 'string'
      ? 'with no more traffic than this,'
      : 'check namespace, names, dimensions and statistic, or'
  const detail = `${reading.source} has no ${name} of stable in the last ${minutes} minutes: ${why} gate ${gate.name} ends as no-data`
  return [aWarning(`metric-empty:${gate.name}`, 'A metric has no data', detail)]
}

function hasValue({ metric }: MetricGate, windows: readonly (MetricsWindow | SeriesWindow)[]): boolean {
  return windows.some((window) => metricValue(metric, window) !== null)
}

/** A check that was deleted, or whose id is mistyped, never has data: Route 53 is not asked whether it exists. */
function silentChecks(gate: string, checks: readonly HealthCheckReading[]): Finding[] {
  const silent = checks.filter(({ state }) => state === 'no-data').map(({ id }) => id)
  if (silent.length === 0) return []
  const detail =
    `no status in the last minutes of ${silent.join(', ')}: check that the ids exist in this account; a new health ` +
    `check has data after some minutes`
  return [aWarning(`metric-empty:${gate}`, 'A health check has no data', detail)]
}

function tooShort(facts: PreflightFacts, what: string, subject: string, needed: number): Finding[] {
  const shortest = Math.min(...facts.plan.steps.map((step) => step.bakeSeconds))
  if (shortest >= needed) return []
  const detail = `the shortest step bakes ${shortest} s, but ${what} takes up to ${needed} s to show a fault; bake longer`
  return [aWarning(`bake-shorter-than-data:${subject}`, 'A step is shorter than its data takes', detail)]
}
