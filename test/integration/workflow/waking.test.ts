import { afterEach, describe, expect, it } from 'vitest'
import { TransientError } from '../../../shared/domain/errors.ts'
import { bake } from '../../../shared/use-cases/bake.ts'
import { pause } from '../../../shared/use-cases/pause.ts'
import { promote } from '../../../shared/use-cases/promote.ts'
import { aDeployer, webArns } from '../../support/builders.ts'
import { expectRolledBack, expectSoundEnd, greenWrites } from '../../support/walk-checks.ts'
import { reach } from '../../support/walk-phases.ts'
import { startWalk, type Walk } from '../../support/workflow-walk.ts'

let walk: Walk
afterEach(() => walk.close())

const actor = aDeployer
const strategy = { type: 'canary', percent: 10, intervalSeconds: 1800, bakeSeconds: 60 } as const
const executions = () =>
  walk.stepFunctions
    .inspect()
    .map(({ arn, status }) => [arn.split(':').at(-1), status])
    .reverse()

/** A deployment whose workflow is about to wait for the first time, without a check that could help out. */
async function beforeBake(): Promise<string> {
  walk = await startWalk({ service: { strategy }, checkSeconds: 0 })
  return (await walk.start()).id
}

describe('a command that meets Bake', () => {
  it.each([
    ['just before it stores its token', 'before'],
    ['between storing its token and reading the record', 'after'],
  ] as const)('%s is acted on at once', async (_, side) => {
    const id = await beforeBake()
    walk.faults.store[side] = async ({ method }) => {
      if (method !== 'saveWakeToken' || (await walk.load(id)).stage !== 'baking') return
      walk.faults.store[side] = undefined
      await promote(walk.deps, id, { actor, full: false })
    }
    await walk.until(id, 'baking')
    await walk.advance(2)
    expect(greenWrites(walk)).toEqual([10, 100])
  })

  it('after it waits is acted on at once', async () => {
    const id = await beforeBake()
    await walk.until(id, 'baking')
    await walk.advance(30)
    await walk.during(promote(walk.deps, id, { actor, full: false }))
    await walk.advance(1)
    expect(greenWrites(walk)).toEqual([10, 100])
  })

  it('is acted on by the check where the wake-up was lost', async () => {
    walk = await startWalk({ service: { strategy } })
    const { id } = await walk.start()
    await walk.until(id, 'baking')
    walk.faults.workflow.before = ({ method }) => {
      if (method === 'wake') throw new TransientError('throttled')
    }
    await walk.during(promote(walk.deps, id, { actor, full: false }))
    walk.faults.workflow.before = undefined
    await walk.advance(61)
    expect(greenWrites(walk)).toEqual([10, 100])
  })
})

describe('a token', () => {
  it('that is used, late or unknown wakes nobody and is no error', async () => {
    const id = await beforeBake()
    await walk.until(id, 'baking')
    await walk.advance(5)
    const used = (await walk.deps.deployments.wakeToken(id)) ?? ''
    await walk.deps.workflow.wake(used)
    await walk.advance(5)
    const transitions = walk.stepFunctions.inspect()[0]?.transitions
    for (const token of [used, 'AQC4unknown', '']) await walk.deps.workflow.wake(token)
    await walk.advance(5)
    expect(walk.stepFunctions.inspect()[0]?.transitions).toBe(transitions)
    await walk.untilEnded(id)
    await walk.deps.workflow.wake(used)
    expect((await expectSoundEnd(walk, id)).phase).toBe('succeeded')
  })

  it('sent twice does no work twice', async () => {
    const id = await beforeBake()
    await walk.until(id, 'baking')
    await walk.advance(5)
    for (let turn = 0; turn < 3; turn++) {
      const token = (await walk.deps.deployments.wakeToken(id)) ?? ''
      await Promise.all([walk.deps.workflow.wake(token), walk.deps.workflow.wake(token)])
      await walk.advance(1)
    }
    expect(await walk.load(id)).toMatchObject({ phase: 'baking', step: 0 })
    expect(greenWrites(walk)).toEqual([10])
  })

  it('of a Bake whose function runs twice: the newest counts', async () => {
    const id = await beforeBake()
    await walk.until(id, 'baking')
    await bake(walk.deps, id, 'a-token-of-nobody')
    await walk.until(id, ({ step }) => step === 1, 3600)
  })
})

describe('a workflow that is stopped', () => {
  it('while it bakes is continued by a successor', async () => {
    walk = await startWalk({ service: { strategy } })
    const { id } = await walk.start()
    await walk.until(id, 'baking')
    await walk.stop(id)
    await walk.untilEnded(id, 3600)
    expect(await expectSoundEnd(walk, id)).toMatchObject({ phase: 'succeeded', execution: 2 })
    await walk.advance(1)
    expect(executions()).toEqual([
      [id, 'ABORTED'],
      [`${id}-2`, 'SUCCEEDED'],
    ])
  })

  it.each(['preparing', 'verifying', 'shifting', 'awaiting-approval', 'paused'] as const)(
    'while %s goes on as well',
    async (phase) => {
      const reached = await reach(phase)
      walk = reached.walk
      await walk.stop(reached.id)
      walk.taskFaults.clear()
      await walk.advance(65)
      expect((await walk.load(reached.id)).phase).toBe(phase === 'preparing' ? 'verifying' : phase)
      expect(executions().at(-1)).toEqual([`${reached.id}-2`, 'RUNNING'])
    },
  )

  it('three times is rolled back instead', async () => {
    walk = await startWalk({ service: { strategy } })
    const { id } = await walk.start()
    await walk.until(id, 'baking')
    await walk.stop(id)
    for (const execution of [2, 3]) {
      await walk.until(id, (deployment) => deployment.execution === execution, 120)
      await walk.advance(5)
      await walk.stop(`${id}-${execution}`)
    }
    await walk.untilEnded(id, 120)
    await expectRolledBack(walk, id, { type: 'recovery', reason: 'the workflow died 3 time(s)' })
    expect(executions().map(([name]) => name)).toEqual([id, `${id}-2`, `${id}-3`])
  })

  it('in the middle of a rollback: the check ends it', async () => {
    const reached = await reach('rolling-back')
    walk = reached.walk
    await walk.stop(reached.id)
    walk.cloud.inject({})
    await walk.untilEnded(reached.id, 61)
    // The function of the stopped execution may still be at it: whoever comes second ends as well.
    await walk.advance(30)
    await expectRolledBack(walk, reached.id, { type: 'gate', gate: 'target-health' })
  })

  it('while paused: the pause still ends by rolling back', async () => {
    const reached = await reach('baking')
    walk = reached.walk
    await walk.during(pause(walk.deps, reached.id, { actor, timeoutSeconds: 600 }))
    await walk.stop(reached.id)
    await walk.untilEnded(reached.id, 700)
    await expectRolledBack(walk, reached.id, { type: 'command' })
  })
})

describe('a check that cannot look at one deployment', () => {
  it('says so, and goes on with the next minute', async () => {
    walk = await startWalk({ service: { strategy } })
    const { id } = await walk.start()
    await walk.until(id, 'baking')
    walk.faults.store.before = ({ method }) => {
      if (method === 'copyEvents') throw new TransientError('throttled')
    }
    await walk.advance(61)
    expect(walk.failedChecks).toEqual([
      expect.stringContaining(`1 of 1 deployments could not be checked: ${id}: throttled`),
    ])
    walk.faults.store.before = undefined
    walk.cloud.setGroup(webArns.green, { total: 2, healthy: 0 })
    await walk.untilEnded(id, 300)
    await expectRolledBack(walk, id, { type: 'gate' })
  })
})
