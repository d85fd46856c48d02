import { personBehind } from './access/same-person.ts'
import { type Cause, type Deployment, isFinal } from './deployment.ts'
import { drivenRouteOf, driverFault } from './driven.ts'
import { systemActor } from './transition.ts'
import { lastStepOfWave } from './waves.ts'

/** What the enforcing gates say together, after one look. */
export interface GatesSummary {
  /** The first gate that fails, if one does. */
  readonly failing: GateFinding | null
  /** The first gate that went without data (or answers) for too long. */
  readonly blind: GateFinding | null
  /** The first gate that has not passed yet in this step; null when the step may end. */
  readonly unsettled: (GateFinding & { readonly maxExtendSeconds: number }) | null
  /** True when a gate with `atStepEnd: "prove"` has its proof and no gate speaks against it: the bake need not go on. */
  readonly proven: boolean
}

export interface GateFinding {
  readonly gate: string
  readonly reason: string
  /** What this gate asks for: `onFail` of a failing gate, `onNoData` of a blind or unsettled one. */
  readonly answer: 'roll-back' | 'halt'
}

/** Nothing failing, nothing blind, and nobody has looked yet. */
export const unjudged: GatesSummary = {
  failing: null,
  blind: null,
  unsettled: {
    gate: 'gates',
    reason: 'not judged yet',
    answer: 'roll-back',
    maxExtendSeconds: Number.POSITIVE_INFINITY,
  },
  proven: false,
}

export type Action =
  /** It has ended: free what it holds. */
  | { readonly type: 'close' }
  | { readonly type: 'roll-back'; readonly cause: Cause }
  | { readonly type: 'halt'; readonly cause: Cause }
  /** Nothing to do before `until` (ISO 8601; null: until somebody acts). */
  | { readonly type: 'wait'; readonly until: string | null }
  | { readonly type: 'await-approval'; readonly step: number }
  | { readonly type: 'shift'; readonly step: number; readonly reason: string }
  | { readonly type: 'succeed' }
  /** The canary is still being verified before traffic. */
  | { readonly type: 'verify' }

/** How often a step that is being prolonged is judged again, seconds: CloudWatch has a new minute by then. */
const prolongSeconds = 60

/**
 * Decides what follows for a deployment as it stands. Reads no clock and calls nothing. Where several wishes wait, abort
 * beats rollback beats pause beats approve, promote and resume.
 */
export function decideNext(deployment: Deployment, gates: GatesSummary, nowMs: number): Action {
  if (isFinal(deployment.phase)) return { type: 'close' }
  if (deployment.goal === 'snapshot') return { type: 'roll-back', cause: deployment.cause ?? lost }
  const finding = mostUrgent(gates)
  if (finding && mayDecide(finding, deployment.hold)) return follow(finding, gateCause(finding))
  const fault = driverFault(deployment)
  if (fault && deployment.hold?.kind !== 'halted') return { type: 'roll-back', cause: fault }
  if (deployment.hold) return whileHeld(deployment, nowMs)
  switch (deployment.stage) {
    // Whoever frees the service starts it, and the check; no workflow does.
    case 'queued':
      return { type: 'wait', until: deployment.nextActionAt }
    case 'preparing':
    case 'verifying':
      return { type: 'verify' }
    case 'awaiting-approval':
      return whileAwaiting(deployment, nowMs)
    case 'shifting':
      return whileShifting(deployment, nowMs)
    case 'baking':
      return drivenRouteOf(deployment) === null
        ? whileBaking(deployment, gates, nowMs)
        : whileDriven(deployment, gates, nowMs)
  }
}

/** A wish to roll back before a wish to halt; of equals the gate that fails before the one that cannot see. */
function mostUrgent({ failing, blind }: GatesSummary): GateFinding | null {
  if (failing?.answer === 'halt' && blind?.answer === 'roll-back') return blind
  return failing ?? blind
}

/**
 * A halt is a person's to end, and a foreign change is not written over behind their back. But a gate that asks for a
 * rollback is heard, also when it was refused before: stable may be well again by now.
 */
function mayDecide(finding: GateFinding, hold: Deployment['hold']): boolean {
  if (hold?.kind !== 'halted') return true
  return finding.answer === 'roll-back' && hold.cause.type !== 'drift'
}

/** True when somebody has to act now: what Bake asks after it stored its token. */
export function isDue(deployment: Deployment, nowMs: number): boolean {
  return isPast(deployment.nextActionAt, nowMs) || decideNext(deployment, unjudged, nowMs).type !== 'wait'
}

function whileHeld(deployment: Deployment, nowMs: number): Action {
  const until = deployment.hold?.until ?? null
  return isPast(until, nowMs)
    ? { type: 'roll-back', cause: timeout('the pause ran out and nobody resumed', 'command') }
    : { type: 'wait', until }
}

/** A raise that had to wait for capacity is not tried before its time. */
function whileShifting(deployment: Deployment, nowMs: number): Action {
  if (isPast(deployment.deadlineAt, nowMs)) {
    const reason = `step ${deployment.target} could not be written in time`
    return { type: 'roll-back', cause: timeout(reason, 'recovery') }
  }
  const { nextActionAt } = deployment
  return nextActionAt === null || isPast(nextActionAt, nowMs)
    ? { type: 'shift', step: deployment.target, reason: 'the write goes on' }
    : { type: 'wait', until: nextActionAt }
}

function whileAwaiting(deployment: Deployment, nowMs: number): Action {
  if (isApproved(deployment, deployment.target)) return { type: 'shift', step: deployment.target, reason: 'approved' }
  return isPast(deployment.deadlineAt, nowMs)
    ? { type: 'roll-back', cause: timeout(`nobody approved step ${deployment.target} in time`, 'command') }
    : { type: 'wait', until: deployment.deadlineAt }
}

