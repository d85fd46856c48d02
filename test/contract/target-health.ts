import { beforeEach, describe, expect, it } from 'vitest'
import { NotFoundError } from '../../shared/domain/errors.ts'
import type { TargetHealth } from '../../shared/ports/target-health.ts'

/** A provider with a target group that is in use, as a suite finds it at the start of each test. */
export interface HealthWorld {
  readonly health: TargetHealth
  readonly group: string
  /** A target group that does not exist. */
  readonly missing: string
  /** A target group with two targets that no rule or listener uses. */
  readonly unused: string
  setTargets(counts: { readonly healthy: number; readonly unhealthy: number }): Promise<void>
}

/** The written meaning of {@link TargetHealth}. */
export function describeTargetHealth(name: string, make: () => Promise<HealthWorld>): void {
  describe(`${name} as target health`, () => {
    let world: HealthWorld
    beforeEach(async () => {
      world = await make()
    })

    it.each([
      { healthy: 0, unhealthy: 0 },
      { healthy: 2, unhealthy: 0 },
      { healthy: 1, unhealthy: 2 },
      { healthy: 0, unhealthy: 30 },
    ])('counts $healthy healthy and $unhealthy unhealthy targets', async ({ healthy, unhealthy }) => {
      await world.setTargets({ healthy, unhealthy })
      const read = await world.health.read(world.group)
      expect(read).toMatchObject({ total: healthy + unhealthy, healthy, unknown: 0, unused: false })
      expect(read.reasons).toHaveLength(Math.min(20, unhealthy))
      for (const reason of read.reasons) expect(reason).toMatch(/^\S+ unhealthy Target\.\w+$/)
    })

    it('says that nobody checks a group that is used by nothing', async () => {
      const read = await world.health.read(world.unused)
      expect(read).toMatchObject({ total: 2, healthy: 0, unused: true })
    })

    it('says that there is no such group', async () => {
      await expect(world.health.read(world.missing)).rejects.toThrow(NotFoundError)
    })
  })
}
