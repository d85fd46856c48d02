import { describe, expect, it } from 'vitest'
import type { Deployment, DriverDiagnosisNote } from '../../../shared/domain/deployment.ts'
import type { DriverProgress } from '../../../shared/domain/driver-progress.ts'
import { ConflictError } from '../../../shared/domain/errors.ts'
import { systemActor, type TransitionEvent, transition } from '../../../shared/domain/transition.ts'
import { aDeployment, aDrivenDeployment, aDriverProgress, groupResource } from '../../support/builders.ts'
import { aGateFailure, aPerson, at, later } from '../../support/transition-events.ts'

const followed = (
  progress: Partial<DriverProgress>,
  diagnosis: DriverDiagnosisNote | null = null,
): TransitionEvent => ({
  type: 'driver-followed',
  progress: aDriverProgress(progress),
  diagnosis,
})
const takenBack = (progress: Partial<DriverProgress>): TransitionEvent => ({
  type: 'driver-taken-back',
  progress: aDriverProgress({ deploymentId: 'd-BACK', ...progress }),
})
const shifted = (step: number): TransitionEvent => ({
  ...{ type: 'driver-shifted', step, settledAt: at, bakeEndsAt: later, lookAt: later },
})
const rollingBack = () => aDrivenDeployment({ goal: 'snapshot', phase: 'rolling-back', cause: aGateFailure })
const reasons = ({ lastEvents }: Deployment) => lastEvents.map(({ reason }) => reason)

describe('the wish for a driver deployment', () => {
  const wanted = (adopted: DriverProgress | null = null): TransitionEvent => ({ type: 'driver-wanted', adopted })
  const shifting = () => {
    const { driven: _none, ...rest } = aDrivenDeployment({
      routes: [{ resource: groupResource, snapshot: null, touched: false, stableHealthyBefore: null, test: null }],
    })
    return rest
  }

  it('is kept before it exists, and there is something to take back from then on', () => {
    const after = transition(shifting(), wanted(), later)
    expect(after.driven).toEqual({ wantedAt: later, isAdopted: false, progress: null, takingBack: null })
    expect([after.routes[0]?.touched, after.version, after.lastEvents]).toEqual([true, 1, []])
  })
  it('keeps what it takes over, with the share that it has', () => {
    const adopted = aDriverProgress({ weight: 10 })
    const after = transition({ ...shifting(), deadlineAt: later }, wanted(adopted), later)
    expect(after.driven).toEqual({ wantedAt: later, isAdopted: true, progress: adopted, takingBack: null })
    expect(reasons(after)).toEqual([
      "CodeDeploy's d-A1B2C3D4E, started outside Sluice, is taken over",
      "shifted by CodeDeploy's d-A1B2C3D4E",
    ])
    // However long it keeps that share, it is no creation that came too late.
    expect([after.weight, after.deadlineAt, after.revision]).toEqual([10, null, shifting().revision + 1])
  })
  it('is kept once: the first instant counts', () => {
    const first = transition(shifting(), wanted(), at)
    expect(transition(first, wanted(), later)).toBe(first)
  })
  it('belongs to a step that is being written', () => {
    expect(() => transition(aDeployment({ stage: 'baking' }), wanted(), at)).toThrow(ConflictError)
    expect(() => transition(rollingBack(), wanted(), at)).toThrow(ConflictError)
  })
})

