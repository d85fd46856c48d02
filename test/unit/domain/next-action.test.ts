import { describe, expect, it } from 'vitest'
import type { Deployment } from '../../../shared/domain/deployment.ts'
import {
  decideNext,
  firstStep,
  type GateFinding,
  type GatesSummary,
  isApproved,
  isDue,
  unjudged,
} from '../../../shared/domain/next-action.ts'
import { aDeployment, aDrivenDeployment } from '../../support/builders.ts'
import { aPerson, at, later } from '../../support/transition-events.ts'

const nowMs = Date.parse(at)
const passing: GatesSummary = { failing: null, blind: null, unsettled: null, proven: false }
const finding = (answer: GateFinding['answer']): GateFinding => ({ gate: 'errors', reason: 'too many', answer })
const proven: GatesSummary = { ...passing, proven: true }
const unsettled: GatesSummary = { ...passing, unsettled: { ...finding('roll-back'), maxExtendSeconds: 900 } }
const cause = { type: 'gate', gate: 'errors', reason: 'too many' }
const ago = (seconds: number) => new Date(nowMs - seconds * 1000).toISOString()
const inSeconds = (seconds: number) => ago(-seconds)

const baking = (overrides: Partial<Deployment> = {}) =>
  aDeployment({
    phase: 'baking',
    stage: 'baking',
    goal: 'plan',
    weight: 10,
    settledAt: ago(600),
    bakeEndsAt: ago(1),
    nextActionAt: ago(1),
    ...overrides,
  })
const paused = { kind: 'paused', since: ago(60), until: inSeconds(60), cause: { type: 'command', reason: '' } } as const
const withApproval = aDeployment().plan.steps.map((step) => ({ ...step, approval: true }))

