import type { Deps } from '../../deps.ts'
import type { Clock } from '../../ports/clock.ts'
import { createMemoryPropagation } from './propagation.ts'
import { createMemoryRequestBudget } from './request-budget.ts'
import { createMemoryZoneChanges } from './zone-changes.ts'

/** What writers of Route 53 share, in memory, for tests. */
export function createMemoryZoneQueue(
  clock: Pick<Clock, 'realNow'>,
): Pick<Deps, 'zoneChanges' | 'propagation' | 'requestBudget'> {
  return {
    zoneChanges: createMemoryZoneChanges(clock),
    propagation: createMemoryPropagation(),
    requestBudget: createMemoryRequestBudget(clock),
  }
}
