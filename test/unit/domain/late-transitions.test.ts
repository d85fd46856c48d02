import { describe, expect, it } from 'vitest'
import type { Deployment } from '../../../shared/domain/deployment.ts'
import { ConflictError } from '../../../shared/domain/errors.ts'
import { systemActor, type TransitionEvent, transition } from '../../../shared/domain/transition.ts'
import { aDeployment, aRouteState, webArns } from '../../support/builders.ts'
import { aGateFailure, anAbort, aPerson, at, later } from '../../support/transition-events.ts'

const succeeded = (): Deployment => aDeployment({ phase: 'succeeded', stage: 'baking', weight: 100, endedAt: at })
const lateRollback = (overrides: Partial<Deployment> = {}): Deployment =>
  aDeployment({
    ...{ phase: 'rolling-back', goal: 'snapshot', stage: 'verifying', cause: aGateFailure, weight: 100 },
    ...{ lateRollbackOf: 'dep_1', deadlineAt: later },
    routes: [{ resource: webArns.rule, snapshot: aRouteState(), touched: true, stableHealthyBefore: null, test: null }],
    ...overrides,
  })

const verdict: TransitionEvent = {
  type: 'verdict',
  gate: 'errors',
  verdict: 'fail',
  reason: 'many',
  evidence: { n: 1 },
}
const failedLate: TransitionEvent = { type: 'failed-late', gate: 'errors', reason: 'gate "errors" fails' }
const over: TransitionEvent = { type: 'late-watch-over', reason: 'old-side-free: nothing failed' }
const takenBack: TransitionEvent = { type: 'taken-back', by: 'dep_2', reason: 'taken back by dep_2' }
const ready: TransitionEvent = { type: 'old-side-ready', reason: 'blue can carry it' }
const refused: TransitionEvent = { type: 'refused', findings: [], reason: 'blue is cold' }

describe('a deployment that succeeded', () => {
  it('takes verdicts: the word changes the version, not the phase', () => {
    const before = succeeded()
    const after = transition(before, verdict, later)
    expect([after.phase, after.version - before.version, after.endedAt]).toEqual(['succeeded', 1, at])
    expect(after.lastEvents).toEqual([
      {
        seq: 1,
        at: later,
        type: 'verdict',
        actor: systemActor,
        reason: 'many',
        gate: 'errors',
        verdict: 'fail',
        evidence: { n: 1 },
      },
    ])
  })

  it('says once of each gate that it failed late', () => {
    const once = transition(succeeded(), failedLate, later)
    expect(once.lateFailed).toEqual(['errors'])
    expect(once.lastEvents).toEqual([
      { seq: 1, at: later, type: 'note', actor: systemActor, reason: 'gate "errors" fails', gate: 'errors' },
    ])
    expect(transition(once, failedLate, later)).toBe(once)
    expect(transition(once, { ...failedLate, gate: 'slow' }, later).lateFailed).toEqual(['errors', 'slow'])
  })

  it('says once that its late watch is over', () => {
    const once = transition(succeeded(), over, later)
    expect([once.lateWatchEndedAt, once.lastEvents.at(-1)?.reason]).toEqual([later, 'old-side-free: nothing failed'])
    expect(transition(once, over, later)).toBe(once)
  })

  it('names the one late rollback that took it back', () => {
    const once = transition(succeeded(), takenBack, later)
    expect([once.phase, once.lateRollbackBy, once.version]).toEqual(['succeeded', 'dep_2', 2])
    expect(transition(once, { ...takenBack, by: 'dep_3' }, later)).toBe(once)
  })
})

describe('a success', () => {
  it('is final for everything else', () => {
    expect(() => transition(succeeded(), { type: 'roll-back', cause: anAbort }, at)).toThrow('has ended: succeeded')
    expect(() => transition(succeeded(), ready, at)).toThrow('has ended: succeeded')
  })
})

describe('what belongs after a success', () => {
  it.each([failedLate, over, takenBack])('is refused before it, and after another end: $type', (event) => {
    expect(() => transition(aDeployment(), event, at)).toThrow('it has not ended')
    expect(() => transition(aDeployment({ phase: 'rolled-back', endedAt: at }), event, at)).toThrow(ConflictError)
    expect(() => transition(lateRollback(), event, at)).toThrow(ConflictError)
  })

  it.each(['rolled-back', 'aborted', 'rejected', 'rollback-failed'] as const)(
    'has no verdict when it is %s',
    (phase) => {
      expect(() => transition(aDeployment({ phase, endedAt: at }), verdict, at)).toThrow(ConflictError)
    },
  )
})

describe('the record of a late rollback', () => {
  it('restores once the old side is ready, and ends rolled back whoever asked', () => {
    for (const cause of [aGateFailure, anAbort]) {
      const restoring = transition(lateRollback({ cause }), ready, at)
      expect([restoring.phase, restoring.stage, restoring.deadlineAt]).toEqual(['rolling-back', 'shifting', null])
      expect(transition(restoring, { type: 'restored' }, at)).toMatchObject({ phase: 'rolled-back', weight: 0, cause })
    }
  })

  it('says who forced it on while it still looked at the old side', () => {
    const forced = transition(lateRollback(), { ...ready, forcedBy: aPerson }, at)
    expect(forced).toMatchObject({ phase: 'rolling-back', stage: 'shifting', forced: true })
    expect(forced.lastEvents.at(-1)).toEqual({ seq: 1, at, type: 'note', actor: aPerson, reason: 'blue can carry it' })
    expect(transition(lateRollback(), ready, at)).not.toHaveProperty('forced')
  })

  it('ends rejected where the old side is not ready, with traffic where it was', () => {
    const ended = transition(lateRollback(), refused, at)
    expect(ended).toMatchObject({ phase: 'rejected', weight: 100, endedAt: at, deadlineAt: null, nextActionAt: null })
    expect(ended.cause).toEqual({ type: 'preflight', reason: 'blue is cold' })
    expect(ended.lastEvents.at(-1)).toMatchObject({ type: 'phase', from: 'rolling-back', to: 'rejected' })
  })

  it('can still be decided after it was tried for an hour', () => {
    const failed = transition(lateRollback(), { type: 'restore-failed', reason: 'for an hour' }, at)
    expect(transition(failed, refused, at).phase).toBe('rejected')
    expect(transition(failed, ready, at)).toMatchObject({ phase: 'rollback-failed', stage: 'shifting' })
  })

  it.each([ready, refused])('is decided once, and nothing else is: $type', (event) => {
    const restoring = transition(lateRollback(), ready, at)
    expect(() => transition(restoring, event, at)).toThrow(ConflictError)
    const { lateRollbackOf: _none, ...plain } = lateRollback()
    expect(() => transition(plain, event, at)).toThrow(ConflictError)
    expect(() => transition({ ...plain, phase: 'rollback-failed', endedAt: at }, event, at)).toThrow(ConflictError)
  })

  it('cannot be ready where no rollback was asked for', () => {
    expect(() => transition(aDeployment(), ready, at)).toThrow('it is no late rollback')
  })

  it('stays what it is when somebody aborts it', () => {
    const before = lateRollback()
    expect(transition(before, { type: 'roll-back', cause: anAbort }, at)).toBe(before)
  })
})
