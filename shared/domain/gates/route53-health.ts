import type { GateMemory, Judgement, LookContext, Route53HealthGate } from './gate.ts'
import { instantOf } from './judgement.ts'
import { judgeLook, type Seen } from './looks.ts'

/** The newest minute that one health check has a status for. */
export interface HealthCheckReading {
  readonly id: string
  /** `no-data`: no status in the minutes that were looked at. So is a check that does not exist. */
  readonly state: 'healthy' | 'unhealthy' | 'no-data'
  /** Start of that minute, milliseconds since the epoch; null without data. */
  readonly startMs: number | null
}

export type HealthChecksSample =
  | { readonly status: 'complete'; readonly checks: readonly HealthCheckReading[] }
  | { readonly status: 'error'; readonly reason: string }

const minuteMs = 60_000
const source = 'Route 53 health checks'
/** After how long a minute of this step that nobody has seen is missing, seconds (CloudWatch: 1–2 minutes). */
export const statusVisibleAfterSeconds = 120
/** Bad minutes in a row until `fail`. */
export const badMinutesUntilFail = 3

/**
 * Fails when fewer than `minHealthy` checks were healthy in three minutes in a row: the status of a minute is its worst
 * moment, so one short moment across a full minute makes two bad ones. A bad streak ends with two good minutes in a row.
 *
 * A status from before the step, or none at all, is neither health nor sickness: with it counted as healthy there are
 * still too few, or else it is `no-data`. Each minute counts once, however many look.
 */
export function judgeRoute53Health(
  gate: Route53HealthGate,
  sample: HealthChecksSample,
  memory: GateMemory,
  look: LookContext,
): Judgement {
  const { seen, atMs } = see(gate, sample, look)
  const rule = { failures: badMinutesUntilFail, successes: 2, failsWhileVerifying: true }
  // A look is as new as what it saw: the end of its minute stands for the time of the look.
  const judgement = judgeLook(gate, rule, seen, memory, { ...look, nowMs: atMs })
  const { verdict } = judgement
  return { ...judgement, verdict: { ...verdict, evidence: { ...verdict.evidence, lookedAt: instantOf(look.nowMs) } } }
}

function see(
  gate: Route53HealthGate,
  sample: HealthChecksSample,
  look: LookContext,
): { readonly seen: Seen; readonly atMs: number } {
  const { healthCheckIds: ids, minHealthy } = gate
  const missing = { atMs: (Math.floor(look.nowMs / minuteMs) - statusVisibleAfterSeconds / 60) * minuteMs }
  if (sample.status === 'error') {
    const reason = `health checks could not be read: ${sample.reason}`
    return { seen: { type: 'miss', outcome: 'error', reason, evidence: { source, minHealthy } }, ...missing }
  }
  const checks = ids.map((id) => rate(sample.checks.find((check) => check.id === id) ?? absent(id), look))
  const [healthy, unhealthy] = [newestFirst(checks, 'healthy'), newestFirst(checks, 'unhealthy')]
  const evidence = { source, minHealthy, checks: checks.map(toEvidence) }
  const counts = `${healthy.length} of ${ids.length} health checks are healthy, needed are ${minHealthy}`
  const goodAt = healthy[minHealthy - 1]
  if (goodAt !== undefined) return { seen: { type: 'good', reason: counts, evidence }, atMs: goodAt + minuteMs }
  const badAt = unhealthy[ids.length - minHealthy]
  if (badAt !== undefined) {
    const reason = `${counts}; unhealthy: ${idsOf(checks, 'unhealthy')}`
    return { seen: { type: 'bad', reason, evidence }, atMs: badAt + minuteMs }
  }
  const reason = `${counts}; no data of this step: ${idsOf(checks, 'no-data')}`
  return { seen: { type: 'miss', outcome: 'no-data', reason, evidence }, ...missing }
}

interface RatedCheck extends HealthCheckReading {
  /** Set where there is a status, but from before this step. */
  readonly earlier?: HealthCheckReading['state']
}

function rate(check: HealthCheckReading, look: LookContext): RatedCheck {
  if (check.startMs === null || check.startMs >= look.settledAtMs) return check
  return { ...check, state: 'no-data', earlier: check.state }
}

/** Starts of the minutes of all checks in `state`: the n-th is the newest minute with n of them. */
function newestFirst(checks: readonly RatedCheck[], state: HealthCheckReading['state']): readonly number[] {
  return checks
    .flatMap((check) => (check.state === state && check.startMs !== null ? [check.startMs] : []))
    .toSorted((a, b) => b - a)
}

function toEvidence({ id, state, startMs, earlier }: RatedCheck): Readonly<Record<string, unknown>> {
  return { id, state, minute: startMs === null ? null : instantOf(startMs), ...(earlier && { earlier }) }
}

/** At most three ids: the evidence has them all. */
function idsOf(checks: readonly RatedCheck[], state: HealthCheckReading['state']): string {
  const ids = checks.filter((check) => check.state === state).map(({ id }) => id)
  return ids.slice(0, 3).join(', ') + (ids.length > 3 ? ` and ${ids.length - 3} more` : '')
}

function absent(id: string): HealthCheckReading {
  return { id, state: 'no-data', startMs: null }
}
