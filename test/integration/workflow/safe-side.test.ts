import { afterEach, describe, expect, it } from 'vitest'
import { InvariantError } from '../../../shared/domain/errors.ts'
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

  it('still goes back when a person aborts', async () => {
    const id = await startWithSickStable()
    await happen(id)
    await walk.until(id, 'halted', 900)
    walk.taskFaults.clear()
    const { restored } = await walk.during(abort(walk.deps, id, { actor: aDeployer }))
    expect({ restored, green: walk.green() }).toEqual({ restored: true, green: 0 })
    await walk.advance(61)
    expect((await expectSoundEnd(walk, id)).phase).toBe('aborted')
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
