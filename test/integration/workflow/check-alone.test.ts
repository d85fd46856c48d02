import { afterEach, describe, expect, it } from 'vitest'
import { UpstreamError } from '../../../shared/domain/errors.ts'
import { approve } from '../../../shared/use-cases/approve.ts'
import { pause } from '../../../shared/use-cases/pause.ts'
import { aDeployer, webArns } from '../../support/builders.ts'
import { expectRolledBack } from '../../support/walk-checks.ts'
import { type ReachedPhase, reach } from '../../support/walk-phases.ts'
import type { Walk } from '../../support/workflow-walk.ts'

let walk: Walk
afterEach(() => walk.close())

/** A deployment in `phase` whose workflow was stopped, and can neither be started again nor woken. */
async function alone(phase: ReachedPhase): Promise<string> {
  const reached = await reach(phase)
  walk = reached.walk
  walk.faults.workflow.before = ({ method }) => {
    if (method !== 'status') throw new UpstreamError('states:StartExecution was refused')
  }
  await walk.stop(reached.id)
  return reached.id
}

const secondsFrom = (from: string | null, to: string | null) => (Date.parse(to ?? '') - Date.parse(from ?? '')) / 1000

describe('with the workflow dead and no successor possible, the check alone', () => {
  it('rolls back an approval whose time is over', async () => {
    const id = await alone('awaiting-approval')
    const { deadlineAt } = await walk.load(id)
    await walk.advance(120)
    walk.checksOn = false
    await walk.advance(86_400 - 600)
    walk.checksOn = true
    await walk.untilEnded(id, 700)
    const { endedAt } = await expectRolledBack(walk, id, {
      type: 'command',
      reason: 'nobody approved step 1 in time',
    })
    expect(secondsFrom(deadlineAt, endedAt)).toBeGreaterThanOrEqual(0)
    expect(secondsFrom(deadlineAt, endedAt)).toBeLessThanOrEqual(62)
  })

  it.each<ReachedPhase>(['verifying', 'baking', 'awaiting-approval'])(
    'rolls back a pause while %s whose time is over',
    async (phase) => {
      const id = await alone(phase)
      const { hold } = await walk.during(pause(walk.deps, id, { actor: aDeployer, timeoutSeconds: 600 }))
      await walk.untilEnded(id, 700)
      const { endedAt } = await expectRolledBack(walk, id, {
        type: 'command',
        reason: 'the pause ran out and nobody resumed',
      })
      const until = hold?.kind === 'paused' ? hold.until : null
      expect(secondsFrom(until, endedAt)).toBeGreaterThanOrEqual(0)
      expect(secondsFrom(until, endedAt)).toBeLessThanOrEqual(62)
    },
  )

  it('waits for a lease that a dead holder has, and restores when it runs out', async () => {
    const id = await alone('baking')
    let expiresAtMs = 0
    walk.faults.leases.before = async ({ method }) => {
      if (method !== 'take' || expiresAtMs > 0) return
      expiresAtMs = walk.clock.now() + 20_000
      await walk.deps.leases.take(webArns.rule, 'a dead function', 20_000)
    }
    walk.cloud.setGroup(webArns.green, { total: 2, healthy: 0 })
    await walk.until(id, 'rolling-back', 600)
    expect(walk.green()).toBe(10)
    const { endedAt } = await walk.untilEnded(id, 120)
    await expectRolledBack(walk, id, { type: 'gate', gate: 'target-health' })
    expect(Date.parse(endedAt ?? '')).toBeGreaterThanOrEqual(expiresAtMs)
    expect(Date.parse(endedAt ?? '')).toBeLessThanOrEqual(expiresAtMs + 62_000)
  })

  it.each([
    ['verifying', 'deadlineAt'],
    ['preparing', 'createdAt'],
    ['baking', 'bakeEndsAt'],
  ] as const)(
    'ends a deployment while %s that nobody takes on for half an hour after its %s',
    async (phase, instant) => {
      const id = await alone(phase)
      const since = (await walk.load(id))[instant]
      expect(since).not.toBeNull()
      await walk.untilEnded(id, 7200)
      const { endedAt } = await expectRolledBack(walk, id, {
        type: 'recovery',
        reason: expect.stringContaining('the workflow is dead and no other could be started'),
      })
      expect(secondsFrom(since, endedAt)).toBeGreaterThanOrEqual(1800)
      expect(secondsFrom(since, endedAt)).toBeLessThanOrEqual(1862)
    },
  )

  it('ends one whose approval nobody carries out', async () => {
    const id = await alone('awaiting-approval')
    const { approvals } = await walk.during(approve(walk.deps, id, { actor: aDeployer }))
    await walk.untilEnded(id, 7200)
    const { endedAt } = await expectRolledBack(walk, id, { type: 'recovery' })
    expect(secondsFrom(approvals[0]?.at ?? null, endedAt)).toBeGreaterThanOrEqual(1800)
  })

  it('goes on as soon as a successor can be started', async () => {
    const id = await alone('baking')
    await walk.advance(1200)
    walk.faults.workflow.before = undefined
    await walk.untilEnded(id, 7200)
    expect(await walk.load(id)).toMatchObject({ phase: 'succeeded', execution: 2 })
  })
})
