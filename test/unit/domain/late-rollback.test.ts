import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  buildLateRollback,
  mayPass,
  type Obstacle,
  whyCold,
  yieldsToForce,
} from '../../../shared/domain/late-rollback.ts'
import type { SideHealth } from '../../../shared/domain/safe-split.ts'
import { systemActor } from '../../../shared/domain/transition.ts'
import { writtenShares } from '../../../shared/domain/written-shares.ts'
import { aDeployment, anAlbRoute, aRouteState, webArns } from '../../support/builders.ts'
import { aGateFailure, anAbort, aPerson, at, later } from '../../support/transition-events.ts'

const healthy = (count: number, total = count): SideHealth => ({ total, healthy: count, unknown: 0 })
const side = (old: SideHealth, serving: SideHealth, isAttached = true) => ({
  group: 'web-blue',
  old,
  serving,
  isAttached,
})

describe('the old side', () => {
  it.each([
    ['as many as serve now', side(healthy(4), healthy(4))],
    ['more than serve now', side(healthy(9), healthy(4))],
    ['targets that nobody checks', side({ total: 4, healthy: 0, unknown: 4 }, healthy(4))],
    ['one, where nothing that serves is healthy', side(healthy(1), healthy(0, 4))],
    ['enough targets, while nothing checks their health', side(healthy(0, 4), healthy(4), false)],
  ])('is warm with %s', (_, given) => {
    expect(whyCold(given)).toBeNull()
  })

  it.each<[string, ReturnType<typeof side>, ReturnType<typeof whyCold>]>([
    [
      'too few healthy ones',
      side(healthy(3, 6), healthy(4)),
      { kind: 'cold', message: 'web-blue has 3 of 6 targets healthy and needs 4: as many as serve now' },
    ],
    [
      'none at all, where nothing serves either',
      side(healthy(0), healthy(0)),
      { kind: 'cold', message: 'web-blue has 0 of 0 targets healthy and needs 1: as many as serve now' },
    ],
    [
      'too few targets to be attached again',
      side(healthy(0, 3), healthy(4), false),
      { kind: 'cold', message: 'web-blue has 3 targets registered and needs 4: as many as serve now' },
    ],
    [
      'health that is not known',
      side('unknown', healthy(4)),
      { kind: 'unread', message: 'the health of web-blue is not known now' },
    ],
    [
      'nothing to compare with',
      side(healthy(4), 'unknown'),
      { kind: 'unread', message: 'the health of the side that serves is not known now' },
    ],
  ])('is cold with %s', (_, given, expected) => {
    expect(whyCold(given)).toEqual(expected)
  })

  it('that is warm stays warm with one more healthy target', () => {
    fc.assert(
      fc.property(fc.nat(50), fc.nat(50), (old, serving) => {
        if (whyCold(side(healthy(old), healthy(serving))) !== null) return
        expect(whyCold(side(healthy(old + 1), healthy(serving)))).toBeNull()
      }),
    )
  })
})

describe('an obstacle', () => {
  it.each<[Obstacle['kind'], boolean, boolean]>([
    ['open', false, false],
    ['nothing', false, false],
    ['route', false, false],
    ['reused', true, false],
    ['drift', true, false],
    ['cold', true, true],
    ['gone', false, false],
    ['unread', true, true],
  ])('%s: yields to force %s, may pass %s', (kind, force, passes) => {
    const obstacle = { kind, path: 'routes[0]', message: '' }
    expect([yieldsToForce(obstacle), mayPass(obstacle)]).toEqual([force, passes])
  })
})

describe('the record of a late rollback', () => {
  const route = {
    ...{ resource: webArns.rule, snapshot: aRouteState(), touched: true, stableHealthyBefore: 2 },
  }
  const of = aDeployment({
    ...{ phase: 'succeeded', stage: 'baking', step: 1, target: 1, weight: 100, effectiveWeight: 100, endedAt: at },
    ...{ firstShiftAt: at, settledAt: at, waivedGates: ['known'], lateFailed: ['errors'] },
    routes: [
      {
        ...route,
        test: { resource: 'test', snapshot: aRouteState() },
        changedAfterEnd: { at, found: { blue: 1, green: 1 } },
      },
    ],
  })
  const start = {
    ...{ id: 'dep_2', at: later, cause: anAbort, actor: aPerson, reason: 'orders fail', forced: false, overridden: [] },
    deadlineAt: '2026-01-01T01:10:00.000Z',
  }

  it('has the roles, snapshots, plan and settings of what is taken back, and begins at 100 % with the snapshot as its goal', () => {
    expect(buildLateRollback(of, start)).toEqual({
      ...aDeployment(),
      ...{ id: 'dep_2', phase: 'rolling-back', goal: 'snapshot', stage: 'verifying', cause: anAbort },
      ...{ step: 1, target: 1, weight: 100, effectiveWeight: 100, firstShiftAt: at, settledAt: at },
      ...{ revisionLabel: null, reason: 'orders fail', deadlineAt: start.deadlineAt },
      routes: [{ ...route, test: null }],
      ...{ lateRollbackOf: of.id, createdBy: aPerson, createdAt: later, nextActionAt: later },
      eventSeq: 2,
      lastEvents: [
        {
          seq: 1,
          at: later,
          type: 'phase',
          actor: aPerson,
          reason: `late rollback of ${of.id}: enough`,
          to: 'rolling-back',
        },
        { seq: 2, at: later, type: 'command', actor: aPerson, reason: 'rollback: enough' },
      ],
    })
  })

  it("carries a gate's cause without a command", () => {
    const late = buildLateRollback(of, { ...start, cause: aGateFailure, actor: systemActor, reason: null })
    expect(late.lastEvents.map(({ type, actor }) => [type, actor.kind])).toEqual([['phase', 'system']])
    expect([late.cause, late.createdBy, late.reason]).toEqual([aGateFailure, systemActor, null])
  })

  it('keeps what it was forced past', () => {
    const overridden: Obstacle[] = [{ kind: 'cold', path: 'routes[0].blue', message: 'web-blue is cold' }]
    const late = buildLateRollback(of, { ...start, forced: true, overridden })
    expect([late.forced, late.overrides]).toEqual([
      true,
      [{ finding: 'late-rollback:cold', reason: 'web-blue is cold' }],
    ])
    expect(late.lastEvents.at(-1)?.reason).toBe('forced, in spite of: web-blue is cold')
    expect(buildLateRollback(of, { ...start, forced: true }).lastEvents.at(-1)?.reason).toBe(
      'forced, in spite of: nothing that was known',
    )
  })

  it('has written two shares, whatever the plan of what it took back', () => {
    expect(writtenShares(buildLateRollback(of, start), anAlbRoute())).toEqual([0, 100])
  })
})