describe('following a driver', () => {
  it('has gates judge from the first share on, whatever step of the plan that is', () => {
    const { settings } = aDrivenDeployment()
    const waiting = aDrivenDeployment({ settings: { ...settings, settleSeconds: 10 } }, { weight: 0 })
    const settledAt = new Date(Date.parse(at) + 10_000).toISOString()
    const first = transition(waiting, followed({ weight: 3 }), at)
    expect([first.firstShiftAt, first.settledAt, first.stage]).toEqual([at, settledAt, 'shifting'])
    const second = transition(first, followed({ weight: 5 }), later)
    expect([second.weight, second.firstShiftAt, second.settledAt]).toEqual([5, at, settledAt])
    expect(transition(waiting, followed({ weight: 0, status: 'ready' }), at).firstShiftAt).toBeNull()
  })
  it('turns lifecycle events that moved on into events of ours, each once', () => {
    const events = [
      { name: 'Install', status: 'succeeded' },
      { name: 'AllowTraffic', status: 'in-progress' },
      { name: 'AfterAllowTraffic', status: 'pending' },
    ] as const
    const once = transition(aDrivenDeployment(), followed({ events }), later)
    expect(reasons(once)).toEqual([
      "CodeDeploy's d-A1B2C3D4E: Install succeeded",
      "CodeDeploy's d-A1B2C3D4E: AllowTraffic in-progress",
    ])
    expect(transition(once, followed({ events }), later)).toBe(once)
    const failed = { name: 'AllowTraffic', status: 'failed', problem: 'health checks' } as const
    const twice = transition(once, followed({ events: [events[0], failed, events[2]] }), later)
    expect(reasons(twice).slice(2)).toEqual(["CodeDeploy's d-A1B2C3D4E: AllowTraffic failed: health checks"])
  })
  it('has gates judge from its first share on', () => {
    const shifting = aDrivenDeployment({ firstShiftAt: null, settledAt: null })
    const before = transition(shifting, followed({ weight: 0, status: 'in-progress' }), at)
    expect([before.firstShiftAt, before.settledAt]).toEqual([null, null])
    const first = transition(before, followed({ weight: 5 }), at)
    const second = transition(first, followed({ weight: 7 }), later)
    const settled = new Date(Date.parse(at) + shifting.settings.settleSeconds * 1000).toISOString()
    expect([first, second].map(({ firstShiftAt, settledAt }) => [firstShiftAt, settledAt])).toEqual([
      [at, settled],
      [at, settled],
    ])
  })
  it('shows its weight as a write of both sides, and moves the version', () => {
    const after = transition(aDrivenDeployment(), followed({ weight: 10 }), later)
    expect([after.weight, after.effectiveWeight, after.version, after.deadlineAt]).toEqual([10, 10, 2, null])
    expect(after.lastEvents).toEqual([
      {
        ...{ seq: 1, at: later, type: 'write', actor: systemActor, reason: "shifted by CodeDeploy's d-A1B2C3D4E" },
        ...{ resource: groupResource, before: { blue: 100, green: 0 }, after: { blue: 90, green: 10 } },
      },
    ])
    const nowhere = transition({ ...aDrivenDeployment(), routes: [] }, followed({ weight: 10 }), later)
    expect(nowhere.lastEvents[0]).not.toHaveProperty('resource')
  })
  it('says what it is called, at the first look', () => {
    const before = aDrivenDeployment({ driven: { wantedAt: at, isAdopted: false, progress: null, takingBack: null } })
    expect(reasons(transition(before, followed({}), later))).toEqual(["CodeDeploy's deployment is d-A1B2C3D4E"])
  })
  it('keeps a block while the driver waits for us, and drops it when it goes on', () => {
    const waitsFor = { finding: 'stopped', reason: 'no raise', until: null } as const
    const waiting = aDrivenDeployment({ waitsFor })
    expect(transition(waiting, followed({ status: 'ready', waitsFor: 'ready' }), later).waitsFor).toEqual(waitsFor)
    expect(transition(waiting, followed({ weight: 10 }), later).waitsFor).toBeNull()
  })
  it('says that it waits or has ended, with the reason', () => {
    const ready = transition(aDrivenDeployment(), followed({ status: 'ready', waitsFor: 'ready' }), later)
    expect(reasons(ready)).toEqual(["CodeDeploy's d-A1B2C3D4E is ready"])
    const error = { code: 'TIMEOUT', message: 'too slow' }
    expect(reasons(transition(ready, followed({ status: 'failed', error }), later)).slice(1)).toEqual([
      "CodeDeploy's d-A1B2C3D4E is failed: TIMEOUT: too slow",
    ])
  })
  it('keeps the diagnosis', () => {
    const diagnosis = { about: 'AllowTraffic', text: 'the targets are unhealthy' }
    const after = transition(aDrivenDeployment(), followed({}, diagnosis), later)
    expect([reasons(after), after.driven?.diagnosis]).toEqual([['the targets are unhealthy'], diagnosis])
  })
  it('is not set back by a look that began before the end', () => {
    const ended = transition(aDrivenDeployment(), followed({ status: 'stopped' }), later)
    expect(transition(ended, followed({ weight: 10 }), later)).toBe(ended)
    const error = { code: 'MANUAL_STOP', message: 'stopped' }
    expect(transition(ended, followed({ status: 'stopped', error }), later).driven?.progress?.error).toEqual(error)
    const rollback = transition(ended, followed({ status: 'stopped', rollbackId: 'd-BACK' }), later)
    expect(rollback.driven?.progress?.rollbackId).toBe('d-BACK')
  })
  it('goes on in a rollback, where the record keeps its weight until traffic is back', () => {
    const after = transition(rollingBack(), followed({ weight: 10, status: 'stopped' }), later)
    expect([after.driven?.progress?.status, after.weight, after.version]).toEqual(['stopped', 0, 1])
    const failed = aDrivenDeployment({ phase: 'rollback-failed', goal: 'snapshot', endedAt: at })
    expect(transition(failed, followed({ status: 'stopped' }), later).driven?.progress?.status).toBe('stopped')
  })
  it('needs one to follow', () => {
    expect(() => transition(aDeployment(), followed({}), later)).toThrow(ConflictError)
  })
})

