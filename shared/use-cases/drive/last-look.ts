import type { Deps } from '../../deps.ts'
import { TransientError } from '../../domain/errors.ts'
import type { Lease } from '../../ports/lease.ts'
import { requireTime } from '../write-route.ts'

/**
 * The last look at a lease before something is sent that cannot be sent twice. What took time before may have used it up,
 * and so may the asking.
 *
 * @throws {TransientError} If somebody else has it, or too little of it is left.
 */
export async function requireHeld(deps: Pick<Deps, 'leases' | 'clock'>, lease: Lease): Promise<void> {
  if (!(await deps.leases.isHeld(lease))) throw new TransientError(`the lease of ${lease.resource} was lost`)
  requireTime(deps, lease)
}
