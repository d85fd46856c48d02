import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Deployment, Driven } from '../../../shared/domain/deployment.ts'
import { cannotBeHeld, drivenRouteOf, drivenWeight, driverFault, reachedStep } from '../../../shared/domain/driven.ts'
import { driverStatuses, hasEnded, isSameLook } from '../../../shared/domain/driver-progress.ts'
import { toDriverTag } from '../../../shared/domain/driver-tag.ts'
import { decideNext, type GatesSummary, unjudged } from '../../../shared/domain/next-action.ts'
import { buildPlan } from '../../../shared/domain/plan.ts'
import { presetNames } from '../../../shared/domain/strategy.ts'
import { aCodeDeployRoute, aDeployment, aDrivenDeployment, aDriverProgress } from '../../support/builders.ts'
import { aGateFailure, at } from '../../support/transition-events.ts'

const passing: GatesSummary = { failing: null, blind: null, unsettled: null, proven: false }
const nowMs = Date.parse(at)
const inSeconds = (seconds: number) => new Date(nowMs + seconds * 1000).toISOString()

const unknownDriver: Driven = { wantedAt: at, isAdopted: false, progress: null, takingBack: null }

it('finds the route that a driver moves', () => {
  expect(drivenRouteOf(aDrivenDeployment())).toEqual(aCodeDeployRoute())
  expect(drivenRouteOf(aDeployment())).toBeNull()
})

it('names a driver deployment by ours and by what it is for, in 256 characters', () => {
  const { id } = aDeployment()
  expect([toDriverTag(id, 'shift'), toDriverTag(id, 'roll-back')]).toEqual([`sluice ${id}`, `sluice ${id} roll-back`])
})

describe('a driver that cannot succeed any more', () => {
  const error = { code: 'ALARM_ACTIVE', message: 'web-5xx' }
  it.each([
    ['failed', error, "CodeDeploy's d-A1B2C3D4E failed, ALARM_ACTIVE: web-5xx"],
    ['failed', null, "CodeDeploy's d-A1B2C3D4E failed, and gives no reason"],
    ['stopped', error, "CodeDeploy's d-A1B2C3D4E was stopped, ALARM_ACTIVE: web-5xx"],
  ] as const)('has %s', (status, why, reason) => {
    expect(driverFault(aDrivenDeployment({}, { status, error: why }))).toEqual({ type: 'driver', reason })
  })
  it.each(driverStatuses.filter((status) => status !== 'failed' && status !== 'stopped'))('is not %s', (status) => {
    expect(driverFault(aDrivenDeployment({}, { status }))).toBeNull()
  })
  it('says what was found to be behind it', () => {
    const { driven } = aDrivenDeployment({}, { status: 'failed', error })
    const diagnosis = { about: 'the end', text: 'no target is healthy' }
    const reason = "CodeDeploy's d-A1B2C3D4E failed, no target is healthy"
    expect(driverFault({ ...(driven && { driven: { ...driven, diagnosis } }) })).toEqual({ type: 'driver', reason })
  })
  it('is none before it exists', () => {
    expect([driverFault(aDeployment()), driverFault(withoutProgress())]).toEqual([null, null])
  })
})

describe('the step that a driver has reached', () => {
  const { plan } = aDeployment()
  it.each([
    [null, 'in-progress', null],
    [0, 'in-progress', null],
    [9.9, 'in-progress', null],
    [10, 'in-progress', 0],
    [99, 'in-progress', 0],
    [100, 'in-progress', 1],
    [null, 'succeeded', 1],
    [0, 'succeeded', 1],
  ] as const)('with %s %% and %s is %s', (weight, status, step) => {
    expect(reachedStep(plan, { weight, status })).toBe(step)
  })

  it('rises with its weight, for every preset', () => {
    fc.assert(
      fc.property(fc.constantFrom(...presetNames), fc.nat(100), fc.nat(100), (name, a, b) => {
        const steps = buildPlan({ type: 'preset', name })
        const at_ = (weight: number) => reachedStep(steps, { weight, status: 'in-progress' }) ?? -1
        expect(at_(Math.max(a, b))).toBeGreaterThanOrEqual(at_(Math.min(a, b)))
        expect(at_(100)).toBe(steps.steps.length - 1)
      }),
    )
  })

  it('counts what has succeeded as everything, and what reports nothing as nothing', () => {
    expect([
      drivenWeight({ status: 'succeeded', weight: null }),
      drivenWeight({ status: 'ready', weight: null }),
    ]).toEqual([100, 0])
  })
})

