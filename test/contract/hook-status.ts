import { describe, expect, it } from 'vitest'
import { NotFoundError } from '../../shared/domain/errors.ts'
import type { HookStatus } from '../../shared/ports/hook-status.ts'

export interface HookStatusWorld {
  readonly hookStatus: HookStatus
  /** Begins a deployment whose hook waits for its answer. */
  begin(): Promise<{ readonly deploymentId: string; readonly executionId: string }>
  /** Stops a deployment, so that no hook of it waits any longer. */
  stop(deploymentId: string): Promise<void>
}

/** What every place to answer a hook at must do. @param make - A world without deployments, for each test. */
export function describeHookStatus(name: string, make: () => Promise<HookStatusWorld>): void {
  describe(`the status of hooks, ${name},`, () => {
    it.each(['Succeeded', 'Failed'] as const)('takes %s, once', async (status) => {
      const world = await make()
      const hook = await world.begin()
      expect(await world.hookStatus.put({ ...hook, status })).toBe('taken')
      expect(await world.hookStatus.put({ ...hook, status })).toBe('already-over')
      expect(await world.hookStatus.put({ ...hook, status: 'Failed' })).toBe('already-over')
    })

    it('takes nothing for a deployment that was stopped', async () => {
      const world = await make()
      const hook = await world.begin()
      await world.stop(hook.deploymentId)
      expect(await world.hookStatus.put({ ...hook, status: 'Succeeded' })).toBe('already-over')
    })

    it('knows no execution of another deployment, and no deployment that does not exist', async () => {
      const world = await make()
      const [one, other] = [await world.begin(), await world.begin()]
      const crossed = { ...one, executionId: other.executionId, status: 'Succeeded' } as const
      await expect(world.hookStatus.put(crossed)).rejects.toThrow(NotFoundError)
      const gone = { ...one, deploymentId: 'd-000000000', status: 'Succeeded' } as const
      await expect(world.hookStatus.put(gone)).rejects.toThrow(NotFoundError)
      expect(await world.hookStatus.put({ ...one, status: 'Succeeded' })).toBe('taken')
    })
  })
}
