import { percentile } from '../percentile.ts'
import type { CaseResult } from './run-case.ts'

interface Goals {
  /** Until the last change of a round was accepted, and read back, seconds. */
  readonly acceptedSeconds: number
  readonly readBackSeconds: number
  /** 95th percentile, seconds. */
  readonly rollbackSeconds: number
}

/** With few zones nearly everything goes together; with many each has to be listed and written by itself. */
export function goalsFor(zones: number): Goals {
  const few = { acceptedSeconds: 6, readBackSeconds: 12 }
  return { ...(zones <= 10 ? few : { acceptedSeconds: 60, readBackSeconds: 60 }), rollbackSeconds: 1 }
}

export function toReport({ rounds, refused, rollbackAcceptedP95Ms, naive, zones }: CaseResult): string {
  const goals = goalsFor(zones)
  const [accepted, readBack] = worst(rounds)
  const rollbacks = rounds.flatMap((round) => round.rollbacks)
  const lines = [
    `  Sluice   accepted within ${seconds(accepted)} (goal ${goals.acceptedSeconds} s), read back within ${seconds(readBack)} (goal ${goals.readBackSeconds} s)`,
    `  rollback accepted within ${seconds(rollbackAcceptedP95Ms)} at p95 (goal ${goals.rollbackSeconds} s), read back within ${seconds(
      percentile(
        rollbacks.map(({ readBackMs }) => readBackMs),
        0.95,
      ),
    )}; ${rollbacks.length} of them`,
    `  refused  ${refused.throttled} throttled (goal 0), ${refused.priorRequestNotComplete} met a busy zone`,
  ]
  if (naive === null) return lines.join('\n')
  const last = Math.max(...naive.acceptedMs)
  return [
    ...lines,
    `  naive    accepted within ${seconds(last)}, half of them within ${seconds(percentile(naive.acceptedMs, 0.5))}; ${naive.givenUp} given up; ${(last / accepted).toFixed(0)} × Sluice`,
  ].join('\n')
}

/** A sentence for each goal that was missed. */
export function findMissed(result: CaseResult): readonly string[] {
  const { zones, rounds, refused, rollbackAcceptedP95Ms } = result
  const goals = goalsFor(zones)
  const [accepted, readBack] = worst(rounds)
  const lost = rounds.reduce((sum, round) => sum + round.lost, 0)
  const checks: readonly [boolean, string][] = [
    [accepted <= goals.acceptedSeconds * 1000, `accepted within ${seconds(accepted)}, not ${goals.acceptedSeconds} s`],
    [readBack <= goals.readBackSeconds * 1000, `read back within ${seconds(readBack)}, not ${goals.readBackSeconds} s`],
    [
      rollbackAcceptedP95Ms <= goals.rollbackSeconds * 1000,
      `rollbacks accepted within ${seconds(rollbackAcceptedP95Ms)} at p95, not ${goals.rollbackSeconds} s`,
    ],
    [refused.throttled === 0, `${refused.throttled} requests were throttled`],
    [lost === 0, `${lost} changes were lost`],
  ]
  return checks.flatMap(([met, what]) => (met ? [] : [`${zones} zones: ${what}`]))
}

function worst(rounds: CaseResult['rounds']): readonly [number, number] {
  return [
    Math.max(...rounds.map(({ acceptedMs }) => acceptedMs)),
    Math.max(...rounds.map(({ readBackMs }) => readBackMs)),
  ]
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
