import { describe, expect, it } from 'vitest'
import type { Deployment } from '../../../shared/domain/deployment.ts'
import { decideOnDrift, describeDrift, isResting, maxOverwrites, toDrift } from '../../../shared/domain/drift.ts'
import { ConflictError } from '../../../shared/domain/errors.ts'
import { type TransitionEvent, transition } from '../../../shared/domain/transition.ts'
import { aDeployment, aRouteState, webArns } from '../../support/builders.ts'
import { aDrift, aGateFailure, aPerson, at, later } from '../../support/transition-events.ts'

const records = 'route53:Z1/app.example.com/A'
const byDrift = { type: 'drift', reason: 'somebody else' } as const

describe('what is said of a foreign change', () => {
  const ours = aRouteState({ weights: { blue: 90, green: 10 }, settings: 'a' })
  it.each([
    [webArns.rule, ours, { blue: 50, green: 50 }, 'a', 'expected blue 90, green 10, found blue 50, green 50'],
    [webArns.rule, null, { blue: 50, green: null }, 'a', 'expected nothing recorded, found blue 50, green absent'],
    [webArns.rule, ours, { blue: null, green: 1 }, 'a', 'expected blue 90, green 10, found blue absent, green 1'],
    [
      ...[webArns.rule, ours, { blue: 50, green: 50 }, 'b'],
      'expected blue 90, green 10, found blue 50, green 50; actions or stickiness differ as well',
    ],
    [
      ...[webArns.rule, ours, { blue: 900, green: 100 }, 'b'],
      'expected blue 90, green 10, found blue 900, green 100; the shares are as expected, but actions or stickiness differ',
    ],
    [
      ...[records, ours, { blue: 0, green: 1 }, 'b'],
      'expected blue 90, green 10, found blue 0, green 1; values, TTL or other settings of the records differ as well',
    ],
    [
      ...['lambda:checkout:live', ours, { blue: 90, green: null }, 'b'],
      'expected blue 90, green 10, found blue 90, green absent; calls of other versions, or shares finer than 0.1 %, differ as well',
    ],
  ] as const)('of %s, %o, then %o with settings %s', (resource, expected, weights, settings, says) => {
    const drift = toDrift(resource, expected, aRouteState({ weights, settings }))
    expect(describeDrift(drift)).toBe(`${resource} was changed by somebody else: ${says}`)
    expect(drift).toEqual({
      ...{ resource, before: expected?.weights ?? null, after: weights },
      beyondWeights: expected !== null && settings !== 'a',
    })
  })
})

it('says no more of other settings than that, where nothing is recorded', () => {
  expect(describeDrift(aDrift({ before: null, beyondWeights: true }))).toMatch(
    /found blue 50, green 50; .* differ as well$/,
  )
})

const hold = (kind: 'paused' | 'halted') => ({ kind, since: at, until: null, cause: aGateFailure })
const block = { finding: 'freeze', reason: 'weekend', until: later } as const
const following = (onDrift: 'halt' | 'overwrite' | 'roll-back') => ({ ...aDeployment().settings, onDrift })
const overwriting: Partial<Deployment> = { settings: following('overwrite'), stage: 'baking', firstShiftAt: at }

describe('what the check does about a foreign change', () => {
  it.each<[string, Partial<Deployment>, 'wait' | 'shift', ReturnType<typeof decideOnDrift>]>([
    ['asks while a step bakes', { stage: 'baking' }, 'wait', 'halt-or-roll-back'],
    ['asks before the next step is written', { stage: 'baking' }, 'shift', 'halt-or-roll-back'],
    ['asks while a raise waits', { stage: 'shifting', waitsFor: block }, 'wait', 'halt-or-roll-back'],
    ['asks while a person has paused', { hold: hold('paused') }, 'wait', 'halt-or-roll-back'],
    [
      'goes back while a person has paused',
      { hold: hold('paused'), settings: following('roll-back') },
      'wait',
      'halt-or-roll-back',
    ],
    ['only notes it where a person was asked already', { hold: hold('halted') }, 'wait', 'note'],
    ['only notes it while halted, whatever onDrift says', { ...overwriting, hold: hold('halted') }, 'wait', 'note'],
    ['overwrites while a step bakes', overwriting, 'wait', 'overwrite'],
    ['overwrites while a step waits for approval', { ...overwriting, stage: 'awaiting-approval' }, 'wait', 'overwrite'],
    [
      'overwrites while a raise waits for the line',
      { ...overwriting, stage: 'shifting', waitsFor: block },
      'wait',
      'overwrite',
    ],
    [
      'overwrites where a person said so',
      { ...overwriting, settings: following('halt'), overwriteDrift: true },
      'wait',
      'overwrite',
    ],
    ['writes nothing while paused', { ...overwriting, hold: hold('paused') }, 'wait', 'note'],
    ['leaves it to the next step, which is due', overwriting, 'shift', 'leave'],
    [
      'leaves it to a write that is tried again soon',
      { ...overwriting, stage: 'shifting', waitsFor: null },
      'wait',
      'leave',
    ],
    ['has no step to write again before the first', { ...overwriting, firstShiftAt: null }, 'wait', 'note'],
    ['overwrites a last time', { ...overwriting, overwrites: maxOverwrites - 1 }, 'wait', 'overwrite'],
    ['asks where it always comes back', { ...overwriting, overwrites: maxOverwrites }, 'wait', 'halt-or-roll-back'],
  ])('%s', (_, overrides, next, does) => {
    expect(decideOnDrift(aDeployment(overrides), next)).toBe(does)
  })
})