function whileBaking(deployment: Deployment, gates: GatesSummary, nowMs: number): Action {
  if (deployment.promote) return nextStep(deployment, deployment.promote.full, 'promoted')
  const bakeEndsAt = deployment.bakeEndsAt ?? deployment.settledAt
  if (gates.proven) return nextStep(deployment, false, `step ${deployment.step} is proven and ${theyPass(deployment)}`)
  if (bakeEndsAt === null || Date.parse(bakeEndsAt) > nowMs) {
    return { type: 'wait', until: later(bakeEndsAt, deployment.nextActionAt, nowMs) }
  }
  const unsettled = gates.unsettled
  if (!unsettled) return nextStep(deployment, false, `step ${deployment.step} baked and ${theyPass(deployment)}`)
  const limitMs = Date.parse(bakeEndsAt) + unsettled.maxExtendSeconds * 1000
  if (nowMs >= limitMs) {
    const reason = `"${unsettled.gate}" did not pass within ${unsettled.maxExtendSeconds} s after the bake: ${unsettled.reason}`
    return follow(unsettled, { type: 'gate', gate: unsettled.gate, reason })
  }
  const waiting = deployment.nextActionAt
  if (waiting && Date.parse(waiting) > nowMs) return { type: 'wait', until: waiting }
  return { type: 'wait', until: new Date(Math.min(nowMs + prolongSeconds * 1000, limitMs)).toISOString() }
}

/** How soon a driver is looked at again that has not done yet what is due, seconds. */
export const driverLookSeconds = 15

/**
 * The driver raises the share by its own clock: below the last step there is nothing to decide but a rollback. At the end
 * its old side is let go once the gates have passed, and then it still has to say that it succeeded.
 */
function whileDriven(deployment: Deployment, gates: GatesSummary, nowMs: number): Action {
  const { plan, step, bakeEndsAt, nextActionAt, driven } = deployment
  const soon = toIso(nowMs + driverLookSeconds * 1000)
  if (step < plan.steps.length - 1)
    return { type: 'wait', until: bakeEndsAt !== null && !isPast(bakeEndsAt, nowMs) ? bakeEndsAt : soon }
  const action = whileBaking(deployment, gates, nowMs)
  if (action.type !== 'succeed' || driven?.progress?.status === 'succeeded') return action
  return nextActionAt !== null && !isPast(nextActionAt, nowMs) ? { type: 'wait', until: nextActionAt } : action
}

/** The record must not say of a gate that a person resumed from that it passed. */
function theyPass({ waivedGates }: Deployment): string {
  const notAsked = waivedGates.map((name) => `"${name}"`).join(', ')
  return notAsked === '' ? 'its gates pass' : `its gates pass; not asked: ${notAsked}`
}

function nextStep(deployment: Deployment, full: boolean, reason: string): Action {
  const last = deployment.plan.steps.length - 1
  if (deployment.step >= last) return { type: 'succeed' }
  // Each wave is the next one's rehearsal: a promotion to 100 % ends this wave's steps, not the other waves.
  const step = full
    ? Math.max(lastStepOfWave(deployment.plan.steps, deployment.step), deployment.step + 1)
    : deployment.step + 1
  const needsApproval = deployment.plan.steps.slice(deployment.step + 1, step + 1).some((one) => one.approval)
  return needsApproval && !isApproved(deployment, step)
    ? { type: 'await-approval', step }
    : { type: 'shift', step, reason }
}

/** What follows a verified canary: its first weight, or the wait for an approval of it. */
export function firstStep(deployment: Deployment): Action {
  return deployment.plan.steps[0]?.approval && !isApproved(deployment, 0)
    ? { type: 'await-approval', step: 0 }
    : { type: 'shift', step: 0, reason: whyFirst(deployment) }
}

/** What a driver brings into being itself, nobody has looked at yet. */
function whyFirst(deployment: Deployment): string {
  return drivenRouteOf(deployment) === null ? 'the canary is healthy' : 'CodeDeploy brings the new version into being'
}

/** One person counts once. */
export function isApproved(deployment: Deployment, step: number): boolean {
  const people = new Set(deployment.approvals.filter((one) => one.step === step).map(({ by }) => personBehind(by)))
  return people.size >= Math.max(1, deployment.settings.approvals.required)
}

function follow(finding: GateFinding, cause: Cause): Action {
  switch (finding.answer) {
    case 'roll-back':
      return { type: 'roll-back', cause }
    case 'halt':
      return { type: 'halt', cause }
  }
}

function gateCause(finding: GateFinding): Cause {
  return { type: 'gate', gate: finding.gate, reason: finding.reason }
}

function timeout(reason: string, type: 'command' | 'recovery'): Cause {
  return { type, actor: systemActor, reason }
}

const lost: Cause = { type: 'recovery', actor: systemActor, reason: 'the cause of the rollback was not recorded' }

function toIso(ms: number): string {
  return new Date(ms).toISOString()
}

function isPast(instant: string | null, nowMs: number): boolean {
  return instant !== null && Date.parse(instant) <= nowMs
}

/** The look that is planned, where it lies after the end of the bake; else the end of the bake. */
function later(bakeEndsAt: string | null, nextActionAt: string | null, nowMs: number): string | null {
  if (bakeEndsAt === null || nextActionAt === null) return bakeEndsAt ?? nextActionAt
  return Date.parse(nextActionAt) > Math.max(nowMs, Date.parse(bakeEndsAt)) ? nextActionAt : bakeEndsAt
}