describe('a step that the driver has reached', () => {
  it('begins its bake', () => {
    const after = transition(aDrivenDeployment({ waitsFor: null, promote: null }), shifted(0), later)
    expect(after).toMatchObject({
      ...{ phase: 'baking', stage: 'baking', step: 0, target: 0, firstShiftAt: later, settledAt: at },
      ...{ bakeEndsAt: later, nextActionAt: later, deadlineAt: null },
    })
    expect(reasons(after)).toEqual(['CodeDeploy has reached 10 %'])
    const next = transition(after, shifted(1), later)
    expect([next.step, next.firstShiftAt]).toEqual([1, later])
    expect(transition(next, shifted(0), later)).toBe(next)
    expect(transition(next, shifted(1), later)).toBe(next)
  })
  it('is reached without an approval where somebody lets CodeDeploy go on', () => {
    const asking = aDrivenDeployment({ stage: 'awaiting-approval', phase: 'awaiting-approval' })
    const after = transition(asking, shifted(0), later)
    expect([after.phase, reasons(after)]).toEqual([
      'baking',
      ['CodeDeploy has reached 10 %: somebody let it go on that nobody has approved here'],
    ])
  })
  it('is one of the plan, of a deployment under way', () => {
    expect(() => transition(aDrivenDeployment(), shifted(7), later)).toThrow(ConflictError)
    expect(() => transition(aDrivenDeployment({ stage: 'verifying' }), shifted(0), later)).toThrow(ConflictError)
    expect(() => transition(rollingBack(), shifted(0), later)).toThrow(ConflictError)
  })
})

describe('what takes it back', () => {
  it('is noted, and followed', () => {
    const once = transition(rollingBack(), takenBack({}), later)
    expect(once.driven?.takingBack?.deploymentId).toBe('d-BACK')
    expect(transition(once, takenBack({}), later)).toBe(once)
    const twice = transition(once, takenBack({ status: 'succeeded' }), later)
    expect(reasons(twice)).toEqual([
      "CodeDeploy's d-BACK takes it back",
      "CodeDeploy's d-BACK (which takes it back): succeeded",
    ])
    expect(transition(twice, takenBack({}), later)).toBe(twice)
    const failed = aDrivenDeployment({ phase: 'rollback-failed', goal: 'snapshot', endedAt: at })
    expect(transition(failed, takenBack({}), later).driven?.takingBack?.deploymentId).toBe('d-BACK')
  })
  it('is a write of what had been shifted, once it has succeeded', () => {
    const shiftedBefore = aDrivenDeployment(
      { goal: 'snapshot', phase: 'rolling-back', cause: aGateFailure },
      { status: 'stopped', weight: 10 },
    )
    const after = transition(transition(shiftedBefore, takenBack({}), at), takenBack({ status: 'succeeded' }), later)
    const writes = after.lastEvents.filter(({ type }) => type === 'write')
    expect(writes).toMatchObject([
      {
        ...{ actor: systemActor, resource: groupResource, reason: "shifted by CodeDeploy's d-BACK" },
        ...{ before: { blue: 90, green: 10 }, after: { blue: 100, green: 0 } },
      },
    ])
    const { driven } = shiftedBefore
    const unseen = { ...shiftedBefore, ...(driven && { driven: { ...driven, progress: null } }) }
    expect(transition(unseen, takenBack({ status: 'succeeded' }), later).lastEvents).toHaveLength(1)
  })
  it('belongs to a rollback of a driven deployment', () => {
    const { driven: _none, ...plain } = rollingBack()
    expect(transition(plain, takenBack({}), later)).toBe(plain)
    expect(() => transition(aDrivenDeployment(), takenBack({}), later)).toThrow(ConflictError)
  })
})

describe('commands to a driven deployment', () => {
  const pause: TransitionEvent = { type: 'pause', actor: aPerson, reason: '', until: null }
  const promote: TransitionEvent = { type: 'promote', actor: aPerson, reason: '', full: false }
  const baking = (step: number) => aDrivenDeployment({ phase: 'baking', stage: 'baking', step })
  it('cannot pause what CodeDeploy moves', () => {
    expect(() => transition(baking(0), pause, at)).toThrow(/cannot be paused; abort it/)
    expect(transition(aDrivenDeployment({}, { status: 'ready', waitsFor: 'ready' }), pause, at).phase).toBe('paused')
  })
  it('can promote its last step only, and at once', () => {
    expect(() => transition(baking(0), promote, at)).toThrow(/only the last step can be promoted/)
    expect(transition(baking(1), promote, later)).toMatchObject({ promote: { step: 1 }, nextActionAt: later })
  })
  it('waits for an approval in the middle of its first step', () => {
    const event: TransitionEvent = { type: 'approval-wanted', step: 0, deadlineAt: later }
    expect(transition(aDrivenDeployment(), event, at).phase).toBe('awaiting-approval')
    expect(() => transition(baking(0), event, at)).toThrow(ConflictError)
  })
})
