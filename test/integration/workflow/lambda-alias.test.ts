import { afterEach, describe, expect, it } from 'vitest'
import type { Deps } from '../../../shared/deps.ts'
import { ConflictError, TransientError } from '../../../shared/domain/errors.ts'
import type { AliasTarget } from '../../../shared/domain/route-facts.ts'
import { abort } from '../../../shared/use-cases/abort.ts'
import { planDeployment } from '../../../shared/use-cases/plan-deployment.ts'
import { rollBackService } from '../../../shared/use-cases/roll-back-service.ts'
import { aDeployer, anAliasRoute } from '../../support/builders.ts'
import { aCompareGate, aMetricGate } from '../../support/gates.ts'
import { startWalk, type Walk, type WalkOptions } from '../../support/workflow-walk.ts'

let walk: Walk
afterEach(() => walk.close())

const { blue: _blue, green: _green, ...route } = anAliasRoute()
const strategy = { type: 'canary', percent: 10, intervalSeconds: 600, bakeSeconds: 600 } as const
const whole = (version: string): AliasTarget => ({ version, additional: null })
const split = (version: string, other: string, weight: number): AliasTarget => ({
  version,
  additional: { version: other, weight },
})
const minuteMs = 60_000

/** `checkout:live` is whole on version 1, and version 2 is published. */
async function start(service: WalkOptions['service'] = {}): Promise<void> {
  walk = await startWalk({ service: { routes: [route], strategy, ...service } })
  walk.cloud.functions.addFunction('checkout', { versions: ['1', '2'] })
  walk.cloud.functions.setAlias('checkout', 'live', whole('1'))
}

const live = () => walk.cloud.functions.aliasOf('checkout', 'live')
const put = (target: AliasTarget) => walk.cloud.functions.setAlias('checkout', 'live', target)
const written = () => walk.cloud.functions.writes.map(({ after }) => after)

/** What each version does every minute, or the alias as a whole; null: nothing is published. */
function measure(errorsOf: Readonly<Record<string, number | null>>): void {
  walk.clock.every(minuteMs, () => {
    for (const [side, errors] of Object.entries(errorsOf))
      if (errors !== null) walk.cloud.metrics.setMinute(side, walk.clock.now() - minuteMs, { requests: 1000, errors })
  })
}

async function succeed(): Promise<string> {
  const { id } = await walk.start()
  expect((await walk.untilEnded(id)).phase).toBe('succeeded')
  return id
}

describe('a deployment of a Lambda alias', () => {
  it('gives the newest version its share and then everything, each in one call', async () => {
    await start()
    expect((await planDeployment(walk.deps, { service: 'web' })).writes).toEqual([
      {
        ...{ step: 0, action: 'shift', resource: 'lambda:checkout:live' },
        ...{ before: { blue: 100, green: null }, after: { blue: 90, green: 10 } },
      },
      {
        ...{ step: 1, action: 'shift', resource: 'lambda:checkout:live' },
        ...{ before: { blue: 90, green: 10 }, after: { blue: null, green: 100 } },
      },
    ])
    await succeed()
    expect(written()).toEqual([split('1', '2', 0.1), whole('2')])
    expect(walk.failedChecks).toEqual([])
  })

  it('goes from the version that serves to the next one in the other slot, release after release', async () => {
    await start()
    await succeed()
    walk.cloud.functions.addFunction('checkout', { versions: ['3'] })
    const { stable, settings } = await walk.load(await succeed())
    expect({ stable, routes: settings.routes }).toEqual({
      stable: 'green',
      routes: [{ ...route, green: '2', blue: '3' }],
    })
    expect(written()).toEqual([split('1', '2', 0.1), whole('2'), split('2', '3', 0.1), whole('3')])
  })

  it('goes on where the first write never arrived, and takes what is still there for its own', async () => {
    await start()
    let isFirst = true
    walk.cloud.inject({
      before({ action }) {
        if (action !== 'router.write' || !isFirst) return
        isFirst = false
        // As Step Functions reports a function that died: nobody is left to try again within the lease.
        throw Object.assign(new Error('the process exited'), { name: 'Lambda.Unknown' })
      },
    })
    await succeed()
    expect(isFirst).toBe(false)
    expect(written()).toEqual([split('1', '2', 0.1), whole('2')])
  })

  it('is rejected where nothing newer is published', async () => {
    await start()
    await succeed()
    const { id } = await walk.start()
    expect(await walk.untilEnded(id)).toMatchObject({
      phase: 'rejected',
      cause: { reason: 'preflight found: nothing-new' },
    })
    const { findings, writes } = await planDeployment(walk.deps, { service: 'web' })
    expect(writes).toEqual([])
    expect(findings.map((finding) => finding.id)).toEqual(['nothing-new', 'writes-unknown'])
  })

  it('is rolled back by a metric gate that fails on the version on trial', async () => {
    await start({ gates: [aMetricGate()] })
    measure({ 'checkout:live version 1': 0, 'checkout:live version 2': 200 })
    const { id } = await walk.start()
    expect(await walk.untilEnded(id)).toMatchObject({ phase: 'rolled-back', cause: { type: 'gate', gate: 'errors' } })
    expect(written()).toEqual([split('1', '2', 0.1), whole('1')])
  })

  it('is rolled back by a comparison of the two versions', async () => {
    await start({ gates: [aCompareGate()] })
    measure({ 'checkout:live version 1': 1, 'checkout:live version 2': 200 })
    const { id } = await walk.start()
    expect(await walk.untilEnded(id)).toMatchObject({ phase: 'rolled-back', cause: { type: 'gate', gate: 'compare' } })
    expect(live()).toEqual(whole('1'))
  })

  it('shows the share that arrived', async () => {
    await start({ gates: [aMetricGate()] })
    measure({ 'checkout:live version 1': 0, 'checkout:live version 2': 0 })
    const { id } = await walk.start()
    await walk.until(id, ({ phase }) => phase === 'baking')
    await walk.advance(500)
    expect((await walk.deps.deployments.loadMeasures(id))?.observedWeight).toBe(50)
  })

  it('judges the last step by the whole alias where Lambda says no more of the version', async () => {
    await start({ gates: [aMetricGate()] })
    measure({ 'checkout:live version 1': 0, 'checkout:live version 2': 0 })
    const { id } = await walk.start()
    await walk.until(id, ({ phase, step }) => phase === 'baking' && step === 1)
    measure({ 'checkout:live': 200 })
    const setMinute = walk.cloud.metrics.setMinute
    walk.cloud.metrics.setMinute = (side, at, minute) => {
      if (!side.includes('version')) setMinute(side, at, minute)
    }
    const { phase, cause } = await walk.untilEnded(id)
    expect(phase).toBe('rolled-back')
    expect(cause?.reason).toMatch(/^2 of 2 bad windows in a row: error-rate 0\.2 /)
    expect(live()).toEqual(whole('1'))
  })

  it('halts where somebody else changed the alias, and an abort brings the snapshot back', async () => {
    await start()
    const { id } = await walk.start()
    await walk.until(id, ({ phase }) => phase === 'baking')
    walk.cloud.functions.addFunction('checkout', { versions: ['7'] })
    put(split('1', '7', 0.5))
    const halted = await walk.until(id, 'halted')
    expect(halted.cause?.reason).toContain('calls of other versions')
    await walk.during(abort(walk.deps, id, { actor: aDeployer, reason: 'enough', force: false }))
    expect((await walk.untilEnded(id)).phase).toBe('aborted')
    expect(live()).toEqual(whole('1'))
  })
})