describe('decideNext', () => {
  it.each<{ name: string; deployment: Deployment; gates?: GatesSummary; action: object }>([
    { name: 'closes what has ended', deployment: aDeployment({ phase: 'succeeded' }), action: { type: 'close' } },
    {
      name: 'goes on with a rollback',
      deployment: baking({ goal: 'snapshot', phase: 'rolling-back', cause: { type: 'gate', reason: 'x' } }),
      action: { type: 'roll-back', cause: { type: 'gate', reason: 'x' } },
    },
    {
      name: 'goes on with a rollback whose cause is lost',
      deployment: baking({ goal: 'snapshot', phase: 'rolling-back' }),
      action: { type: 'roll-back', cause: { type: 'recovery' } },
    },
    {
      name: 'rolls back when a gate fails',
      deployment: baking(),
      gates: { ...passing, failing: finding('roll-back') },
      action: { type: 'roll-back', cause },
    },
    {
      name: 'halts when the gate says so',
      deployment: baking(),
      gates: { ...passing, failing: finding('halt') },
      action: { type: 'halt', cause },
    },
    {
      name: 'treats a blind gate as it asks',
      deployment: baking(),
      gates: { ...passing, blind: finding('halt') },
      action: { type: 'halt', cause },
    },
    {
      name: 'lets a failure win over blindness',
      deployment: baking(),
      gates: { ...passing, failing: finding('roll-back'), blind: finding('halt') },
      action: { type: 'roll-back' },
    },
    {
      name: 'rolls back a paused deployment whose gate fails',
      deployment: baking({ hold: paused }),
      gates: { ...passing, failing: finding('roll-back') },
      action: { type: 'roll-back' },
    },
    {
      name: 'does not write over a foreign change behind a person’s back',
      deployment: baking({
        hold: { ...paused, kind: 'halted', until: null, cause: { type: 'drift', reason: 'somebody else' } },
      }),
      gates: { ...passing, failing: finding('roll-back') },
      action: { type: 'wait', until: null },
    },
    {
      name: 'rolls back for another gate while one that halted waits for a person',
      deployment: baking({ hold: { ...paused, kind: 'halted', until: null } }),
      gates: { ...passing, failing: finding('roll-back') },
      action: { type: 'roll-back', cause },
    },
    {
      name: 'halts once',
      deployment: baking({ hold: { ...paused, kind: 'halted', until: null } }),
      gates: { ...passing, failing: finding('halt') },
      action: { type: 'wait', until: null },
    },
    {
      name: 'hears a blind gate that asks for a rollback before a failing one that asks to halt',
      deployment: baking(),
      gates: { ...passing, failing: finding('halt'), blind: { ...finding('roll-back'), gate: 'blind' } },
      action: { type: 'roll-back', cause: { ...cause, gate: 'blind' } },
    },
    {
      name: 'waits while paused, whatever else was asked',
      deployment: baking({ hold: paused, promote: { step: 0, full: true, actor: aPerson } }),
      gates: passing,
      action: { type: 'wait', until: paused.until },
    },
    {
      name: 'rolls back when a pause runs out',
      deployment: baking({ hold: { ...paused, until: ago(1) } }),
      gates: passing,
      action: { type: 'roll-back', cause: { type: 'command' } },
    },
    {
      name: 'verifies before traffic',
      deployment: aDeployment({ stage: 'verifying', phase: 'verifying' }),
      action: { type: 'verify' },
    },
    { name: 'verifies while it prepares', deployment: aDeployment(), action: { type: 'verify' } },
    {
      name: 'goes on with a write',
      deployment: baking({ stage: 'shifting', phase: 'shifting', target: 1, deadlineAt: later }),
      action: { type: 'shift', step: 1 },
    },
    {
      name: 'does not try a write that waits for capacity before its time',
      deployment: baking({ stage: 'shifting', phase: 'shifting', deadlineAt: later, nextActionAt: inSeconds(30) }),
      action: { type: 'wait', until: inSeconds(30) },
    },
    {
      name: 'goes on with a write for which no time is planned',
      deployment: baking({ stage: 'shifting', phase: 'shifting', target: 1, deadlineAt: later, nextActionAt: null }),
      action: { type: 'shift', step: 1 },
    },
    {
      name: 'gives up a write after its deadline',
      deployment: baking({ stage: 'shifting', phase: 'shifting', deadlineAt: ago(1) }),
      action: { type: 'roll-back', cause: { type: 'recovery' } },
    },
    {
      name: 'waits for an approval',
      deployment: baking({ stage: 'awaiting-approval', target: 1, deadlineAt: later }),
      action: { type: 'wait', until: later },
    },
    {
      name: 'shifts once approved',
      deployment: baking({
        stage: 'awaiting-approval',
        target: 1,
        deadlineAt: later,
        approvals: [{ by: 'ann', at, step: 1 }],
      }),
      action: { type: 'shift', step: 1 },
    },
    {
      name: 'rolls back when nobody approved in time',
      deployment: baking({ stage: 'awaiting-approval', target: 1, deadlineAt: ago(1) }),
      action: { type: 'roll-back', cause: { type: 'command' } },
    },
    {
      name: 'waits for the end of the bake',
      deployment: baking({ bakeEndsAt: inSeconds(60), nextActionAt: inSeconds(60) }),
      gates: passing,
      action: { type: 'wait', until: inSeconds(60) },
    },
    {
      name: 'keeps a look that is planned after the bake',
      deployment: baking({ bakeEndsAt: inSeconds(60), nextActionAt: inSeconds(90) }),
      gates: passing,
      action: { type: 'wait', until: inSeconds(90) },
    },
    {
      name: 'waits for the bake when no look is planned',
      deployment: baking({ bakeEndsAt: inSeconds(60), nextActionAt: null }),
      gates: passing,
      action: { type: 'wait', until: inSeconds(60) },
    },
    {
      name: 'goes to the next step when the gates pass',
      deployment: baking(),
      gates: passing,
      action: { type: 'shift', step: 1 },
    },
    {
      name: 'asks for the approval of the next step',
      deployment: baking({ plan: { ...aDeployment().plan, steps: withApproval } }),
      gates: passing,
      action: { type: 'await-approval', step: 1 },
    },
    {
      name: 'does not ask twice',
      deployment: baking({
        plan: { ...aDeployment().plan, steps: withApproval },
        approvals: [{ by: 'ann', at, step: 1 }],
      }),
      gates: passing,
      action: { type: 'shift', step: 1 },
    },
    {
      name: 'succeeds after the last step',
      deployment: baking({ step: 1 }),
      gates: passing,
      action: { type: 'succeed' },
    },
    {
      name: 'follows a promotion before the bake is over',
      deployment: baking({ bakeEndsAt: inSeconds(60), promote: { step: 0, full: false, actor: aPerson } }),
      gates: unsettled,
      action: { type: 'shift', step: 1, reason: 'promoted' },
    },
    {
      name: 'ends the last bake when promoted',
      deployment: baking({ step: 1, bakeEndsAt: inSeconds(60), promote: { step: 1, full: true, actor: aPerson } }),
      gates: unsettled,
      action: { type: 'succeed' },
    },
    {
      name: 'promotes fully to the last step',
      deployment: baking({ promote: { step: 0, full: true, actor: aPerson } }),
      gates: passing,
      action: { type: 'shift', step: 1 },
    },
    {
      name: 'goes to the next step as soon as this one is proven, before its bake is over',
      deployment: baking({ bakeEndsAt: inSeconds(3600), nextActionAt: inSeconds(3600) }),
      gates: proven,
      action: { type: 'shift', step: 1, reason: 'step 0 is proven and its gates pass' },
    },
    {
      name: 'raises beside a gate that a person resumed from, and says so',
      deployment: baking({ waivedGates: ['errors', 'slow'] }),
      gates: passing,
      action: { type: 'shift', step: 1, reason: 'step 0 baked and its gates pass; not asked: "errors", "slow"' },
    },
    {
      name: 'asks for the approval of the next step once this one is proven',
      deployment: baking({ bakeEndsAt: inSeconds(60), plan: { ...aDeployment().plan, steps: withApproval } }),
      gates: proven,
      action: { type: 'await-approval', step: 1 },
    },
    {
      name: 'succeeds when the last step is proven',
      deployment: baking({ step: 1, bakeEndsAt: inSeconds(60) }),
      gates: proven,
      action: { type: 'succeed' },
    },
    {
      name: 'does not raise what is paused because it is proven',
      deployment: baking({ hold: paused, bakeEndsAt: inSeconds(60) }),
      gates: proven,
      action: { type: 'wait', until: paused.until },
    },
    {
      name: 'promotes fully although one step is proven',
      deployment: baking({ bakeEndsAt: inSeconds(60), promote: { step: 0, full: true, actor: aPerson } }),
      gates: proven,
      action: { type: 'shift', step: 1, reason: 'promoted' },
    },
    {
      name: 'rolls back a proven canary when another gate fails',
      deployment: baking({ bakeEndsAt: inSeconds(60) }),
      gates: { ...proven, failing: finding('roll-back') },
      action: { type: 'roll-back', cause },
    },
    {
      name: 'prolongs a step by a minute',
      deployment: baking(),
      gates: unsettled,
      action: { type: 'wait', until: inSeconds(60) },
    },
    {
      name: 'keeps to the look that is planned while it prolongs',
      deployment: baking({ nextActionAt: inSeconds(30) }),
      gates: unsettled,
      action: { type: 'wait', until: inSeconds(30) },
    },
    {
      name: 'prolongs without a planned look',
      deployment: baking({ nextActionAt: null }),
      gates: unsettled,
      action: { type: 'wait', until: inSeconds(60) },
    },
    {
      name: 'prolongs no further than the limit',
      deployment: baking({ bakeEndsAt: ago(880) }),
      gates: unsettled,
      action: { type: 'wait', until: inSeconds(20) },
    },
    {
      name: 'does what the gate asks when it never passed',
      deployment: baking({ bakeEndsAt: ago(900) }),
      gates: unsettled,
      action: { type: 'roll-back', cause: { type: 'gate', gate: 'errors' } },
    },
    {
      name: 'judges from the settling on where no end is recorded',
      deployment: baking({ bakeEndsAt: null, settledAt: ago(5) }),
      gates: passing,
      action: { type: 'shift', step: 1 },
    },
    {
      name: 'waits where neither is recorded',
      deployment: baking({ bakeEndsAt: null, settledAt: null, nextActionAt: null }),
      gates: passing,
      action: { type: 'wait', until: null },
    },
  ])('$name', ({ deployment, gates = unjudged, action }) => {
    expect(decideNext(deployment, gates, nowMs)).toMatchObject(action)
  })
})

