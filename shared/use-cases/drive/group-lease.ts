import type { Deps } from '../../deps.ts'
import { ConflictError, TransientError } from '../../domain/errors.ts'
import { type CodeDeployRoute, resourceOf } from '../../domain/service.ts'
import type { DeploymentDriver, DriverWish } from '../../ports/deployment-driver.ts'
import type { Lease } from '../../ports/lease.ts'
import { requireTime, takeLease } from '../write-route.ts'
import { GroupBusy } from './group-busy.ts'

/** A creation under a group's lease. */
export interface Creation {
  readonly driver: DeploymentDriver
  readonly wish: DriverWish
  /** Nothing older is looked for where the answer is lost, milliseconds since 1970. */
  readonly sinceMs: number
  /** A last look of the caller's own, before that at the lease. Throws to stop. Default: none. */
  readonly mayCreate?: () => Promise<void>
}

/** What may be done while a group's lease is held. */
export interface GroupLease {
  /**
   * Creates a deployment, in one attempt. Where its answer is lost, a look may find what it did.
   *
   * @returns The driver's id of it.
   * @throws {GroupBusy} If the group has a deployment that has not ended; nothing was created.
   * @throws Whatever else the driver's `create`, and `mayCreate`, throw.
   */
  create(creation: Creation): Promise<string>
}

/**
 * Works as the only one who creates deployments in a group. A creation whose outcome is not known keeps the lease until it
 * has run out: whoever comes next looks after everything that was on the wire.
 *
 * @throws {TransientError} If somebody else keeps the lease: call again.
 */
export async function underGroupLease<T>(
  deps: Pick<Deps, 'leases' | 'clock' | 'newHolder'>,
  route: CodeDeployRoute,
  work: (lease: GroupLease) => Promise<T>,
): Promise<T> {
  const lease = await takeLease(deps, resourceOf(route))
  let isOpen = false
  async function create({ driver, wish, sinceMs, mayCreate }: Creation): Promise<string> {
    let isSent = false
    try {
      return await driver.create(wish, async () => {
        await mayCreate?.()
        await requireHeld(deps, lease)
        isSent = true
      })
    } catch (error) {
      if (isSent && error instanceof ConflictError) throw new GroupBusy(error.message, { cause: error })
      if (!isSent || !(error instanceof TransientError) || error.refused) throw error
      const found = await driver.find(wish.tag, sinceMs).catch(() => null)
      if (found !== null) return found
      isOpen = true
      throw error
    }
  }
  try {
    return await work({ create })
  } finally {
    if (!isOpen) await deps.leases.giveBack(lease).catch(() => undefined)
  }
}

/**
 * The last look at a lease before something is sent that cannot be sent twice. What took time before may have used it up,
 * and so may the asking.
 *
 * @throws {TransientError} If somebody else has it, or too little of it is left.
 */
async function requireHeld(deps: Pick<Deps, 'leases' | 'clock'>, lease: Lease): Promise<void> {
  if (!(await deps.leases.isHeld(lease))) throw new TransientError(`the lease of ${lease.resource} was lost`)
  requireTime(deps, lease)
}
