import { afterEach, describe, expect, it } from 'vitest'
import { ConflictError, InvariantError } from '../../../shared/domain/errors.ts'
import { abort } from '../../../shared/use-cases/abort.ts'
import { pause } from '../../../shared/use-cases/pause.ts'
import { aDeployer, webArns } from '../../support/builders.ts'
import { anAlarmsGate } from '../../support/gates.ts'
import { expectRolledBack, expectSoundEnd } from '../../support/walk-checks.ts'
import { startWalk, type Walk } from '../../support/workflow-walk.ts'

let walk: Walk
afterEach(() => walk.close())

const strategy = { type: 'blue-green', bakeSeconds: 3600 } as const

/** All traffic on the canary, and stable scaled down to one sick target. */
async function startWithSickStable(): Promise<string> {
  walk = await startWalk({ service: { strategy, gates: [anAlarmsGate()] } })
  walk.cloud.alarms.setState('web-5xx', 'OK')
  const { id } = await walk.start()
  await walk.until(id, 'baking')
  walk.cloud.setGroup(webArns.blue, { total: 1, healthy: 0 })
  return id
}

/** Whoever would roll back by itself. */
const reasons: readonly (readonly [string, (id: string) => Promise<unknown>])[] = [
  ['a gate that fails', async () => walk.cloud.alarms.setState('web-5xx', 'ALARM')],
  ['a pause that runs out', async (id) => walk.during(pause(walk.deps, id, { actor: aDeployer, timeoutSeconds: 300 }))],
  [
    'a task that fails for good',
    async (id) => {
      walk.taskFaults.set('EvaluateGates', () => new InvariantError('cannot happen'))
      await walk.deps.workflow.wake((await walk.deps.deployments.wakeToken(id)) ?? '')
    },
  ],
  [
    'a workflow that died three times',
    async (id) => {
      await walk.stop(id)
      for (const execution of [2, 3]) {
        await walk.until(id, (deployment) => deployment.execution === execution, 120)
        await walk.stop(`${id}-${execution}`)
      }
    },
  ],
]

describe.each(reasons)('%s while stable is unhealthy', (_, happen) => {
  it('asks a person, with the numbers of both sides, and moves nothing', async () => {
    const id = await startWithSickStable()
    await happen(id)
    const halted = await walk.until(id, 'halted', 900)
    expect(halted.cause?.reason).toMatch(
      /not rolled back.*stable has 0 of 1 targets healthy and needs \d.*canary has 2 of 2/,
    )
    await walk.advance(1800)
    expect(walk.green()).toBe(100)
    expect(walk.pages).toHaveLength(1)
    expect((await walk.load(id)).phase).toBe('halted')
  })

  it('goes back only when a person aborts by force', async () => {
    const id = await startWithSickStable()
    await happen(id)
    await walk.until(id, 'halted', 900)
    walk.taskFaults.clear()
    await expect(walk.during(abort(walk.deps, id, { actor: aDeployer }))).rejects.toThrow(ConflictError)
    expect({ phase: (await walk.load(id)).phase, green: walk.green() }).toEqual({ phase: 'halted', green: 100 })
    const { restored } = await walk.during(abort(walk.deps, id, { actor: aDeployer, force: true }))
    expect({ restored, green: walk.green() }).toEqual({ restored: true, green: 0 })
    await walk.advance(61)
    expect((await expectSoundEnd(walk, id)).phase).toBe('aborted')
  })
})

