import { afterEach, describe, expect, it } from 'vitest'
import { TransientError } from '../../../shared/domain/errors.ts'
import { abort } from '../../../shared/use-cases/abort.ts'
import { redeploy } from '../../../shared/use-cases/drive/redeploy.ts'
import { startDriver } from '../../../shared/use-cases/drive/start-driver.ts'
import { aCodeDeployRoute, aDeployer, anAlbRoute, webArns } from '../../support/builders.ts'
import { anEcsRevision } from '../../support/driven.ts'
import { aMetricGate } from '../../support/gates.ts'
import { startWalk, type Walk } from '../../support/workflow-walk.ts'

let walk: Walk
afterEach(() => walk.close())

const { moves: _, ...route } = aCodeDeployRoute()
const strategy = { type: 'canary', percent: 10, intervalSeconds: 300, bakeSeconds: 60 } as const
const errors = aMetricGate({ name: 'errors', metric: 'error-rate', max: 0.01, minRequests: 1, failures: 1 })
const allAtOnce = { type: 'blue-green', bakeSeconds: 0 } as const

async function startDriven() {
  walk = await startWalk({ service: { routes: [route], strategy, gates: [errors] } })
  walk.cloud.codedeploy.setGroup(route, { platform: 'ECS', moves: anAlbRoute() })
  walk.traffic = () => ({ requests: 1000 })
}

const begin = async () => (await walk.start({ codedeploy: anEcsRevision })).id
const created = () => walk.cloud.codedeploy.deployments().map(({ description, status }) => ({ description, status }))
const startAs = (tag: string) =>
  walk.cloud.codedeploy.start(route, { tag, revision: anEcsRevision, platform: 'ECS', strategy: allAtOnce })

/** Just before we look for ours for the first time. */
function beforeFirstLook(act: () => void): void {
  let isFirst = true
  walk.cloud.inject({
    before({ action }) {
      if (action !== 'driver.find' || !isFirst) return
      isFirst = false
      act()
    },
  })
}

describe('a group in which somebody else was faster', () => {
  it('is left as it is once theirs has changed which side serves: ours would go the wrong way', async () => {
    await startDriven()
    beforeFirstLook(() => startAs('by hand'))
    const id = await begin()
    const ended = await walk.untilEnded(id)
    expect([ended.phase, ended.cause?.type, walk.green()]).toEqual(['rolled-back', 'drift', 100])
    expect(ended.cause?.reason).toContain('nothing was deployed: start another deployment')
    expect(created()).toEqual([{ description: 'by hand', status: 'succeeded' }])
  })

  it('is not deployed to where somebody has moved its traffic', async () => {
    await startDriven()
    beforeFirstLook(() =>
      walk.cloud.routing.set(webArns.rule, { weights: { [webArns.blue]: 63, [webArns.green]: 37 } }),
    )
    const ended = await walk.untilEnded(await begin())
    expect([ended.phase, ended.cause?.type, walk.green(), created()]).toEqual(['rolled-back', 'drift', 37, []])
  })

  it('gets ours after theirs was taken back', async () => {
    await startDriven()
    let theirs = ''
    beforeFirstLook(() => {
      theirs = startAs('by hand')
    })
    const id = await begin()
    await walk.during(walk.deps.driverFor(route).stop(theirs))
    const ended = await walk.untilEnded(id)
    expect([ended.phase, walk.green()]).toEqual(['succeeded', 100])
    expect(created().at(-1)).toEqual({ description: `sluice ${id}`, status: 'succeeded' })
  })
})

/** Its answer comes when the lease that it says we have is nearly over. */
const slowLease = () => ({
  ...walk.deps,
  leases: {
    ...walk.deps.leases,
    async isHeld(...args: Parameters<typeof walk.deps.leases.isHeld>) {
      const isHeld = await walk.deps.leases.isHeld(...args)
      await walk.clock.sleep(15_000)
      return isHeld
    },
  },
})

/** What was created by the time that `creating` was refused, and why it was. */
async function refusalOf(creating: Promise<unknown>) {
  const refused = creating.then(
    () => 'nothing was refused',
    (error: unknown) => [String(error), created()],
  )
  return walk.during(refused)
}

describe('a creation', () => {
  it('is not begun with too little of the lease left', async () => {
    await startDriven()
    walk.cloud.inject({
      before({ action }) {
        if (action === 'driver.find') throw new TransientError('CodeDeploy is away')
      },
    })
    const wanted = await walk.until(await begin(), ({ driven }) => driven !== undefined)
    walk.cloud.inject({})
    expect(await refusalOf(startDriver(slowLease(), wanted, aCodeDeployRoute()))).toEqual([
      expect.stringContaining('nearly over; no write starts now'),
      [],
    ])
  })

  it('is not begun so late for a rollback either', async () => {
    await startDriven()
    startAs('the one before')
    await walk.advance(120)
    const ours = startAs('ours')
    await walk.advance(120)
    const deployment = await walk.load(await begin())
    const driver = walk.deps.driverFor(route)
    const wish = { deployment, route: aCodeDeployRoute(), driver, ours }
    const [refusal, there] = await refusalOf(redeploy(slowLease(), wish))
    expect(refusal).toContain('nearly over; no write starts now')
    expect(there).not.toContainEqual(expect.objectContaining({ description: `sluice ${deployment.id} roll-back` }))
  })
})

describe('a creation that arrives after the end', () => {
  it('is taken back, also where another one was known and taken back before', async () => {
    await startDriven()
    const id = await begin()
    await walk.until(id, ({ weight }) => weight === 10)
    await walk.during(abort(walk.deps, id, { actor: aDeployer }))
    expect((await walk.untilEnded(id)).phase).toBe('aborted')
    walk.cloud.codedeploy.start(route, { tag: `sluice ${id}`, revision: anEcsRevision, platform: 'ECS', strategy })
    await walk.advance(180)
    expect(walk.green()).toBe(0)
    expect(created().slice(2)).toEqual([
      { description: `sluice ${id}`, status: 'stopped' },
      expect.objectContaining({ status: 'succeeded' }),
    ])
  })
})
