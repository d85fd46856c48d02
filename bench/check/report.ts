import type { Calls } from './messages.ts'
import type { CheckRun } from './run-check.ts'

const metricData = 'monitoring:GetMetricData'
export const goals = { seconds: 60, deploymentsPerMetricCall: 50 }

export function toReport(run: CheckRun): string {
  const { name, seconds, cpuSeconds, checked, failed, calls, throttled, verdicts, unjudged } = run
  return [
    `${name}: ${checked} deployments in ${seconds.toFixed(1)} s (${cpuSeconds.toFixed(1)} s of CPU); ${failed.length} failed`,
    `  AWS       ${list(withoutStore(calls))}`,
    `  DynamoDB  ${list(storeOnly(calls))}`,
    `  GetMetricData for 50 deployments: ${metricCallsFor50(run).toFixed(2)}`,
    `  throttled ${list(throttled) || 'none'}`,
    `  verdicts  ${list(verdicts)}; ${unjudged} gates not judged`,
    ...failed.slice(0, 3).map(({ id, reason }) => `  failed    ${id}: ${reason}`),
  ].join('\n')
}

export function metricCallsFor50({ calls, checked }: CheckRun): number {
  return ((calls[metricData] ?? 0) * goals.deploymentsPerMetricCall) / checked
}

/** Calls to AWS for one deployment, those to the store apart. */
export function callsEach({ calls, checked }: CheckRun): number {
  return Object.values(withoutStore(calls)).reduce((sum, count) => sum + count, 0) / checked
}

/** A sentence for each goal that was missed. */
export function findMissed(run: CheckRun, expected: number): readonly string[] {
  const { name, seconds, checked, failed, throttled, unjudged, verdicts } = run
  const refused = Object.values(throttled).reduce((sum, count) => sum + count, 0)
  const passes = Object.entries(verdicts).reduce((sum, [word, count]) => sum + (word.endsWith(' pass') ? count : 0), 0)
  const checks: readonly [boolean, string][] = [
    [checked === expected, `${checked} deployments were looked at, not ${expected}`],
    [seconds < goals.seconds, `it took ${seconds.toFixed(1)} s, not under ${goals.seconds} s`],
    // The first look at a comparison reads stable's day before as well, once in a deployment's life.
    [
      name === 'cold' || metricCallsFor50(run) <= 1,
      `${metricCallsFor50(run).toFixed(2)} GetMetricData calls for 50 deployments, not 1`,
    ],
    [failed.length === 0, `${failed.length} deployments could not be looked at`],
    [refused === 0, `${refused} calls were throttled`],
    [unjudged === 0, `${unjudged} gates were not judged`],
    [passes >= 2 * expected * 0.9, `only ${passes} gates pass: nearly all of the health and error-rate gates must`],
  ]
  return checks.flatMap(([met, what]) => (met ? [] : [`${name}: ${what}`]))
}

function isOfStore([name]: readonly [string, number]): boolean {
  return name.startsWith('dynamodb:')
}

function withoutStore(calls: Calls): Calls {
  return Object.fromEntries(Object.entries(calls).filter((entry) => !isOfStore(entry)))
}

function storeOnly(calls: Calls): Calls {
  return Object.fromEntries(Object.entries(calls).filter(isOfStore))
}

function list(counts: Calls): string {
  const named = Object.entries(counts).sort((a, b) => b[1] - a[1])
  return named.map(([name, count]) => `${name.split(':').at(-1)} ${count}`).join(', ')
}
