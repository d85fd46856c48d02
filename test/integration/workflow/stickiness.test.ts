import { afterEach, describe, expect, it } from 'vitest'
import type { Deployment } from '../../../shared/domain/deployment.ts'
import { abort } from '../../../shared/use-cases/abort.ts'
import { aDeployer, anAlbRoute, webArns } from '../../support/builders.ts'
import { expectRolledBack, expectSoundEnd } from '../../support/walk-checks.ts'
import { startWalk, type Walk } from '../../support/workflow-walk.ts'

let walk: Walk
afterEach(() => walk.close())

const { blue, green, rule } = webArns
const strategy = { type: 'canary', percent: 10, intervalSeconds: 300, bakeSeconds: 60 } as const
const testRule = rule.replace('9683b2d02a6cabee', '0000000000000001')
const weights = () => walk.cloud.weightsOf(rule)
const failCanary = () => walk.cloud.setGroup(green, { total: 2, healthy: 0 })

describe('a rule with group stickiness', () => {
  it('ends without the old side after success', async () => {
    walk = await startWalk({ service: { strategy }, stickySeconds: 3600 })
    const { id } = await walk.start()
    await walk.until(id, 'baking')
    expect(weights()).toEqual({ [blue]: 90, [green]: 10 })
    await walk.untilEnded(id)
    expect((await expectSoundEnd(walk, id)).phase).toBe('succeeded')
    expect(Object.keys(weights())).toEqual([green])
  })

  it('ends without the canary after a rollback', async () => {
    walk = await startWalk({ service: { strategy }, stickySeconds: 3600 })
    const { id } = await walk.start()
    await walk.until(id, 'baking')
    failCanary()
    await walk.untilEnded(id)
    await expectRolledBack(walk, id, { type: 'gate' })
    expect(Object.keys(weights())).toEqual([blue])
  })

  it('gets the old side back at 0 for the next deployment, before its health counts', async () => {
    walk = await startWalk({ service: { strategy }, stickySeconds: 3600 })
    await walk.untilEnded((await walk.start()).id)
    const { id } = await walk.start()
    await walk.untilEnded(id)
    expect((await walk.load(id)).phase).toBe('succeeded')
    expect(Object.keys(weights())).toEqual([blue])
  })
})

describe('a canary that is in no action yet', () => {
  it('is attached at 0 first, then looked at, then gets its share', async () => {
    walk = await startWalk({ service: { strategy }, weights: { [blue]: 100 } })
    const { id, routes } = await walk.start()
    expect(routes[0]?.snapshot).toBeNull()
    await walk.until(id, 'baking')
    expect(walk.cloud.routing.writes.map(({ after }) => after)).toEqual([
      { [blue]: 100, [green]: 0 },
      { [blue]: 90, [green]: 10 },
    ])
  })

  it.each([
    ['a gate', async () => failCanary()],
    ['an abort', async ({ id }: Deployment) => void (await walk.during(abort(walk.deps, id, { actor: aDeployer })))],
  ])('is detached again by a rollback after %s', async (_, undo) => {
    walk = await startWalk({ service: { strategy }, weights: { [blue]: 100 } })
    const deployment = await walk.start()
    await walk.until(deployment.id, 'baking')
    await undo(deployment)
    await walk.untilEnded(deployment.id)
    await walk.advance(1)
    await expectSoundEnd(walk, deployment.id)
    expect(Object.keys(weights())).toEqual([blue])
  })

  it('is detached again where it never became healthy', async () => {
    walk = await startWalk({ service: { strategy }, weights: { [blue]: 100 } })
    failCanary()
    const { id } = await walk.start()
    await walk.until(id, () => Object.keys(weights()).length === 2)
    await walk.untilEnded(id)
    expect((await walk.load(id)).phase).toBe('rolled-back')
    expect(Object.keys(weights())).toEqual([blue])
  })
})

describe('a test rule', () => {
  const routes = [{ ...anAlbRoute(), test: { ruleArn: testRule } }]
  async function start(): Promise<string> {
    walk = await startWalk({ service: { strategy, routes } })
    walk.cloud.routing.set(testRule, { weights: { [blue]: 100 } })
    walk.cloud.setGroup(green, { total: 2, healthy: 1 })
    const { id } = await walk.start()
    await walk.until(id, () => testTarget() === green, 60)
    expect((await walk.load(id)).phase).toBe('verifying')
    return id
  }
  const testTarget = () => Object.keys(walk.cloud.weightsOf(testRule)).join()

  it('points at the canary while it is verified, and is put back before traffic moves', async () => {
    const id = await start()
    await walk.advance(120)
    expect(testTarget()).toBe(green)
    walk.cloud.setGroup(green)
    await walk.until(id, 'baking')
    const moved = walk.cloud.routing.writes.map(({ resource }) => (resource === rule ? 'rule' : 'test'))
    expect(moved).toEqual(['test', 'test', 'rule'])
    expect(testTarget()).toBe(blue)
    await walk.untilEnded(id)
    await expectSoundEnd(walk, id)
  })

  it('is put back by an abort', async () => {
    const id = await start()
    await walk.during(abort(walk.deps, id, { actor: aDeployer }))
    await walk.advance(60)
    expect(testTarget()).toBe(blue)
    expect((await expectSoundEnd(walk, id)).routes[0]?.test).toBeNull()
  })

  it('is put back by the rollback of a canary that never became healthy', async () => {
    const id = await start()
    await walk.untilEnded(id)
    await expectRolledBack(walk, id, { type: 'gate', gate: 'target-health' })
    expect(testTarget()).toBe(blue)
  })

  it('is not pointed at the canary after an abort in the middle of its write', async () => {
    walk = await startWalk({ service: { strategy, routes } })
    walk.cloud.routing.set(testRule, { weights: { [blue]: 100 } })
    walk.cloud.setGroup(green, { total: 2, healthy: 1 })
    let aborted: Promise<unknown> | undefined
    walk.faults.leases.after = async ({ method, args }) => {
      const [lease] = args as [{ resource: string }]
      const id = (await walk.deps.deployments.pointer('web')) ?? ''
      if (method === 'intend' && lease.resource === testRule) aborted ??= abort(walk.deps, id, { actor: aDeployer })
    }
    const { id } = await walk.start()
    await walk.untilEnded(id, 120)
    expect(await aborted).toMatchObject({ restored: true })
    await walk.advance(60)
    expect(testTarget()).toBe(blue)
    expect((await expectSoundEnd(walk, id)).phase).toBe('aborted')
  })
})
