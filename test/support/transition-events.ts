import fc from 'fast-check'
import type { Actor, Cause, Deployment } from '../../shared/domain/deployment.ts'
import type { Drift } from '../../shared/domain/drift.ts'
import { systemActor, type TransitionEvent } from '../../shared/domain/transition.ts'
import { aDeployment, aRouteState, webArns } from './builders.ts'

export const at = '2026-01-01T00:10:00.000Z'
export const later = '2026-01-01T01:00:00.000Z'
export const aPerson: Actor = { kind: 'token', name: 'ci' }
export const anAbort: Cause = { type: 'command', actor: aPerson, reason: 'enough' }
export const aGateFailure: Cause = { type: 'gate', gate: 'errors', reason: 'too many' }

/** 10 % to green became a half. */
export function aDrift(overrides: Partial<Drift> = {}): Drift {
  return {
    resource: webArns.rule,
    before: { blue: 90, green: 10 },
    after: { blue: 50, green: 50 },
    beyondWeights: false,
    ...overrides,
  }
}
const { settings, plan, routes } = aDeployment()
/** The roles are swapped since it was put in the queue. */
export const aDequeued: TransitionEvent = { type: 'dequeued', stable: 'green', settings, plan, routes }

/** Every kind of event, made to fit `deployment` where it can. */
export const everyEvent = (deployment: Deployment): readonly TransitionEvent[] => [
  {
    type: 'prepared',
    findings: [],
    snapshots: { [webArns.rule]: aRouteState() },
    stableHealthy: { [webArns.rule]: 2 },
    deadlineAt: later,
  },
  { type: 'refused', findings: [], reason: 'preflight found: stable-empty' },
  { type: 'touched', resource: webArns.rule, snapshot: aRouteState() },
  { type: 'test-pointed', resource: webArns.rule, testResource: 'test', snapshot: aRouteState() },
  { type: 'test-restored', resource: webArns.rule },
  {
    type: 'written',
    resource: webArns.rule,
    before: { blue: 100, green: 0 },
    after: { blue: 90, green: 10 },
    reason: 'step',
  },
  { type: 'shift-wanted', step: Math.min(deployment.step + 1, 1), reason: 'next', deadlineAt: later },
  { type: 'shift-wanted', step: 0, reason: 'first', deadlineAt: later },
  { type: 'shift-delayed', until: later, reason: 'no capacity' },
  {
    type: 'raise-blocked',
    block: { finding: 'freeze', reason: 'weekend', until: later },
    until: later,
    deadlineAt: later,
  },
  { type: 'approval-wanted', step: 1, deadlineAt: later },
  { type: 'shifted', step: deployment.target, settledAt: at, bakeEndsAt: later, lookAt: later },
  { type: 'prolonged', until: later },
  { type: 'verdict', gate: 'errors', verdict: 'pass', reason: 'fine', evidence: {} },
  { type: 'succeeded' },
  { type: 'halt', cause: { type: 'drift', actor: systemActor, reason: 'somebody else' } },
  { type: 'halt', cause: aGateFailure },
  { type: 'roll-back', cause: aGateFailure },
  { type: 'roll-back', cause: anAbort },
  { type: 'roll-back', cause: { type: 'superseded', reason: 'a newer one' } },
  { type: 'restored' },
  { type: 'restored', tailSeconds: 120 },
  { type: 'partly-restored', outcomes: [{ resource: webArns.rule, failure: 'Rate exceeded' }] },
  { type: 'restore-failed', reason: 'for an hour' },
  {
    type: 'changed-after-end',
    resource: webArns.rule,
    found: { blue: 60, green: 40 },
    reason: 'somebody else changed it',
  },
  { type: 'succeeded-by', execution: 2, reason: 'the first died' },
  { type: 'note', reason: 'something', evidence: { count: 1 } },
  { type: 'note', reason: 'something else' },
  { type: 'pause', actor: aPerson, reason: '', until: later },
  { type: 'pause', actor: aPerson, reason: 'for ever', until: null },
  { type: 'resume', actor: aPerson, reason: '', drift: null, adoptedWeight: null },
  { type: 'resume', actor: aPerson, reason: '', drift: 'overwrite', adoptedWeight: null },
  { type: 'resume', actor: aPerson, reason: '', drift: 'adopt', adoptedWeight: 20 },
  { type: 'promote', actor: aPerson, reason: '', full: false },
  { type: 'promote', actor: aPerson, reason: 'now', full: true },
  { type: 'approve', actor: aPerson, reason: '' },
  { type: 'halt', cause: { type: 'drift', actor: systemActor, reason: 'somebody else' }, drift: aDrift() },
  { type: 'roll-back', cause: { type: 'drift', actor: systemActor, reason: 'somebody else' }, drift: aDrift() },
  { type: 'drift-noted', drift: aDrift(), stands: true, reason: 'somebody else' },
  { type: 'drift-noted', drift: aDrift({ beyondWeights: true }), stands: false, reason: 'somebody else' },
  { type: 'overwrite-wanted', drift: aDrift(), reason: 'somebody else', deadlineAt: later },
  { type: 'failed-late', gate: 'errors', reason: 'too many' },
  { type: 'late-watch-over', reason: 'old-side-free: nothing failed' },
  { type: 'taken-back', by: 'dep_2', reason: 'taken back' },
  { type: 'old-side-ready', reason: 'blue can carry it' },
  aDequeued,
  { type: 'start-blocked', block: { finding: 'freeze', reason: 'weekend', until: later } },
  { type: 'held-back', by: { deployment: 'dep_ahead', reason: 'stable has no healthy target' } },
]

/** Picks of events by number: what a run of a deployment may meet, in any order. */
export const anyPicks = fc.array(fc.nat({ max: everyEvent({ step: 0, target: 0 } as Deployment).length - 1 }), {
  maxLength: 40,
})
