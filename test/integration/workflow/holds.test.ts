import { afterEach, describe, expect, it } from 'vitest'
import { abort } from '../../../shared/use-cases/abort.ts'
import { approve } from '../../../shared/use-cases/approve.ts'
import { pause } from '../../../shared/use-cases/pause.ts'
import { promote } from '../../../shared/use-cases/promote.ts'
import { resume } from '../../../shared/use-cases/resume.ts'
import { aDeployer, webArns } from '../../support/builders.ts'
import { aMetricGate } from '../../support/gates.ts'
import { expectRolledBack, expectSoundEnd, greenWrites } from '../../support/walk-checks.ts'
import { type ReachedPhase, reach } from '../../support/walk-phases.ts'
import { startWalk, type Walk } from '../../support/workflow-walk.ts'

let walk: Walk
afterEach(() => walk.close())

const actor = aDeployer
const transitions = () => walk.stepFunctions.inspect()[0]?.transitions ?? 0

describe('a pause', () => {
  it.each<ReachedPhase>(['preparing', 'verifying', 'shifting', 'baking', 'awaiting-approval'])(
    'while %s stands still, then rolls back when it runs out',
    async (phase) => {
      const reached = await reach(phase)
      walk = reached.walk
      await walk.during(pause(walk.deps, reached.id, { actor, timeoutSeconds: 7200 }))
      await walk.advance(120)
      const writes = walk.cloud.routing.writes.length
      const before = transitions()
      walk.cloud.setGroup(webArns.green)
      await walk.advance(6900)
      expect(await walk.load(reached.id)).toMatchObject({ phase: 'paused' })
      expect(walk.cloud.routing.writes).toHaveLength(writes)
      // Two slices of an hour: whoever holds pays for waiting, not for turning.
      expect(transitions() - before).toBeLessThan(12)
      await walk.until(reached.id, 'rolled-back', 300)
      await expectRolledBack(walk, reached.id, { type: 'command', reason: 'the pause ran out and nobody resumed' })
    },
  )

  it.each<ReachedPhase>(['preparing', 'verifying', 'shifting', 'baking', 'awaiting-approval'])(
    'while %s is over with a resume, and goes on to the end',
    async (phase) => {
      const reached = await reach(phase)
      walk = reached.walk
      await walk.during(pause(walk.deps, reached.id, { actor, timeoutSeconds: 0 }))
      walk.checksOn = false
      await walk.advance(2 * 86_400)
      walk.checksOn = true
      expect(await walk.load(reached.id)).toMatchObject({ phase: 'paused', nextActionAt: null })
      walk.cloud.setGroup(webArns.green)
      await walk.during(resume(walk.deps, reached.id, { actor }))
      if (phase === 'awaiting-approval') await walk.during(approve(walk.deps, reached.id, { actor }))
      await walk.untilEnded(reached.id)
      expect((await expectSoundEnd(walk, reached.id)).phase).toBe('succeeded')
    },
  )

  it('lengthens the bake by its own length', async () => {
    const { walk: reached, id } = await reach('baking')
    walk = reached
    const { bakeEndsAt } = await walk.load(id)
    await walk.during(pause(walk.deps, id, { actor, timeoutSeconds: 0 }))
    await walk.advance(1000)
    const resumed = await walk.during(resume(walk.deps, id, { actor }))
    const movedMs = Date.parse(resumed.bakeEndsAt ?? '') - Date.parse(bakeEndsAt ?? '')
    expect(movedMs).toBeGreaterThanOrEqual(1_000_000)
    expect(movedMs).toBeLessThan(1_010_000)
  })

  it('keeps the gates armed', async () => {
    walk = await startWalk({ service: { gates: [aMetricGate()] } })
    const { id } = await walk.start()
    await walk.until(id, 'baking')
    await walk.during(pause(walk.deps, id, { actor, timeoutSeconds: 86_400 }))
    walk.traffic = (slot) => ({ requests: 1000, errors: slot === 'green' ? 100 : 0 })
    await walk.until(id, 'rolled-back', 600)
    await expectRolledBack(walk, id, { type: 'gate', gate: 'errors' })
  })
})

