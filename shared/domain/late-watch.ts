import type { Deployment, GateReport } from './deployment.ts'
import type { JudgedGate } from './gates-summary.ts'
import { sideNameOf } from './service.ts'

/** What a service wants after a success. */
export interface LateWatch {
  /** For how long the gates are still judged, local seconds from the end. 0: not at all. */
  readonly seconds: number
  /** When a gate fails in that time: call a person, or take the deployment back by a late rollback. */
  readonly action: 'notify' | 'roll-back'
}

/** The late watch that is still open; null where there is none, or it is over. */
export function openLateWatch({ phase, settings, lateWatchEndedAt }: Deployment): LateWatch | null {
  return phase === 'succeeded' && lateWatchEndedAt === undefined ? (settings.lateWatch ?? null) : null
}

/** True when the time of the late watch is over. */
export function isLateWatchPast({ endedAt }: Deployment, { seconds }: LateWatch, nowMs: number): boolean {
  return endedAt === null || nowMs >= Date.parse(endedAt) + seconds * 1000
}

/**
 * The gates that fail after the end. Only enforcing ones; missing data never counts; and a gate that a person resumed from
 * in the last step has said what it has to say.
 */
export function lateFailures(judged: readonly JudgedGate[], { waivedGates }: Deployment): readonly JudgedGate[] {
  return judged.filter(
    ({ gate, judgement }) =>
      gate.mode === 'enforce' && judgement.verdict.outcome === 'fail' && !waivedGates.includes(gate.name),
  )
}

/**
 * What is said when the late watch is over. Begins with `old-side-free` only where no gate failed; a gate that saw nothing
 * has not failed, and is named.
 */
export function lateWatchOver(deployment: Deployment, gates: readonly GateReport[]): string {
  const { stable, settings, lateFailed = [] } = deployment
  const seconds = settings.lateWatch?.seconds ?? 0
  const over = seconds === 0 ? 'there is no late watch' : `the late watch of ${seconds} s is over`
  if (lateFailed.length > 0)
    return `${over}; ${listed(lateFailed)} failed in it, so ${stable} is not called free: a person decides`
  const blind = gates.filter(
    ({ mode, verdict }) => mode === 'enforce' && (verdict === 'no-data' || verdict === 'error'),
  )
  const judged = seconds === 0 ? '' : ' and no gate failed'
  const unseen = blind.length > 0 ? ` (without data at the end: ${listed(blind.map(({ name }) => name))})` : ''
  return `old-side-free: ${over}${judged}${unseen}; the targets of ${stable} may be scaled down: ${oldSide(deployment)}`
}

function listed(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ')
}

/** Each once. */
function oldSide({ stable, settings }: Deployment): string {
  return [...new Set(settings.routes.map((route) => sideNameOf(route, stable)))].join(', ')
}
