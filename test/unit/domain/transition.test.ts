import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Deployment, isFinal, type Phase } from '../../../shared/domain/deployment.ts'
import { ConflictError, ValidationError } from '../../../shared/domain/errors.ts'
import { systemActor, type TransitionEvent, transition } from '../../../shared/domain/transition.ts'
import { aDeployment, aRouteState, webArns } from '../../support/builders.ts'
import { aGateFailure, anAbort, anyPicks, aPerson, at, everyEvent, later } from '../../support/transition-events.ts'

/** Applies events by number, leaving out those that the state refuses. */
function follow(picks: readonly number[], from: Deployment = aDeployment()): Deployment {
  return picks.reduce((deployment, pick) => {
    const event = everyEvent(deployment)[pick]
    return event ? (attempt(deployment, event) ?? deployment) : deployment
  }, from)
}

function attempt(deployment: Deployment, event: TransitionEvent): Deployment | null {
  try {
    return transition(deployment, event, at)
  } catch (error) {
    if (error instanceof ConflictError || error instanceof ValidationError) return null
    throw error
  }
}

const run = (...events: readonly TransitionEvent[]): Deployment =>
  events.reduce((deployment, event) => transition(deployment, event, at), aDeployment())

const prepared: TransitionEvent = {
  type: 'prepared',
  findings: [],
  snapshots: { [webArns.rule]: aRouteState() },
  stableHealthy: { [webArns.rule]: 2 },
  deadlineAt: later,
}
const wanted = (step: number): TransitionEvent => ({ type: 'shift-wanted', step, reason: 'next', deadlineAt: later })
const shifted = (step: number): TransitionEvent => ({
  type: 'shifted',
  step,
  settledAt: at,
  bakeEndsAt: later,
  lookAt: later,
})
const baking = () => run(prepared, wanted(0), shifted(0))
const awaiting = () => run(prepared, wanted(0), shifted(0), { type: 'approval-wanted', step: 1, deadlineAt: later })
const drift: TransitionEvent = { type: 'halt', cause: { type: 'drift', actor: systemActor, reason: 'somebody else' } }
const pause: TransitionEvent = { type: 'pause', actor: aPerson, reason: '', until: later }
const resume = (more: object = {}): TransitionEvent => ({
  type: 'resume',
  actor: aPerson,
  reason: '',
  drift: null,
  adoptedWeight: null,
  ...more,
})

describe('transition, whatever happens', () => {
  it('lets every reachable open deployment be aborted and restored', () => {
    fc.assert(
      fc.property(anyPicks, (picks) => {
        const deployment = follow(picks)
        if (isFinal(deployment.phase)) return
        const aborted = transition(deployment, { type: 'roll-back', cause: anAbort }, at)
        expect(aborted.phase).toBe('rolling-back')
        const restored = transition(aborted, { type: 'restored' }, at)
        expect(restored).toMatchObject({ phase: 'aborted', weight: 0, effectiveWeight: 0, endedAt: at })
      }),
    )
  })

  it('absorbs every event once the phase is final, but for the success of a failed rollback', () => {
    fc.assert(
      fc.property(anyPicks, anyPicks, (picks, more) => {
        const ended = follow([...picks, 16, 19])
        if (!isFinal(ended.phase)) return
        const after = follow(more, ended)
        const allowed: readonly Phase[] =
          ended.phase === 'rollback-failed' ? ['rollback-failed', 'rolled-back'] : [ended.phase]
        expect(allowed).toContain(after.phase)
        expect(after.cause).toEqual(ended.cause)
      }),
    )
  })

  it('numbers events without a gap, moves the revision once a change and never moves the version back', () => {
    fc.assert(
      fc.property(anyPicks, (picks) => {
        let before = aDeployment()
        for (const pick of picks) {
          const after = follow([pick], before)
          if (after === before) continue
          expect(after.revision).toBe(before.revision + 1)
          expect(after.version).toBeGreaterThanOrEqual(before.version)
          expect(after.lastEvents.map((event) => event.seq)).toEqual(
            Array.from({ length: after.eventSeq }, (_, index) => index + 1).slice(-after.lastEvents.length),
          )
          before = after
        }
      }),
    )
  })

  it('moves the version with phase, step, weight and command, and leaves it with notes and writes', () => {
    fc.assert(
      fc.property(anyPicks, fc.nat({ max: 31 }), (picks, pick) => {
        const before = follow(picks)
        const after = follow([pick], before)
        const visible = (one: Deployment) => [one.phase, one.step, one.weight, one.approvals.length, one.promote]
        if (JSON.stringify(visible(after)) !== JSON.stringify(visible(before))) {
          expect(after.version).toBeGreaterThan(before.version)
        }
      }),
    )
  })

  it('never raises again after somebody decided to roll back', () => {
    fc.assert(
      fc.property(anyPicks, anyPicks, (picks, more) => {
        const rolling = attempt(follow(picks), { type: 'roll-back', cause: aGateFailure })
        if (rolling?.goal !== 'snapshot') return
        const after = follow(more, rolling)
        expect(after.goal).toBe('snapshot')
        expect([rolling.weight, 0]).toContain(after.weight)
      }),
    )
  })

  it('carries the phases in its events: each begins where the last one ended', () => {
    fc.assert(
      fc.property(anyPicks, (picks) => {
        const { lastEvents, phase } = follow(picks)
        let current: Phase = 'preparing'
        for (const event of lastEvents) {
          if (event.from === undefined) continue
          expect(event.from).toBe(current)
          current = event.to ?? current
        }
        expect(phase).toBe(current)
      }),
    )
  })
})

