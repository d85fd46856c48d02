import { afterEach, describe, expect, it } from 'vitest'
import { abort } from '../../../shared/use-cases/abort.ts'
import { aDeployer } from '../../support/builders.ts'
import { expectSoundEnd } from '../../support/walk-checks.ts'
import { reach } from '../../support/walk-phases.ts'
import type { Walk } from '../../support/workflow-walk.ts'

let walk: Walk
afterEach(() => walk.close())

describe('abort', () => {
  it.each(['preparing', 'verifying', 'shifting', 'baking', 'awaiting-approval', 'paused', 'halted'] as const)(
    'while %s leaves nothing behind, workflow included',
    async (phase) => {
      const reached = await reach(phase)
      walk = reached.walk
      const { restored } = await walk.during(abort(walk.deps, reached.id, { actor: aDeployer, reason: 'enough' }))
      expect({ restored, green: walk.green() }).toEqual({ restored: true, green: 0 })
      await walk.advance(120)
      const deployment = await expectSoundEnd(walk, reached.id)
      expect(deployment).toMatchObject({
        phase: 'aborted',
        cause: { type: 'command', actor: aDeployer, reason: 'enough' },
      })
      expect(walk.stepFunctions.inspect().map(({ status }) => status)).toEqual(['SUCCEEDED'])
      expect((await walk.start()).id).not.toBe(reached.id)
    },
  )

  it('outranks a rollback that is under way: it ends as aborted', async () => {
    const reached = await reach('rolling-back')
    walk = reached.walk
    const { restored } = await walk.during(abort(walk.deps, reached.id, { actor: aDeployer }))
    expect(restored).toBe(false)
    walk.cloud.inject({})
    await walk.untilEnded(reached.id, 120)
    expect((await expectSoundEnd(walk, reached.id)).phase).toBe('aborted')
  })

  it('is done by the workflow where the roll-back function cannot be called', async () => {
    const reached = await reach('baking')
    walk = reached.walk
    walk.checksOn = false
    walk.taskFaults.set('RollBack', () => new Error('no function'))
    const { restored } = await walk.during(abort(walk.deps, reached.id, { actor: aDeployer }))
    expect(restored).toBe(false)
    await walk.untilEnded(reached.id, 5)
    await walk.advance(1)
    expect((await expectSoundEnd(walk, reached.id)).phase).toBe('aborted')
  })
})