describe('a late rollback of a Lambda alias', () => {
  const takeBack = () =>
    walk.during(rollBackService(walk.deps, { service: 'web', actor: aDeployer, reason: 'orders fail', force: false }))

  it('puts the version back that served before, and the next deployment goes on from there', async () => {
    await start()
    await succeed()
    await walk.advance(1200)
    const { deployment, restored } = await takeBack()
    expect({ restored, phase: deployment.phase, live: live() }).toEqual({
      ...{ restored: true, phase: 'rolled-back', live: whole('1') },
    })
    await walk.advance(1200)
    const { stable } = await walk.load(await succeed())
    expect({ stable, live: live() }).toEqual({ stable: 'blue', live: whole('2') })
  })

  it('is refused where that version was deleted, or somebody else moved the alias', async () => {
    await start()
    await succeed()
    walk.cloud.functions.removeFunction('checkout')
    walk.cloud.functions.addFunction('checkout', { versions: ['2', '3'] })
    put(whole('2'))
    const refused = takeBack()
    await expect(refused).rejects.toThrow(ConflictError)
    await expect(refused).rejects.toMatchObject({
      problems: [{ path: 'routes[0].blue', message: 'version 1 of checkout was deleted' }],
    })
    walk.cloud.functions.addFunction('checkout', { versions: ['1'] })
    put(whole('3'))
    await expect(takeBack()).rejects.toThrow(/lambda:checkout:live was changed by somebody else/)
    expect(live()).toEqual(whole('3'))
  })
})

it('refuses a late rollback while nothing tells whether the old version is still there', async () => {
  await start()
  await succeed()
  const inspector = walk.deps.inspector
  const denied = { ...(await inspector.inspect(route)), notLookedAt: ['the versions could not be looked at'] }
  const blind = (inspect: () => Promise<unknown>) => ({ ...walk.deps, inspector: { ...inspector, inspect } }) as Deps
  const ask = (deps: Deps) =>
    walk.during(rollBackService(deps, { service: 'web', actor: aDeployer, reason: null, force: false }))
  await expect(ask(blind(async () => denied))).rejects.toMatchObject({
    problems: [
      {
        path: 'routes[0].blue',
        message: 'nothing tells whether version 1 of checkout is still there: the versions could not be looked at',
      },
    ],
  })
  const throttled = blind(async () => {
    throw new TransientError('throttled')
  })
  await expect(ask(throttled)).rejects.toMatchObject({ problems: [{ path: 'routes[0].blue', message: 'throttled' }] })
  expect(live()).toEqual(whole('2'))
})
