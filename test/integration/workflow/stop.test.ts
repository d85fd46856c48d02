import { afterEach, describe, expect, it } from 'vitest'
import { TransientError } from '../../../shared/domain/errors.ts'
import { abort } from '../../../shared/use-cases/abort.ts'
import { releaseLine } from '../../../shared/use-cases/release-line.ts'
import { resume } from '../../../shared/use-cases/resume.ts'
import { stopLine } from '../../../shared/use-cases/stop-line.ts'
import { aDeployer, anAlbRoute, webArns } from '../../support/builders.ts'
import { aMetricGate } from '../../support/gates.ts'
import { expectRolledBack, expectSoundEnd, greenWrites } from '../../support/walk-checks.ts'
import { startWalk, type Walk, type WalkOptions } from '../../support/workflow-walk.ts'

let walk: Walk
afterEach(() => walk.close())

const actor = aDeployer
const canary = { type: 'canary', percent: 10, intervalSeconds: 600, bakeSeconds: 60 } as const
const overridden = [{ finding: 'stopped', reason: 'the fix of incident 7' }]
const secondRule = `${webArns.rule.slice(0, -1)}a`

const stop = (reason = 'incident 7') => walk.during(stopLine(walk.deps, { actor, reason }))
const release = () => walk.during(releaseLine(walk.deps, { actor }))

/** A deployment at 10 % whose next raise waits for the line. */
async function waiting(options: WalkOptions = {}): Promise<string> {
  walk = await startWalk({ ...options, service: { strategy: canary, ...options.service } })
  const { id } = await walk.start()
  await walk.until(id, 'baking')
  await stop()
  await walk.until(id, ({ waitsFor }) => waitsFor != null, 1200)
  return id
}

describe('a stopped line', () => {
  it('refuses a start, and traffic is never touched', async () => {
    walk = await startWalk()
    await stop()
    const { id } = await walk.start()
    await walk.untilEnded(id, 60)
    const { phase, cause } = await expectSoundEnd(walk, id)
    expect({ phase, cause }).toEqual({
      phase: 'rejected',
      cause: { type: 'preflight', reason: 'preflight found: stopped' },
    })
    expect(walk.cloud.routing.writes).toEqual([])
  })

  it('lets a deployment through that overrode this very stop', async () => {
    walk = await startWalk({ service: { strategy: canary } })
    await stop()
    const { id } = await walk.start({ override: overridden })
    await walk.untilEnded(id)
    expect((await expectSoundEnd(walk, id)).phase).toBe('succeeded')
  })

  it('holds a deployment that overrode an earlier stop', async () => {
    walk = await startWalk({ service: { strategy: canary } })
    await stop()
    const { id } = await walk.start({ override: overridden })
    await walk.until(id, 'baking')
    await stop('incident 8')
    await walk.until(id, ({ waitsFor }) => waitsFor?.finding === 'stopped', 1200)
    expect(greenWrites(walk)).toEqual([10])
  })

  it('holds the next raise for days, and costs little while it does', async () => {
    const id = await waiting()
    const before = walk.stepFunctions.inspect()[0]?.transitions ?? 0
    await walk.advance(86_400)
    expect(await walk.load(id)).toMatchObject({
      phase: 'shifting',
      weight: 10,
      waitsFor: { finding: 'stopped', until: null },
    })
    expect(greenWrites(walk)).toEqual([10])
    // A look every quarter of an hour; a history of 25,000 events lasts for weeks.
    expect((walk.stepFunctions.inspect()[0]?.transitions ?? 0) - before).toBeLessThan(500)
    const notes = (await walk.events(id)).filter(({ reason }) => reason.startsWith('the raise waits'))
    expect(notes).toHaveLength(1)
    await release()
    await walk.untilEnded(id, 300)
    expect((await expectSoundEnd(walk, id)).phase).toBe('succeeded')
  })

  it('that is released lets the raise go on at once', async () => {
    const id = await waiting()
    await walk.advance(100)
    await release()
    await walk.advance(2)
    expect(greenWrites(walk)).toEqual([10, 100])
    expect((await walk.events(id)).map(({ reason }) => reason)).toContain('ci let the line run again')
  })

  it('that is released while nobody can be woken lets the raise go on within a quarter of an hour', async () => {
    const id = await waiting()
    walk.faults.store.before = ({ method }) => {
      if (method === 'save' || method === 'wakeToken') throw new TransientError('throttled')
    }
    await release()
    walk.faults.store.before = undefined
    await walk.until(id, 'baking', 910)
    expect(greenWrites(walk)).toEqual([10, 100])
  })

  it('that is released before the wait is saved holds nobody: there was nobody to wake', async () => {
    walk = await startWalk({ service: { strategy: canary } })
    const { id } = await walk.start()
    await walk.until(id, 'baking')
    await stop()
    let released = false
    walk.faults.store.before = async ({ method, args: [next] }) => {
      const isWait = typeof next === 'object' && next !== null && 'waitsFor' in next && next.waitsFor != null
      if (method !== 'save' || released || !isWait) return
      released = true
      await releaseLine(walk.deps, { actor })
    }
    // Ten minutes of bake, and not the quarter of an hour after it.
    await walk.until(id, ({ phase, step }) => phase === 'baking' && step === 1, 660)
    expect(released).toBe(true)
    expect(greenWrites(walk)).toEqual([10, 100])
  })

  it('that cannot be read holds the raise: the task is tried again', async () => {
    walk = await startWalk({ service: { strategy: canary } })
    const { id } = await walk.start()
    await walk.until(id, 'baking')
    let failures = 0
    walk.faults.line.before = () => {
      if (walk.green() === 10 && failures < 3) {
        failures += 1
        throw new TransientError('throttled')
      }
    }
    await walk.untilEnded(id)
    expect(failures).toBe(3)
    expect((await expectSoundEnd(walk, id)).phase).toBe('succeeded')
  })
})

