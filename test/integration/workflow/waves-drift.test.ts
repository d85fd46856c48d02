import { afterEach, describe, expect, it } from 'vitest'
import type { Deployment } from '../../../shared/domain/deployment.ts'
import { changeDeployment } from '../../../shared/use-cases/change-deployment.ts'
import { followDrift } from '../../../shared/use-cases/follow-drift.ts'
import { resume } from '../../../shared/use-cases/resume.ts'
import { DriftFound } from '../../../shared/use-cases/route-guard.ts'
import { findUnsafeStable } from '../../../shared/use-cases/safe-side.ts'
import { aDeployer, webArns } from '../../support/builders.ts'
import { appPair } from '../../support/record-sets.ts'
import { eastArns, greens, setPair, threeWaves, walkThreeWaves } from '../../support/three-waves.ts'
import { expectSoundEnd } from '../../support/walk-checks.ts'
import type { Walk } from '../../support/workflow-walk.ts'

let walk: Walk
afterEach(() => walk.close())

const actor = aDeployer
const bakingAt = (step: number) => (deployment: Deployment) => deployment.phase === 'baking' && deployment.step === step
/** Somebody at the console: so much to green behind the first load balancer. */
const setFirst = (green: number) =>
  walk.cloud.routing.set(webArns.rule, { weights: { [webArns.blue]: 100 - green, [webArns.green]: green } })

async function haltInWaveTwo(): Promise<string> {
  walk = await walkThreeWaves()
  const { id } = await walk.start()
  await walk.until(id, bakingAt(2))
  setFirst(40)
  expect((await walk.until(id, 'halted', 300)).cause?.type).toBe('drift')
  return id
}

describe('a foreign change of a wave that is over', () => {
  it('is written over when a person says so, and the deployment goes on', async () => {
    const id = await haltInWaveTwo()
    await walk.during(resume(walk.deps, id, { actor, drift: 'overwrite' }))
    await walk.until(id, bakingAt(2), 300)
    expect(greens(walk)).toEqual([100, 10, 0])
    await walk.untilEnded(id)
    expect((await expectSoundEnd(walk, id)).phase).toBe('succeeded')
    expect((await walk.events(id)).filter(({ to }) => to === 'halted')).toHaveLength(1)
  })

  it('that is adopted leaves the weight of the wave under way as it is', async () => {
    const id = await haltInWaveTwo()
    const resumed = await walk.during(resume(walk.deps, id, { actor, drift: 'adopt' }))
    expect([resumed.weight, greens(walk)]).toEqual([10, [40, 10, 0]])
  })
})

describe('a foreign change that is found', () => {
  it.each([
    ['calls a person', false, 1],
    ['calls nobody once a rollback was decided', true, 0],
  ])('%s', async (_, isDecided, pages) => {
    walk = await walkThreeWaves()
    const { id } = await walk.start()
    const baking = await walk.until(id, bakingAt(0))
    const cause = { type: 'command', actor, reason: 'enough' } as const
    if (isDecided) await changeDeployment(walk.deps, id, () => ({ type: 'roll-back', cause }))
    const live = await walk.deps.routerFor(threeWaves[0]).read()
    await followDrift(walk.deps, baking, new DriftFound(webArns.rule, null, live))
    expect(walk.pages).toHaveLength(pages)
  })
})

describe('whether stable could carry what comes back', () => {
  it.each([
    ['of the wave that is over all of it', eastArns.blue, webArns.blue, /needs 2/],
    ['of the wave under way its own share', webArns.blue, eastArns.blue, null],
  ])('weighs %s', async (_, healthy, thin, expected) => {
    walk = await walkThreeWaves()
    const { id } = await walk.start()
    const writing = { ...(await walk.until(id, bakingAt(1))), stage: 'shifting', target: 2 } as const
    walk.cloud.setGroup(healthy, { total: 2, healthy: 2 })
    walk.cloud.setGroup(thin, { total: 2, healthy: 1 })
    const why = await walk.during(findUnsafeStable(walk.deps, writing))
    if (expected === null) expect(why).toBeNull()
    else expect(why).toMatch(expected)
  })

  it('also where the wave under way was set to 0', async () => {
    walk = await walkThreeWaves()
    const { id } = await walk.start()
    const baking = await walk.until(id, bakingAt(4))
    setPair(walk.cloud.hostedZones, { blue: 100, green: 0 })
    walk.cloud.setGroup(webArns.blue, { total: 2, healthy: 0 })
    expect(walk.cloud.hostedZones.weightsOf(appPair.hostedZoneId, appPair.name, 'A')).toEqual({
      ...{ 'app-blue': 100, 'app-green': 0 },
    })
    expect(await walk.during(findUnsafeStable(walk.deps, { ...baking, weight: 0 }))).toMatch(/0 of 2 targets healthy/)
  })
})
