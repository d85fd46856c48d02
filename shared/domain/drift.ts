import type { Deployment } from './deployment.ts'
import type { Action } from './next-action.ts'
import { type RawWeights, type RouteState, sameShares } from './traffic.ts'

/** What somebody else changed on a route. */
export interface DriftChange {
  /** What Sluice had there: last read back, or the snapshot before its first write. Null: nothing is recorded. */
  readonly before: RawWeights | null
  readonly after: RawWeights
  /** True where something besides the weights differs: another action or stickiness; a record's values or TTL. */
  readonly beyondWeights: boolean
}

export interface Drift extends DriftChange {
  readonly resource: string
}

export function toDrift(resource: string, expected: RouteState | null, found: RouteState): Drift {
  return {
    resource,
    before: expected?.weights ?? null,
    after: found.weights,
    beyondWeights: expected !== null && expected.settings !== found.settings,
  }
}

/** Both splits in one sentence, and what else was changed. */
export function describeDrift(drift: Drift): string {
  const { resource, before, after } = drift
  return `${resource} was changed by somebody else: expected ${show(before)}, found ${show(after)}${beyond(drift)}`
}

function beyond({ resource, before, after, beyondWeights }: Drift): string {
  if (!beyondWeights) return ''
  const what = settingsOf(resource)
  return before !== null && sameShares(before, after)
    ? `; the shares are as expected, but ${what} differ`
    : `; ${what} differ as well`
}

/** What a routing has besides its weights, by the kind of its resource. */
function settingsOf(resource: string): string {
  if (resource.startsWith('route53:')) return 'values, TTL or other settings of the records'
  return resource.startsWith('lambda:')
    ? 'calls of other versions, or shares finer than 0.1 %,'
    : 'actions or stickiness'
}

function show(weights: RawWeights | null): string {
  return weights ? `blue ${weights.blue ?? 'absent'}, green ${weights.green ?? 'absent'}` : 'nothing recorded'
}

/** True where the same was noted before: saying it again would tell nobody anything. */
export function isSameDrift(noted: DriftChange, { after, beyondWeights }: DriftChange): boolean {
  return sameShares(noted.after, after) && noted.beyondWeights === beyondWeights
}

/** True where the service, or a person at `resume`, said that our weights replace a foreign change. */
export function mayOverwrite({ overwriteDrift, settings }: Pick<Deployment, 'overwriteDrift' | 'settings'>): boolean {
  return overwriteDrift || settings.onDrift === 'overwrite'
}

/**
 * How often the check writes its weight over foreign changes in one step. Each time the step's clock starts again: against
 * somebody who insists, the step would never end, and a person has to settle it.
 */
export const maxOverwrites = 3

/**
 * What the check does about a foreign change of a route that nobody of ours is writing: `note` it, and call a person once;
 * `halt-or-roll-back` as the service's `onDrift` says; have the weight of the current step written again (`overwrite`); or
 * `leave` it to a write that comes at once.
 *
 * @param next - What follows for the deployment without the change.
 */
export function decideOnDrift(
  deployment: Deployment,
  next: Action['type'],
): 'note' | 'halt-or-roll-back' | 'overwrite' | 'leave' {
  const { hold, stage, waitsFor, firstShiftAt, overwrites = 0 } = deployment
  // A halt is a person's to end.
  if (hold?.kind === 'halted') return 'note'
  if (!mayOverwrite(deployment)) return 'halt-or-roll-back'
  // While paused nothing is written.
  if (hold) return 'note'
  if (next !== 'wait' || (stage === 'shifting' && !waitsFor)) return 'leave'
  if (overwrites >= maxOverwrites) return 'halt-or-roll-back'
  // No step was written yet that could be written again; the first one comes with an approval, or after a freeze.
  return firstShiftAt === null ? 'note' : 'overwrite'
}

/** True while no write of the plan is under way or due, so that what is live must be what was last written. */
export function isResting({ goal, endedAt, hold, stage, nextActionAt }: Deployment, nowMs: number): boolean {
  if (goal === 'snapshot' || endedAt !== null) return false
  if (hold !== null || stage === 'baking' || stage === 'awaiting-approval') return true
  return stage === 'shifting' && nextActionAt !== null && Date.parse(nextActionAt) > nowMs
}
