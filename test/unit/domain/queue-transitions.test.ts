import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Deployment } from '../../../shared/domain/deployment.ts'
import { ConflictError } from '../../../shared/domain/errors.ts'
import { decideNext, unjudged } from '../../../shared/domain/next-action.ts'
import type { RaiseBlock } from '../../../shared/domain/raise-block.ts'
import { systemActor, type TransitionEvent, transition } from '../../../shared/domain/transition.ts'
import { aDeployment } from '../../support/builders.ts'
import { anAbort, anyPicks, aPerson, at, everyEvent, later } from '../../support/transition-events.ts'

const queued = aDeployment({ phase: 'queued', stage: 'queued', queued: { takesOver: false } })
const until = '2026-01-05T00:00:00.000Z'
const freeze: RaiseBlock = { finding: 'freeze', reason: 'weekend', until }
const stopped: RaiseBlock = { finding: 'stopped', reason: 'ops stopped the line', until: null }
const by = { deployment: 'dep_ahead', reason: 'stable has no healthy target' }
const blockedBy = (block: RaiseBlock): TransitionEvent => ({ type: 'start-blocked', block })
const reasonsOf = ({ lastEvents }: Deployment) => lastEvents.map(({ type, reason }) => [type, reason])

const settings = { ...queued.settings, settleSeconds: 33 }
const plan = { ...queued.plan, minimumSeconds: 1 }
const routes = [{ resource: 'other', snapshot: null, touched: false, stableHealthyBefore: null, test: null }]
const dequeued: TransitionEvent = { type: 'dequeued', stable: 'green', settings, plan, routes }

describe('a deployment whose turn has come', () => {
  it('prepares with the roles, settings and plan of now', () => {
    expect(transition(queued, dequeued, at)).toEqual({
      ...queued,
      ...{ phase: 'preparing', stage: 'preparing', stable: 'green', canary: 'blue', settings, plan, routes },
      ...{ waitsFor: null, heldBack: null, nextActionAt: at, version: 2, revision: 2, eventSeq: 1 },
      lastEvents: [
        { seq: 1, at, type: 'phase', actor: systemActor, reason: 'its turn has come', from: 'queued', to: 'preparing' },
      ],
    })
  })

  it('waits no more for what held it up', () => {
    const waiting = [blockedBy(freeze), { type: 'held-back', by } as const].reduce(
      (deployment, event) => transition(deployment, event, at),
      queued,
    )
    expect(transition(waiting, dequeued, later)).toMatchObject({ waitsFor: null, heldBack: null, nextActionAt: later })
  })

  it('has it only once', () => {
    const started = transition(queued, dequeued, at)
    for (const event of [dequeued, blockedBy(freeze), { type: 'held-back', by } as const])
      expect(() => transition(started, event, at)).toThrow('preparing: it does not wait for its turn')
  })

  it('is rejected where it cannot start, with the reason, and nothing is left to do', () => {
    const refused = transition(queued, { type: 'refused', findings: [], reason: '"green" serves already' }, at)
    expect(refused).toMatchObject({
      ...{ phase: 'rejected', cause: { type: 'preflight', reason: '"green" serves already' }, version: 2 },
      ...{ endedAt: at, nextActionAt: null },
    })
  })
})

describe('a start that is blocked', () => {
  it('waits with a reason until the block ends', () => {
    const waiting = transition(queued, blockedBy(freeze), at)
    expect(waiting).toMatchObject({ phase: 'queued', version: 1, revision: 2, waitsFor: freeze, nextActionAt: until })
    expect(reasonsOf(waiting)).toEqual([['note', 'the start waits: weekend']])
  })

  it('says the same once, and something new again', () => {
    const waiting = transition(queued, blockedBy(freeze), at)
    expect(transition(waiting, blockedBy({ ...freeze }), later)).toBe(waiting)
    const longer = transition(waiting, blockedBy({ ...freeze, until: later }), later)
    expect(longer).toMatchObject({ nextActionAt: later, eventSeq: 2 })
    const other = transition(longer, blockedBy(stopped), later)
    expect(other).toMatchObject({ waitsFor: stopped, nextActionAt: null, eventSeq: 3 })
  })
})