it('can be held before it exists, while it waits before traffic, and after its end', () => {
  const of = (deployment: Deployment) => cannotBeHeld(deployment)
  expect([
    of(aDeployment()),
    of(withoutProgress()),
    of(aDrivenDeployment()),
    of(aDrivenDeployment({}, { waitsFor: 'ready' })),
    of(aDrivenDeployment({}, { waitsFor: 'termination' })),
    of(aDrivenDeployment({}, { status: 'succeeded' })),
  ]).toEqual([false, true, true, false, true, false])
  expect(driverStatuses.filter((status) => hasEnded({ status }))).toEqual(['succeeded', 'failed', 'stopped'])
})

describe('what follows for a driven deployment', () => {
  const baking = (overrides: Partial<Deployment> = {}, progress = {}) =>
    aDrivenDeployment(
      { phase: 'baking', stage: 'baking', firstShiftAt: at, settledAt: at, bakeEndsAt: inSeconds(60), ...overrides },
      { weight: 10, ...progress },
    )
  const last = { step: 1, weight: 100, bakeEndsAt: at }
  it.each<[string, Deployment, GatesSummary, ReturnType<typeof decideNext>]>([
    ['waits out a bake', baking(), passing, { type: 'wait', until: inSeconds(60) }],
    ['looks again soon where the driver is late', baking({ bakeEndsAt: at }), passing, soon()],
    ['looks again soon where no bake is known', baking({ bakeEndsAt: null }), passing, soon()],
    [
      'rolls back when a gate fails',
      baking(),
      { ...passing, failing: { gate: 'errors', reason: 'many', answer: 'roll-back' } },
      { type: 'roll-back', cause: { type: 'gate', gate: 'errors', reason: 'many' } },
    ],
    [
      'rolls back when the driver failed',
      baking({}, { status: 'failed' }),
      passing,
      { type: 'roll-back', cause: { type: 'driver', reason: "CodeDeploy's d-A1B2C3D4E failed, and gives no reason" } },
    ],
    [
      'leaves a halted one to a person, whatever became of the driver',
      baking({ hold: { kind: 'halted', since: at, until: null, cause: aGateFailure } }, { status: 'failed' }),
      passing,
      { type: 'wait', until: null },
    ],
    [
      'goes on baking in the last step',
      baking({ ...last, bakeEndsAt: inSeconds(9) }),
      unjudged,
      { type: 'wait', until: inSeconds(9) },
    ],
    [
      'succeeds when gates pass and the driver is done',
      baking(last, { status: 'succeeded' }),
      passing,
      { type: 'succeed' },
    ],
    [
      'lets the old side go when gates pass',
      baking({ ...last, nextActionAt: at }, { weight: 100 }),
      passing,
      { type: 'succeed' },
    ],
    [
      'lets it go with no look planned',
      baking({ ...last, nextActionAt: null }, { weight: 100 }),
      passing,
      { type: 'succeed' },
    ],
    [
      'waits for the driver after that',
      baking({ ...last, nextActionAt: inSeconds(15) }, { weight: 100 }),
      passing,
      { type: 'wait', until: inSeconds(15) },
    ],
    [
      'waits where the driver is not known',
      baking({ ...last, nextActionAt: inSeconds(15), driven: unknownDriver }),
      passing,
      { type: 'wait', until: inSeconds(15) },
    ],
  ])('%s', (_, deployment, gates, action) => {
    expect(decideNext(deployment, gates, nowMs)).toEqual(action)
  })
})

function soon() {
  return { type: 'wait', until: inSeconds(15) } as const
}

/** Wanted, and not known to exist. */
function withoutProgress(): Deployment {
  return aDrivenDeployment({ driven: unknownDriver })
}

it('builds a progress with nothing wrong by default', () => {
  expect(aDriverProgress().error).toBeNull()
})

it('takes two looks for the same whatever the order of their members', () => {
  const progress = aDriverProgress({ error: { code: 'TIMEOUT', message: 'too slow' } })
  const { status, ...rest } = progress
  expect(isSameLook(progress, { ...rest, error: { message: 'too slow', code: 'TIMEOUT' }, status })).toBe(true)
  expect(isSameLook(progress, aDriverProgress())).toBe(false)
})