describe('the way to success', () => {
  it('goes through preparing, verifying, shifting and baking', () => {
    expect(run(prepared)).toMatchObject({ phase: 'verifying', deadlineAt: later, nextActionAt: later })
    expect(run(prepared).routes[0]?.snapshot).toEqual(aRouteState())
    expect(run(prepared, wanted(0))).toMatchObject({ phase: 'shifting', target: 0, nextActionAt: at })
    expect(baking()).toMatchObject({ phase: 'baking', step: 0, weight: 10, firstShiftAt: at, bakeEndsAt: later })
    const full = transition(transition(baking(), wanted(1), at), shifted(1), at)
    expect(full).toMatchObject({ phase: 'baking', step: 1, weight: 100, effectiveWeight: 100 })
    const done = transition(full, { type: 'succeeded' }, at)
    expect(done).toMatchObject({ phase: 'succeeded', endedAt: at, weight: 100, cause: null })
    expect(transition(done, { type: 'succeeded' }, at)).toBe(done)
  })

  it('keeps a snapshot that is not taken again', () => {
    const twice = transition(
      aDeployment({
        routes: [{ resource: 'other', snapshot: null, touched: false, stableHealthyBefore: null, test: null }],
      }),
      prepared,
      at,
    )
    expect(twice.routes[0]?.snapshot).toBeNull()
  })

  it('refuses events that do not fit the stage', () => {
    expect(() => transition(baking(), prepared, at)).toThrow(ConflictError)
    expect(() => transition(run(prepared), { type: 'succeeded' }, at)).toThrow(ConflictError)
    expect(() => transition(run(prepared, wanted(0)), shifted(1), at)).toThrow(ConflictError)
    expect(() => transition(run(prepared, wanted(7)), shifted(7), at)).toThrow(ConflictError)
    expect(() => transition(baking(), { type: 'restored' }, at)).toThrow(ConflictError)
    expect(() => transition(baking(), { type: 'restore-failed', reason: '' }, at)).toThrow(ConflictError)
  })

  it('ends as rejected when preflight refuses', () => {
    const refused = run({ type: 'refused', findings: [], reason: 'preflight found: stable-empty' })
    expect(refused).toMatchObject({ phase: 'rejected', cause: { type: 'preflight' }, endedAt: at })
  })

  it('notes touched routes, test entries, writes and successors without moving the version', () => {
    const touched = run(prepared, {
      type: 'touched',
      resource: webArns.rule,
      snapshot: aRouteState({ weights: { blue: 1, green: 0 } }),
    })
    expect(touched.routes[0]).toMatchObject({ touched: true, snapshot: { weights: { blue: 1, green: 0 } } })
    const elsewhere = run(prepared, { type: 'touched', resource: 'elsewhere', snapshot: aRouteState() })
    expect(elsewhere.routes[0]?.touched).toBe(false)
    const pointed = run(prepared, {
      type: 'test-pointed',
      resource: webArns.rule,
      testResource: 'test',
      snapshot: aRouteState(),
    })
    expect(pointed.routes[0]?.test).toEqual({ resource: 'test', snapshot: aRouteState() })
    expect(transition(pointed, { type: 'test-restored', resource: webArns.rule }, at).routes[0]?.test).toBeNull()
    expect(run({ type: 'succeeded-by', execution: 2, reason: 'died' })).toMatchObject({ execution: 2, version: 1 })
    const delayed = run(prepared, wanted(0), { type: 'shift-delayed', until: later, reason: 'no capacity' })
    expect(delayed.nextActionAt).toBe(later)
    expect(transition(delayed, { type: 'note', reason: 'x', evidence: { a: 1 } }, at).lastEvents.at(-1)).toMatchObject({
      evidence: { a: 1 },
    })
  })

  it('prolongs a step once for each new instant', () => {
    const deployment = baking()
    expect(transition(deployment, { type: 'prolonged', until: later }, at)).toBe(deployment)
    expect(transition(deployment, { type: 'prolonged', until: at }, at).nextActionAt).toBe(at)
  })
})