describe('isDue', () => {
  it.each<{ name: string; deployment: Deployment; due: boolean }>([
    { name: 'a bake that is over', deployment: baking(), due: true },
    {
      name: 'a bake that goes on',
      deployment: baking({ bakeEndsAt: inSeconds(60), nextActionAt: inSeconds(60) }),
      due: false,
    },
    {
      name: 'a promotion',
      deployment: baking({
        bakeEndsAt: inSeconds(60),
        nextActionAt: inSeconds(60),
        promote: { step: 0, full: false, actor: aPerson },
      }),
      due: true,
    },
    { name: 'a rollback', deployment: baking({ goal: 'snapshot', nextActionAt: null }), due: true },
    {
      name: 'a halt',
      deployment: baking({ hold: { ...paused, kind: 'halted', until: null }, nextActionAt: null }),
      due: false,
    },
  ])('$name: $due', ({ deployment, due }) => {
    expect(isDue(deployment, nowMs)).toBe(due)
  })
})

describe('firstStep', () => {
  it('writes the first weight, or waits for its approval', () => {
    const gated = aDeployment({ plan: { ...aDeployment().plan, steps: withApproval } })
    expect(firstStep(aDeployment())).toMatchObject({ type: 'shift', step: 0 })
    expect(firstStep(gated)).toEqual({ type: 'await-approval', step: 0 })
    expect(firstStep({ ...gated, approvals: [{ by: 'ann', at, step: 0 }] })).toMatchObject({ type: 'shift', step: 0 })
  })

  it('says that nobody has looked at what a driver brings into being', () => {
    expect([aDeployment(), aDrivenDeployment()].map(firstStep)).toEqual([
      { type: 'shift', step: 0, reason: 'the canary is healthy' },
      { type: 'shift', step: 0, reason: 'CodeDeploy brings the new version into being' },
    ])
  })
})

describe('isApproved', () => {
  const approvals = [
    { by: 'ann', at, step: 0 },
    { by: 'ann', at, step: 0 },
    { by: 'bob', at, step: 1 },
  ]
  it('counts people, not approvals, and only of that step', () => {
    const settings = { ...aDeployment().settings, approvals: { required: 2, timeoutSeconds: 60 } }
    expect(isApproved(aDeployment({ approvals, settings }), 0)).toBe(false)
    expect(isApproved(aDeployment({ approvals: [...approvals, { by: 'bob', at, step: 0 }], settings }), 0)).toBe(true)
    expect(isApproved(aDeployment({ approvals }), 0)).toBe(true)
  })

  it('counts sessions of one role as one person', () => {
    const settings = { ...aDeployment().settings, approvals: { required: 2, timeoutSeconds: 60 } }
    const by = (session: string) => ({ by: `arn:aws:sts::123456789012:assumed-role/${session}`, at, step: 0 })
    const of = (...sessions: string[]) => aDeployment({ approvals: sessions.map(by), settings })
    expect(isApproved(of('release/mei', 'release/mei-again'), 0)).toBe(false)
    expect(isApproved(of('release/mei', 'platform/mei'), 0)).toBe(true)
  })
})
