import { afterEach, describe, expect, it } from 'vitest'
import { TransientError } from '../../../shared/domain/errors.ts'
import { abort } from '../../../shared/use-cases/abort.ts'
import { aDeployer, webArns } from '../../support/builders.ts'
import { expectRolledBack, expectSoundEnd, greenWrites } from '../../support/walk-checks.ts'
import { startWalk, type Walk } from '../../support/workflow-walk.ts'

let walk: Walk
afterEach(() => walk.close())

const { rule, blue, green } = webArns
const strategy = { type: 'canary', percent: 10, intervalSeconds: 600, bakeSeconds: 60 } as const

/** The next write of ours is sent and gets no answer; it takes effect `seconds` later, whatever was written since. */
function delayNextWrite(seconds: number): void {
  walk.cloud.inject({
    before: ({ action }) => {
      if (action !== 'router.write') return
      walk.cloud.inject({})
      walk.clock.after(seconds * 1000, () => walk.cloud.routing.set(rule, { weights: { [blue]: 90, [green]: 10 } }))
      throw new TransientError('timed out')
    },
  })
}

describe('a raise that is still on the wire', () => {
  it.each([1, 5, 12, 17])('and takes effect %i s later does not survive an abort', async (seconds) => {
    walk = await startWalk({ service: { strategy } })
    delayNextWrite(seconds)
    const { id } = await walk.start()
    await walk.until(id, ({ phase }) => phase === 'shifting' || phase === 'baking')
    const { deployment } = await walk.during(abort(walk.deps, id, { actor: aDeployer }))
    expect(deployment.goal).toBe('snapshot')
    await walk.untilEnded(id, 120)
    await walk.advance(30)
    expect(walk.green()).toBe(0)
    expect((await expectSoundEnd(walk, id)).phase).toBe('aborted')
  })

  it('does not survive the rollback by a gate either', async () => {
    walk = await startWalk({ service: { strategy } })
    delayNextWrite(12)
    const { id } = await walk.start()
    await walk.until(id, 'baking')
    walk.cloud.setGroup(green, { total: 2, healthy: 0 })
    await walk.untilEnded(id, 600)
    await expectRolledBack(walk, id, { type: 'gate', gate: 'target-health' })
  })
})

describe('a raise whose function is overtaken by a rollback', () => {
  it.each([0, 1])('writes nothing more of step %i once the rollback was decided', async (step) => {
    walk = await startWalk({ service: { strategy } })
    let aborted: Promise<unknown> | undefined
    walk.faults.leases.after = async ({ method, args }) => {
      const [lease] = args as [{ resource: string }]
      const id = (await walk.deps.deployments.pointer('web')) ?? ''
      if (method !== 'intend' || lease.resource !== rule) return
      const { stage, target } = await walk.load(id)
      if (stage !== 'shifting' || target !== step) return
      aborted ??= abort(walk.deps, id, { actor: aDeployer })
      // The decision stands before the raise goes on; the restore waits for the raise's lease.
      for (let look = 0; look < 100 && (await walk.load(id)).goal === 'plan'; look++) await Promise.resolve()
    }
    const { id } = await walk.start()
    await walk.untilEnded(id, 900)
    expect(aborted).toBeDefined()
    expect(await walk.during(Promise.resolve(aborted))).toMatchObject({ restored: true })
    await walk.advance(30)
    expect(greenWrites(walk)).toEqual(step === 0 ? [] : [10, 0])
    expect((await expectSoundEnd(walk, id)).phase).toBe('aborted')
  })

  it('writes nothing where its process stood still for longer than its lease', async () => {
    walk = await startWalk({ service: { strategy } })
    let isFirst = true
    walk.faults.leases.before = async ({ method }) => {
      if (method !== 'isHeld' || !isFirst) return
      isFirst = false
      await walk.clock.sleep(30_000)
    }
    const { id } = await walk.start()
    await walk.until(id, 'shifting')
    await walk.during(abort(walk.deps, id, { actor: aDeployer }))
    await walk.advance(120)
    expect(walk.cloud.routing.writes).toEqual([])
    expect((await expectSoundEnd(walk, id)).phase).toBe('aborted')
  })
})