describe('rolling back', () => {
  const rolling = (cause = aGateFailure) => transition(baking(), { type: 'roll-back', cause }, at)

  it.each([
    { name: 'a gate', cause: aGateFailure, phase: 'rolled-back' },
    { name: 'a person', cause: anAbort, phase: 'aborted' },
    { name: 'a newer deployment', cause: { type: 'superseded', reason: 'newer' } as const, phase: 'superseded' },
    {
      name: 'a time-out of ours',
      cause: { type: 'command', actor: systemActor, reason: 'nobody approved' } as const,
      phase: 'rolled-back',
    },
    {
      name: 'a command without a name',
      cause: { type: 'command', reason: 'who knows' } as const,
      phase: 'rolled-back',
    },
  ])('ends as $phase after $name', ({ cause, phase }) => {
    expect(transition(rolling(cause), { type: 'restored' }, at).phase).toBe(phase)
  })

  it('lets an abort outrank a rollback that is under way, and nothing outrank an abort', () => {
    const aborted = transition(rolling(), { type: 'roll-back', cause: anAbort }, at)
    expect(aborted.cause).toEqual(anAbort)
    expect(transition(aborted, { type: 'roll-back', cause: aGateFailure }, at)).toBe(aborted)
    expect(transition(aborted, { type: 'roll-back', cause: anAbort }, at)).toBe(aborted)
  })

  it('records writes, notes, test entries and successors, and refuses what raises', () => {
    const written = transition(
      rolling(),
      {
        type: 'written',
        resource: webArns.rule,
        before: { blue: 90, green: 10 },
        after: { blue: 100, green: 0 },
        reason: 'restored',
      },
      at,
    )
    expect(written.lastEvents.at(-1)).toMatchObject({ type: 'write', after: { blue: 100, green: 0 } })
    expect(transition(rolling(), { type: 'note', reason: 'x' }, at).lastEvents.at(-1)?.reason).toBe('x')
    expect(transition(rolling(), { type: 'test-restored', resource: webArns.rule }, at).routes[0]?.test).toBeNull()
    expect(transition(rolling(), { type: 'succeeded-by', execution: 3, reason: 'died' }, at).execution).toBe(3)
    for (const event of [wanted(1), shifted(1), pause, resume(), drift, prepared]) {
      expect(() => transition(rolling(), event, at)).toThrow(ConflictError)
    }
  })

  it('has one way out when it failed: it succeeds after all', () => {
    const failed = transition(rolling(anAbort), { type: 'restore-failed', reason: 'for an hour' }, at)
    expect(failed).toMatchObject({ phase: 'rollback-failed', endedAt: at })
    expect(transition(failed, { type: 'roll-back', cause: aGateFailure }, at)).toBe(failed)
    expect(transition(failed, { type: 'restore-failed', reason: 'still' }, at)).toBe(failed)
    expect(() => transition(failed, pause, at)).toThrow(ConflictError)
    const restored = transition(failed, { type: 'restored' }, at)
    expect(restored).toMatchObject({ phase: 'rolled-back', weight: 0 })
    expect(transition(restored, { type: 'restored' }, at)).toBe(restored)
    expect(() => transition(restored, { type: 'succeeded' }, at)).toThrow(ConflictError)
  })

  it('still notes what happens to a deployment that has ended', () => {
    const done = transition(rolling(), { type: 'restored' }, at)
    expect(transition(done, { type: 'note', reason: 'late' }, at)).toMatchObject({
      phase: 'rolled-back',
      version: done.version,
    })
    const event: TransitionEvent = {
      type: 'written',
      resource: webArns.rule,
      before: { blue: 0, green: 1 },
      after: { blue: 1, green: 0 },
      reason: 'again',
    }
    expect(transition(done, event, at).lastEvents.at(-1)?.type).toBe('write')
    expect(transition(done, { type: 'test-restored', resource: webArns.rule }, at).phase).toBe('rolled-back')
  })

  it('notes once of each route what somebody else put there after the end', () => {
    const changed: TransitionEvent = {
      type: 'changed-after-end',
      resource: webArns.rule,
      found: { blue: 60, green: 40 },
      reason: 'somebody else changed it',
    }
    const done = transition(rolling(), { type: 'restored' }, at)
    const noted = transition(done, changed, later)
    expect(noted).toMatchObject({ phase: 'rolled-back', version: done.version, revision: done.revision + 1 })
    expect(noted.routes).toEqual([
      { ...done.routes[0], changedAfterEnd: { at: later, found: { blue: 60, green: 40 } } },
    ])
    expect(noted.lastEvents.at(-1)).toMatchObject({
      ...{ type: 'note', reason: changed.reason, resource: webArns.rule, after: changed.found },
    })
    expect(transition(noted, { ...changed, found: { blue: 0, green: 100 } }, later)).toBe(noted)
    expect(transition(done, { ...changed, resource: 'elsewhere' }, later)).toBe(done)
    const failed = transition(rolling(anAbort), { type: 'restore-failed', reason: 'for an hour' }, at)
    for (const open of [baking(), rolling(), failed]) expect(() => transition(open, changed, at)).toThrow(ConflictError)
  })

  it('records an abort as a command of the person', () => {
    expect(rolling(anAbort).lastEvents.at(-1)).toMatchObject({
      type: 'command',
      actor: aPerson,
      reason: 'abort: enough',
    })
  })
})