describe('a deployment that is held back', () => {
  it('says by which one and why, once of each', () => {
    const held = transition(queued, { type: 'held-back', by }, at)
    expect(held).toMatchObject({ phase: 'queued', version: 1, heldBack: by })
    expect(reasonsOf(held)).toEqual([['note', 'dep_ahead stays: stable has no healthy target']])
    expect(transition(held, { type: 'held-back', by: { ...by, reason: 'still' } }, later)).toBe(held)
    const other = { deployment: 'dep_other', reason: 'too small' }
    expect(transition(held, { type: 'held-back', by: other }, later)).toMatchObject({ heldBack: other, eventSeq: 2 })
  })
})

describe('a deployment that waits for its turn', () => {
  it.each([
    ['a person aborts it', anAbort, 'aborted', ['enough', 'abort: enough']],
    ['a newer one takes over', { type: 'superseded', reason: 'dep_2 takes over' }, 'superseded', ['dep_2 takes over']],
    ['Sluice gives it up', { type: 'recovery', reason: 'lost' }, 'rolled-back', ['lost']],
  ] as const)('ends at once where %s', (_, cause, phase, reasons) => {
    const waiting = transition(queued, blockedBy(freeze), at)
    const ended = transition(waiting, { type: 'roll-back', cause }, later)
    expect(ended).toMatchObject({ phase, cause, goal: 'plan', endedAt: later, nextActionAt: null, waitsFor: null })
    expect(ended.lastEvents.slice(1).map(({ reason }) => reason)).toEqual(reasons)
    expect(transition(ended, { type: 'roll-back', cause: anAbort }, later)).toBe(ended)
    expect(() => transition(ended, dequeued, later)).toThrow(ConflictError)
  })

  it.each([
    { type: 'pause', actor: aPerson, reason: '', until: later },
    { type: 'promote', actor: aPerson, reason: '', full: false },
    { type: 'approve', actor: aPerson, reason: '' },
    { type: 'resume', actor: aPerson, reason: '', drift: null, adoptedWeight: null },
  ] as const)('takes no $type, and says so', (command) => {
    expect(() => transition(queued, command, at)).toThrow(
      `${queued.id} is queued: it has no traffic until its turn comes, and can only be aborted`,
    )
  })

  it('takes a note', () => {
    const noted = transition(queued, { type: 'note', reason: 'something' }, at)
    expect(noted).toMatchObject({ phase: 'queued', version: 1, eventSeq: 1 })
  })

  it('has nothing that a workflow could do', () => {
    expect(decideNext(queued, unjudged, Date.parse(at))).toEqual({ type: 'wait', until: null })
    const waiting = transition(queued, blockedBy(freeze), at)
    expect(decideNext(waiting, unjudged, Date.parse(at))).toEqual({ type: 'wait', until })
  })

  it('never comes to traffic without its turn, whatever happens', () => {
    fc.assert(
      fc.property(anyPicks, (picks) => {
        const after = picks.reduce((deployment, pick) => {
          const event = everyEvent(deployment)[pick]
          if (!event || event.type === 'dequeued') return deployment
          try {
            return transition(deployment, event, at)
          } catch (error) {
            if (error instanceof ConflictError) return deployment
            throw error
          }
        }, queued)
        expect(['queued', 'rejected', 'aborted', 'superseded', 'rolled-back']).toContain(after.phase)
        expect(after).toMatchObject({ stage: 'queued', weight: 0, settings: queued.settings })
        expect(after.routes.some(({ touched, snapshot }) => touched || snapshot !== null)).toBe(false)
      }),
    )
  })
})
