import { beforeEach, describe, expect, it } from 'vitest'
import type { Workflow } from '../../shared/ports/workflow.ts'

/** A provider without any execution, as a suite finds it at the start of each test. */
export interface WorkflowWorld {
  readonly workflow: Workflow
  /** Ends the running execution of a deployment. */
  end(id: string, execution: number, how: 'ended' | 'failed'): Promise<void>
}

/** The written meaning of {@link Workflow}. */
export function describeWorkflow(name: string, make: () => Promise<WorkflowWorld>): void {
  describe(`${name} as a workflow`, () => {
    const id = 'dep_01KDVDNC00000000000000WEB1'
    let world: WorkflowWorld
    beforeEach(async () => {
      world = await make()
    })

    it('knows nothing of what was not started', async () => {
      expect(await world.workflow.status(id, 1)).toBe('unknown')
    })

    it('runs what was started, and starting it again is no error', async () => {
      await world.workflow.start(id, 1)
      await world.workflow.start(id, 1)
      expect(await world.workflow.status(id, 1)).toBe('running')
      expect(await world.workflow.status(id, 2)).toBe('unknown')
    })

    it.each(['ended', 'failed'] as const)(
      'tells that an execution %s; starting it again does not revive it',
      async (how) => {
        await world.workflow.start(id, 1)
        await world.end(id, 1, how)
        expect(await world.workflow.status(id, 1)).toBe(how)
        await world.workflow.start(id, 1)
        expect(await world.workflow.status(id, 1)).toBe(how)
      },
    )

    it('runs a successor beside what failed', async () => {
      await world.workflow.start(id, 1)
      await world.end(id, 1, 'failed')
      await world.workflow.start(id, 2)
      expect(await world.workflow.status(id, 1)).toBe('failed')
      expect(await world.workflow.status(id, 2)).toBe('running')
    })

    it('ignores a token that wakes nobody', async () => {
      await expect(world.workflow.wake('no-such-token')).resolves.toBeUndefined()
    })
  })
}