describe('a step that waits for approval', () => {
  it('is rolled back when nobody approves in time', async () => {
    const { walk: reached, id } = await reach('awaiting-approval')
    walk = reached
    const { deadlineAt } = await walk.load(id)
    walk.checksOn = false
    await walk.advance(86_400 - 300)
    walk.checksOn = true
    expect((await walk.load(id)).phase).toBe('awaiting-approval')
    await walk.untilEnded(id, 600)
    const { endedAt } = await expectRolledBack(walk, id, { type: 'command', reason: 'nobody approved step 1 in time' })
    expect(Date.parse(endedAt ?? '') - Date.parse(deadlineAt ?? '')).toBeLessThan(2000)
  })

  it('keeps the gates armed', async () => {
    const { walk: reached, id } = await reach('awaiting-approval')
    walk = reached
    walk.cloud.setGroup(webArns.green, { total: 2, healthy: 0 })
    await walk.until(id, 'rolled-back', 600)
    await expectRolledBack(walk, id, { type: 'gate', gate: 'target-health' })
  })

  it('needs as many people as the service says, each counted once', async () => {
    const steps = [{ weight: 100, bakeSeconds: 60, approval: true }]
    walk = await startWalk({
      service: { strategy: { type: 'steps', steps }, approvals: { required: 2, timeoutSeconds: 3600 } },
    })
    const { id } = await walk.start()
    await walk.until(id, 'awaiting-approval')
    await walk.during(approve(walk.deps, id, { actor }))
    await walk.during(approve(walk.deps, id, { actor }))
    await walk.advance(60)
    expect(await walk.load(id)).toMatchObject({ phase: 'awaiting-approval', approvals: [{ by: 'ci' }] })
    await walk.during(approve(walk.deps, id, { actor: { kind: 'token', name: 'another' } }))
    await walk.until(id, 'baking', 10)
  })
})

describe('promote', () => {
  it.each([
    [false, [5, 25, 100]],
    [true, [5, 100]],
  ])('with full %s ends the bake at once', async (full, shares) => {
    const steps = [5, 25, 100].map((weight) => ({ weight, bakeSeconds: 600 }))
    walk = await startWalk({ service: { strategy: { type: 'steps', steps } } })
    const { id } = await walk.start()
    await walk.until(id, 'baking')
    await walk.during(promote(walk.deps, id, { actor, full }))
    await walk.advance(1)
    expect(await walk.load(id)).toMatchObject({ phase: 'baking', weight: shares[1], promote: null })
    await walk.untilEnded(id)
    await expectSoundEnd(walk, id)
    expect(greenWrites(walk)).toEqual(shares)
  })

  it('still waits where a step needs approval', async () => {
    const steps = [5, 25, 100].map((weight) => ({ weight, bakeSeconds: 600, approval: weight === 25 }))
    walk = await startWalk({ service: { strategy: { type: 'steps', steps } } })
    const { id } = await walk.start()
    await walk.until(id, 'baking')
    await walk.during(promote(walk.deps, id, { actor, full: true }))
    await walk.until(id, 'awaiting-approval', 5)
    expect(greenWrites(walk)).toEqual([5])
  })
})

describe('several commands that wait', () => {
  /** Without wake-ups nothing acts before the check: then all of them are there. */
  async function queue(...calls: readonly ((id: string) => Promise<unknown>)[]): Promise<string> {
    const { walk: reached, id } = await reach('baking')
    walk = reached
    walk.checksOn = false
    walk.faults.workflow.before = () => {
      throw new Error('no wake-up')
    }
    walk.taskFaults.set('RollBack', () => new Error('no function'))
    for (const call of calls) await walk.during(call(id))
    walk.faults.workflow.before = undefined
    walk.taskFaults.clear()
    await walk.check()
    await walk.advance(30)
    return id
  }
  const toPause = (id: string) => pause(walk.deps, id, { actor, timeoutSeconds: 0 })
  const toPromote = (id: string) => promote(walk.deps, id, { actor, full: true })
  const toAbort = (id: string) => abort(walk.deps, id, { actor })
  const toResume = (id: string) => resume(walk.deps, id, { actor })

  it.each([
    ['promote, pause', [toPromote, toPause], 'paused', [10]],
    ['pause, promote', [toPause, toPromote], 'paused', [10]],
    ['promote, abort', [toPromote, toAbort], 'aborted', [10, 0]],
    ['pause, abort', [toPause, toAbort], 'aborted', [10, 0]],
    ['pause, promote, resume', [toPause, toPromote, toResume], 'baking', [10, 100]],
  ] as const)('%s: the weightier one is followed', async (_, calls, phase, shares) => {
    const id = await queue(...calls)
    expect((await walk.load(id)).phase).toBe(phase)
    expect(greenWrites(walk)).toEqual(shares)
  })
})