describe('commands', () => {
  it('pauses any open stage once and shows it, with what was going on kept underneath', () => {
    const paused = transition(baking(), pause, at)
    expect(paused).toMatchObject({
      phase: 'paused',
      stage: 'baking',
      hold: { kind: 'paused', until: later },
      nextActionAt: later,
    })
    expect(transition(paused, pause, at)).toBe(paused)
    expect(() => transition(transition(baking(), drift, at), pause, at)).toThrow(ConflictError)
  })

  it('adds the length of a pause to the bake and to a deadline', () => {
    const hourLater = '2026-01-01T02:00:00.000Z'
    const resumed = transition(transition(baking(), pause, at), resume(), later)
    expect(resumed).toMatchObject({
      phase: 'baking',
      bakeEndsAt: '2026-01-01T01:50:00.000Z',
      nextActionAt: '2026-01-01T01:50:00.000Z',
    })
    const waiting = transition(transition(awaiting(), pause, later), resume(), hourLater)
    expect(waiting).toMatchObject({ phase: 'awaiting-approval', deadlineAt: hourLater, nextActionAt: hourLater })
    const preparing = transition(transition(aDeployment(), pause, at), resume(), later)
    expect(preparing).toMatchObject({ stage: 'preparing', nextActionAt: later })
    const shifting = transition(transition(run(prepared, wanted(0)), pause, at), resume(), later)
    expect(shifting).toMatchObject({ phase: 'shifting', nextActionAt: later })
    expect(transition(resumed, resume(), later)).toBe(resumed)
  })

  it('asks what to do with a foreign change', () => {
    const halted = transition(baking(), drift, at)
    expect(halted).toMatchObject({ phase: 'halted', cause: { type: 'drift' }, nextActionAt: null })
    expect(transition(halted, drift, at)).toBe(halted)
    expect(() => transition(halted, resume(), at)).toThrow(ValidationError)
    expect(transition(halted, resume({ drift: 'adopt', adoptedWeight: 20 }), at)).toMatchObject({
      phase: 'baking',
      weight: 20,
      overwriteDrift: false,
      cause: null,
    })
    expect(transition(halted, resume({ drift: 'adopt' }), at)).toMatchObject({ phase: 'baking', weight: 10 })
    expect(transition(halted, resume({ drift: 'overwrite' }), at)).toMatchObject({
      phase: 'shifting',
      target: 0,
      overwriteDrift: true,
    })
  })

  it('restores what was adopted before our first write, and never a split of ours', () => {
    const live = aRouteState({ weights: { blue: 80, green: 20 } })
    const adopt = resume({ drift: 'adopt', adoptedWeight: 20, adopted: { [webArns.rule]: live } })
    const untouched = transition(transition(run(prepared, wanted(0)), drift, at), adopt, at)
    expect(untouched.routes[0]?.snapshot).toEqual(live)
    const touched = run(prepared, wanted(0), { type: 'touched', resource: webArns.rule, snapshot: aRouteState() })
    expect(transition(transition(touched, drift, at), adopt, at).routes[0]?.snapshot).toEqual(aRouteState())
    const elsewhere = resume({ drift: 'adopt', adoptedWeight: 20, adopted: {} })
    expect(transition(transition(run(prepared, wanted(0)), drift, at), elsewhere, at).routes[0]?.snapshot).toEqual(
      aRouteState(),
    )
  })

  it('does not halt again for a gate from which a person resumed, until the next step', () => {
    const halted = transition(transition(baking(), pause, at), { type: 'halt', cause: aGateFailure }, at)
    expect(halted).toMatchObject({ phase: 'halted', hold: { since: at } })
    const resumed = transition(halted, resume(), at)
    expect(resumed.waivedGates).toEqual(['errors'])
    expect(transition(transition(resumed, wanted(1), at), shifted(1), at).waivedGates).toEqual([])
  })

  it('promotes only what bakes, and remembers the widest wish', () => {
    const promote = (full: boolean): TransitionEvent => ({ type: 'promote', actor: aPerson, reason: '', full })
    const once = transition(baking(), promote(false), at)
    expect(once.promote).toEqual({ step: 0, full: false, actor: aPerson })
    expect(transition(once, promote(false), at)).toBe(once)
    const full = transition(once, promote(true), at)
    expect(full.promote?.full).toBe(true)
    expect(transition(full, promote(false), at)).toBe(full)
    expect(transition(full, promote(true), at)).toBe(full)
    expect(() => transition(awaiting(), promote(false), at)).toThrow(ConflictError)
  })

  it('counts a person once for each step', () => {
    const approve = (name: string): TransitionEvent => ({ type: 'approve', actor: { kind: 'token', name }, reason: '' })
    const once = transition(awaiting(), approve('ann'), at)
    expect(once.approvals).toEqual([{ by: 'ann', at, step: 1 }])
    expect(transition(once, approve('ann'), at)).toBe(once)
    expect(transition(once, approve('bob'), at).approvals).toHaveLength(2)
    const released = transition(once, wanted(1), at)
    expect(transition(released, approve('ann'), at)).toBe(released)
    expect(() => transition(released, approve('eve'), at)).toThrow(ConflictError)
    expect(() => transition(baking(), approve('ann'), at)).toThrow(ConflictError)
  })

  it('names the step that waits, with its weight', () => {
    expect(awaiting().lastEvents.at(-1)?.reason).toBe('step 1 (100 %) waits for 1 approval(s)')
    const beyond = run(prepared, { type: 'approval-wanted', step: 9, deadlineAt: later })
    expect(beyond.lastEvents.at(-1)?.reason).toBe('step 9 (0 %) waits for 1 approval(s)')
  })
})
