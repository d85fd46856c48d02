import { afterEach, describe, expect, it } from 'vitest'
import type { Strategy } from '../../../shared/domain/strategy.ts'
import { approve } from '../../../shared/use-cases/approve.ts'
import { aDeployer } from '../../support/builders.ts'
import { expectSoundEnd, greenWrites } from '../../support/walk-checks.ts'
import { startWalk, type Walk } from '../../support/workflow-walk.ts'

let walk: Walk
afterEach(() => walk.close())

const strategies: readonly (readonly [string, Strategy, readonly number[]])[] = [
  ['blue-green', { type: 'blue-green', bakeSeconds: 600 }, [100]],
  ['blue-green without a bake', { type: 'blue-green', bakeSeconds: 0 }, [100]],
  ['canary', { type: 'canary', percent: 10, intervalSeconds: 1800, bakeSeconds: 600 }, [10, 100]],
  ['linear', { type: 'linear', percent: 33.3, intervalSeconds: 60, bakeSeconds: 0 }, [33.3, 66.6, 99.9, 100]],
  [
    'steps',
    {
      type: 'steps',
      steps: [
        { weight: 0.1, bakeSeconds: 60 },
        { weight: 50, bakeSeconds: 60 },
        { weight: 100, bakeSeconds: 60 },
      ],
    },
    [0.1, 50, 100],
  ],
  ['preset', { type: 'preset', name: 'CodeDeployDefault.ECSCanary10Percent5Minutes' }, [10, 100]],
]

describe('a deployment that goes well', () => {
  it.each(strategies)('%s: writes exactly its plan and ends on the canary', async (_, strategy, shares) => {
    walk = await startWalk()
    const { id, plan } = await walk.start({ strategy })
    await walk.untilEnded(id)
    const deployment = await expectSoundEnd(walk, id)
    expect(deployment).toMatchObject({ phase: 'succeeded', weight: 100, step: plan.steps.length - 1, cause: null })
    expect(greenWrites(walk).map((share) => Math.round(share * 10) / 10)).toEqual(shares)
    const seconds = (Date.parse(deployment.endedAt ?? '') - Date.parse(deployment.createdAt)) / 1000
    expect(seconds).toBeGreaterThanOrEqual(plan.minimumSeconds)
    expect(walk.failedChecks).toEqual([])
    expect(walk.pages).toEqual([])
  })

  it('waits for the approval before it writes the step, and says so in its events', async () => {
    walk = await startWalk()
    const steps = [
      { weight: 20, bakeSeconds: 60, approval: true },
      { weight: 100, bakeSeconds: 60, approval: true },
    ]
    const { id } = await walk.start({ strategy: { type: 'steps', steps } })
    await walk.until(id, 'awaiting-approval')
    await walk.advance(3600)
    expect(greenWrites(walk)).toEqual([])
    await walk.during(approve(walk.deps, id, { actor: aDeployer }))
    await walk.until(id, ({ phase, step, target }) => phase === 'awaiting-approval' && step === 0 && target === 1)
    expect(greenWrites(walk)).toEqual([20])
    await walk.during(approve(walk.deps, id, { actor: aDeployer }))
    await walk.untilEnded(id)
    const deployment = await expectSoundEnd(walk, id)
    expect(deployment.phase).toBe('succeeded')
    expect(deployment.approvals.map(({ step }) => step)).toEqual([0, 1])
    const path = (await walk.events(id)).flatMap(({ to }) => to ?? [])
    expect(path).toEqual([
      ...['preparing', 'verifying', 'awaiting-approval', 'shifting', 'baking'],
      ...['awaiting-approval', 'shifting', 'baking', 'succeeded'],
    ])
  })

  it('swaps the roles: the next deployment goes back to the other slot', async () => {
    walk = await startWalk()
    const first = await walk.start()
    await walk.untilEnded(first.id)
    const second = await walk.start()
    expect(second).toMatchObject({ stable: 'green', canary: 'blue' })
    await walk.untilEnded(second.id)
    expect(await walk.load(second.id)).toMatchObject({ phase: 'succeeded', weight: 100 })
    expect(greenWrites(walk)).toEqual([10, 100, 90, 0])
  })

  it('starts no step before traffic was read back and had settled', async () => {
    walk = await startWalk()
    const { id } = await walk.start()
    const baking = await walk.until(id, 'baking')
    const written = (await walk.events(id)).find(({ type }) => type === 'write')
    expect(Date.parse(baking.settledAt ?? '') - Date.parse(written?.at ?? '')).toBe(10_000)
    expect(Date.parse(baking.bakeEndsAt ?? '') - Date.parse(baking.settledAt ?? '')).toBe(1_800_000)
  })
})