describe('a raise that waits for the line', () => {
  it('does not disarm the gates', async () => {
    const id = await waiting({ service: { gates: [aMetricGate()] } })
    await walk.advance(3600)
    walk.traffic = (slot) => ({ requests: 1000, errors: slot === 'green' ? 100 : 0 })
    await walk.until(id, 'rolled-back', 600)
    await expectRolledBack(walk, id, { type: 'gate', gate: 'errors' })
    expect(await walk.deps.line.read()).not.toBeNull()
  })

  it('is aborted at once', async () => {
    const id = await waiting()
    const { restored } = await walk.during(abort(walk.deps, id, { actor }))
    expect(restored).toBe(true)
    expect((await expectSoundEnd(walk, id)).phase).toBe('aborted')
    expect(walk.green()).toBe(0)
  })
})

describe('a line that is stopped in the middle of a step', () => {
  /** Stops it at the first call of the leases or the store that `when` picks. */
  function stopAt(port: 'leases' | 'store', when: (method: string) => boolean, error?: Error) {
    walk.faults[port].before = async ({ method }) => {
      if (!when(method)) return
      walk.faults[port].before = undefined
      await stopLine(walk.deps, { actor, reason: 'incident 7' })
      if (error) throw error
    }
  }

  it('just before a write holds that write', async () => {
    walk = await startWalk({ service: { strategy: canary } })
    const { id } = await walk.start()
    await walk.until(id, 'baking')
    stopAt('leases', (method) => method === 'intend')
    await walk.until(id, ({ waitsFor }) => waitsFor != null, 1200)
    expect(greenWrites(walk)).toEqual([10])
    await release()
    await walk.untilEnded(id, 300)
    expect((await expectSoundEnd(walk, id)).phase).toBe('succeeded')
  })

  it('after the write lets the step be recorded: nothing is raised by that', async () => {
    walk = await startWalk({ service: { strategy: canary } })
    const { id } = await walk.start()
    await walk.until(id, 'baking')
    stopAt('store', (method) => method === 'save' && walk.green() === 100, new TransientError('throttled'))
    await walk.until(id, ({ phase, step }) => phase === 'baking' && step === 1, 1200)
    expect(await walk.deps.line.read()).not.toBeNull()
    await walk.untilEnded(id, 300)
    expect((await expectSoundEnd(walk, id)).phase).toBe('succeeded')
  })

  it('between two routes holds the second, and a rollback takes the first back', async () => {
    const routes = [anAlbRoute(), anAlbRoute({ ruleArn: secondRule })]
    walk = await startWalk({
      service: { strategy: canary, routes },
      rules: [{ rule: secondRule, blue: webArns.blue, green: webArns.green }],
    })
    const onSecond = () => walk.cloud.weightsOf(secondRule)[webArns.green] ?? 0
    const { id } = await walk.start()
    await walk.until(id, 'baking')
    stopAt('leases', (method) => method === 'take' && walk.green() === 100)
    await walk.until(id, ({ waitsFor }) => waitsFor != null, 1200)
    expect([walk.green(), onSecond()]).toEqual([100, 10])
    await walk.during(abort(walk.deps, id, { actor }))
    await walk.untilEnded(id, 60)
    expect([walk.green(), onSecond()]).toEqual([0, 0])
  })
})

describe('a foreign change above the plan', () => {
  it('may be taken down while the line is stopped', async () => {
    walk = await startWalk({ service: { strategy: canary } })
    const { id } = await walk.start()
    await walk.until(id, 'baking')
    await stop()
    walk.cloud.routing.set(webArns.rule, { weights: { [webArns.blue]: 40, [webArns.green]: 60 } })
    await walk.until(id, 'halted', 120)
    await walk.during(resume(walk.deps, id, { actor, drift: 'overwrite' }))
    await walk.until(id, 'baking', 60)
    expect(walk.green()).toBe(10)
  })

  it('below the plan waits to be written over', async () => {
    walk = await startWalk({ service: { strategy: canary } })
    const { id } = await walk.start()
    await walk.until(id, 'baking')
    await stop()
    walk.cloud.routing.set(webArns.rule, { weights: { [webArns.blue]: 98, [webArns.green]: 2 } })
    await walk.until(id, 'halted', 120)
    await walk.during(resume(walk.deps, id, { actor, drift: 'overwrite' }))
    await walk.until(id, ({ waitsFor }) => waitsFor != null, 60)
    expect(walk.green()).toBe(2)
  })
})