describe('an abort while stable is unhealthy', () => {
  it('halts, calls a person once, and says what stands against it', async () => {
    const id = await startWithSickStable()
    const wish = { actor: aDeployer, reason: 'it looks wrong' }
    const refused = /was not aborted.*stable has 0 of 1 targets healthy and needs \d.*canary has 2 of 2.*"force": true/
    for (const _ of [1, 2]) await expect(walk.during(abort(walk.deps, id, wish))).rejects.toThrow(refused)
    const halted = await walk.load(id)
    expect({ phase: halted.phase, cause: halted.cause?.type, green: walk.green(), pages: walk.pages.length }).toEqual({
      ...{ phase: 'halted', cause: 'command', green: 100, pages: 1 },
    })
  })

  it('refuses a caller that is elsewhere before it halts anything', async () => {
    const id = await startWithSickStable()
    const { version } = await walk.load(id)
    const wish = { actor: aDeployer, expectedVersion: version - 1 }
    await expect(walk.during(abort(walk.deps, id, wish))).rejects.toThrow(ConflictError)
    expect((await walk.load(id)).phase).toBe('baking')
  })

  it('goes back at once by force, and the record says so', async () => {
    const id = await startWithSickStable()
    const wish = { actor: aDeployer, reason: 'the canary loses orders', force: true }
    const { deployment, restored } = await walk.during(abort(walk.deps, id, wish))
    expect({ restored, green: walk.green(), phase: deployment.phase, cause: deployment.cause }).toEqual({
      ...{ restored: true, green: 0, phase: 'aborted' },
      cause: {
        ...{ type: 'command', actor: aDeployer },
        reason: 'the canary loses orders (by force: the health of stable was not asked)',
      },
    })
  })

  it('goes back where stable is well again', async () => {
    const id = await startWithSickStable()
    await expect(walk.during(abort(walk.deps, id, { actor: aDeployer }))).rejects.toThrow(ConflictError)
    walk.cloud.setGroup(webArns.blue)
    const { restored } = await walk.during(abort(walk.deps, id, { actor: aDeployer }))
    expect({ restored, green: walk.green() }).toEqual({ restored: true, green: 0 })
  })
})

describe('a raise while going back would not be safe', () => {
  const linear = { type: 'linear', percent: 50, intervalSeconds: 600, bakeSeconds: 60 } as const

  /** Half of the traffic on the canary, and stable scaled down so that it could not take it back. */
  async function startWithSmallStable(): Promise<string> {
    walk = await startWalk({ service: { strategy: linear } })
    const { id } = await walk.start()
    await walk.until(id, 'baking')
    walk.cloud.setGroup(webArns.blue, { total: 2, healthy: 0 })
    await walk.until(id, ({ phase, target }) => phase === 'shifting' && target === 1, 900)
    return id
  }

  it('waits, says why, and goes on once stable is well again', async () => {
    const id = await startWithSmallStable()
    await walk.advance(120)
    expect(walk.green()).toBe(50)
    const { items } = await walk.deps.deployments.listEvents(id, { limit: 100, cursor: null })
    expect(items.at(-1)?.reason).toMatch(/no raise, as going back would not be safe: stable has 0 of 2/)
    expect((await walk.deps.deployments.loadMeasures(id))?.rollback).toMatchObject({ ready: false })
    walk.cloud.setGroup(webArns.blue)
    expect((await walk.untilEnded(id, 600)).phase).toBe('succeeded')
  })

  it('asks a person when the time of the step is over', async () => {
    const id = await startWithSmallStable()
    const halted = await walk.until(id, 'halted', 1200)
    expect(halted.cause?.reason).toMatch(/could not be written in time; not rolled back.*stable has 0 of 2/)
    expect({ green: walk.green(), pages: walk.pages.length }).toEqual({ green: 50, pages: 1 })
  })

  it('counts a target group that was deleted as one without targets', async () => {
    walk = await startWalk({ service: { strategy } })
    const { id } = await walk.start()
    await walk.until(id, 'baking')
    walk.cloud.removeGroup(webArns.blue)
    await expect(walk.during(abort(walk.deps, id, { actor: aDeployer }))).rejects.toThrow(/stable has 0 of 0/)
  })
})

describe('a rollback that had to be asked for', () => {
  it('is done without an answer once stable is well again and the gate still fails', async () => {
    const id = await startWithSickStable()
    walk.cloud.alarms.setState('web-5xx', 'ALARM')
    await walk.until(id, 'halted', 900)
    await walk.advance(600)
    expect(walk.green()).toBe(100)
    walk.cloud.setGroup(webArns.blue)
    await walk.untilEnded(id, 120)
    await expectRolledBack(walk, id, { type: 'gate', gate: 'alarms' })
  })

  it('is needed by no traffic: before the first shift stable may be as it likes', async () => {
    walk = await startWalk({ service: { strategy } })
    walk.cloud.setGroup(webArns.green, { total: 2, healthy: 1 })
    const { id } = await walk.start()
    await walk.until(id, 'verifying')
    walk.cloud.setGroup(webArns.blue, { total: 1, healthy: 0 })
    await walk.untilEnded(id)
    await expectRolledBack(walk, id, { type: 'gate', gate: 'target-health' })
  })
})