describe('a deployment whose routes rest', () => {
  const now = Date.parse(at)
  it.each<[string, Partial<Deployment>, boolean]>([
    ['while it bakes', { stage: 'baking' }, true],
    ['while it waits for approval', { stage: 'awaiting-approval' }, true],
    ['while a raise waits', { stage: 'shifting', nextActionAt: later }, true],
    ['while it is held', { stage: 'verifying', hold: hold('paused') }, true],
    ['not while a step is due to be written', { stage: 'shifting', nextActionAt: at }, false],
    ['not while a step is written', { stage: 'shifting', nextActionAt: null }, false],
    ['not while the canary is verified', { stage: 'verifying' }, false],
    ['not while it rolls back', { stage: 'baking', goal: 'snapshot' }, false],
    ['not after its end', { stage: 'baking', endedAt: at }, false],
  ])('%s', (_, overrides, rests) => {
    expect(isResting(aDeployment(overrides), now)).toBe(rests)
  })
})

describe('a foreign change in the record', () => {
  const { resource, ...change } = aDrift()
  const inRecord = { at, ...change }
  const weights = { resource, before: change.before, after: change.after }
  const baking = (overrides: Partial<Deployment> = {}) =>
    aDeployment({ phase: 'baking', stage: 'baking', firstShiftAt: at, ...overrides })
  const having = (deployment: Deployment, ...events: readonly TransitionEvent[]) =>
    events.reduce((record, event) => transition(record, event, at), deployment)
  const noted = (overrides = {}, stands = true): TransitionEvent => ({
    ...{ type: 'drift-noted', drift: aDrift(overrides), stands, reason: 'found' },
  })
  const halt: TransitionEvent = { type: 'halt', cause: byDrift, drift: aDrift() }

  it('is named by the event of a halt, and stands until a person answers', () => {
    const halted = having(baking(), halt)
    expect(halted.lastEvents.at(-1)).toMatchObject({ type: 'phase', to: 'halted', ...weights })
    expect(halted.routes[0]?.drift).toEqual(inRecord)
    const resume = { type: 'resume', actor: aPerson, reason: '', drift: 'adopt', adoptedWeight: 50 } as const
    expect(having({ ...halted, overwrites: 2 }, resume)).toMatchObject({ overwrites: 0 })
    expect(having(halted, resume).routes[0]).not.toHaveProperty('drift')
  })

  it('is named by the event of a rollback', () => {
    const event = { type: 'roll-back', cause: byDrift, drift: aDrift() } as const
    expect(having(baking(), event).lastEvents.at(-1)).toMatchObject({ type: 'phase', to: 'rolling-back', ...weights })
    expect(having(baking(), { ...event, drift: aDrift({ before: null }) }).lastEvents.at(-1)).not.toHaveProperty(
      'before',
    )
  })

  it('is noted once, and again when it is another one', () => {
    const once = having(baking({ version: 4 }), noted())
    expect(once).toMatchObject({ version: 4, routes: [{ drift: inRecord }] })
    expect(once.lastEvents.at(-1)).toMatchObject({ type: 'note', reason: 'found', ...weights })
    expect(having(once, noted())).toBe(once)
    expect(having(once, noted({ after: { blue: 5, green: 5 } }))).toBe(once)
    expect(having(once, noted({ beyondWeights: true })).eventSeq).toBe(once.eventSeq + 1)
    expect(having(once, noted({ after: { blue: 0, green: 1 } })).eventSeq).toBe(once.eventSeq + 1)
    expect(having(once, noted({ resource: 'elsewhere' })).routes).toEqual(once.routes)
  })

  it('is settled by what it turned out to be, and by a write of ours', () => {
    const standing = having(baking(), noted())
    expect(having(standing, noted({}, false)).routes[0]).not.toHaveProperty('drift')
    const before = { blue: 50, green: 50 }
    const written = { type: 'written', resource, before, after: { blue: 90, green: 10 }, reason: '' } as const
    expect(having(standing, written).routes[0]).not.toHaveProperty('drift')
    expect(having(standing, { ...written, changeId: 'C1' }).routes[0]).toEqual({
      ...baking().routes[0],
      change: { id: 'C1', step: 0 },
    })
  })

  it('is written over by going back to the step that was last verified', () => {
    const wanted: TransitionEvent = { type: 'overwrite-wanted', drift: aDrift(), reason: 'again', deadlineAt: later }
    const waiting = baking({ stage: 'shifting', phase: 'shifting', step: 0, target: 1, waitsFor: block })
    const again = having(waiting, wanted)
    expect(again).toMatchObject({
      ...{ stage: 'shifting', step: 0, target: 0, waitsFor: null, promote: null, version: waiting.version + 1 },
      ...{ overwriteDrift: true, overwrites: 1, nextActionAt: at, deadlineAt: later, routes: [{ drift: inRecord }] },
    })
    expect(again.lastEvents.at(-1)).toMatchObject({ type: 'phase', reason: 'again', ...weights })
    const shifted = { type: 'shifted', step: 0, settledAt: at, bakeEndsAt: later, lookAt: later } as const
    const twice = having(again, shifted, wanted)
    expect(twice.overwrites).toBe(2)
    const next = { type: 'shift-wanted', step: 1, reason: 'baked', deadlineAt: later } as const
    expect(having(twice, shifted, next).overwrites).toBe(0)
    expect(() => having(aDeployment({ stage: 'verifying', phase: 'verifying' }), wanted)).toThrow(ConflictError)
  })
})
