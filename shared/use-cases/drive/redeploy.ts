import type { Deps } from '../../deps.ts'
import type { Deployment } from '../../domain/deployment.ts'
import { toDriverTag } from '../../domain/driver-tag.ts'
import { ConflictError, TransientError, UpstreamError } from '../../domain/errors.ts'
import { type CodeDeployRoute, resourceOf } from '../../domain/service.ts'
import type { Strategy } from '../../domain/strategy.ts'
import type { DeploymentDriver, DriverWish } from '../../ports/deployment-driver.ts'
import { takeLease } from '../write-route.ts'
import { platformOf } from './group-facts.ts'
import { requireHeld } from './last-look.ts'

const allAtOnce: Strategy = { type: 'blue-green', bakeSeconds: 0 }

/** What is to be taken back by deploying what was there before it. */
export interface Redeployment {
  readonly deployment: Deployment
  readonly route: CodeDeployRoute
  readonly driver: DeploymentDriver
  /** The driver's deployment that succeeded, or left servers half done. */
  readonly ours: string
}

/**
 * Has the revision before ours deployed again, all at once; finds the one that an earlier try created. As in
 * `startDriver`, a creation whose outcome is unknown keeps the lease.
 *
 * @returns The driver's id of it.
 * @throws {UpstreamError} If CodeDeploy knows no earlier revision.
 * @throws {TransientError} If the outcome is unknown, or the group is busy: call again.
 */
export async function redeploy(deps: Deps, wish: Redeployment): Promise<string> {
  const { deployment, route, driver } = wish
  const lease = await takeLease(deps, resourceOf(route))
  let isOpen = false
  try {
    const tag = toDriverTag(deployment.id, 'roll-back')
    const found = await driver.find(tag, Date.parse(deployment.createdAt))
    if (found !== null) return found
    const former = await toFormer(deps, wish, tag)
    const created = await driver.create(former, async () => {
      await requireHeld(deps, lease)
      isOpen = true
    })
    isOpen = false
    return created
  } catch (error) {
    isOpen &&= error instanceof TransientError && !error.refused
    // Somebody else's deployment runs: it ends, and then ours has its turn.
    if (error instanceof ConflictError) throw new TransientError(error.message, { cause: error, refused: true })
    throw error
  } finally {
    if (!isOpen) await deps.leases.giveBack(lease).catch(() => undefined)
  }
}

async function toFormer(deps: Deps, { route, driver, ours }: Redeployment, tag: string): Promise<DriverWish> {
  const revision = await driver.previousRevision(ours)
  if (revision === null)
    throw new UpstreamError(
      `CodeDeploy knows no revision of ${resourceOf(route)} before ${ours}; deploy one that is good`,
    )
  const platform = await platformOf(deps, route, revision)
  return { tag, revision, platform, strategy: platform === 'Server' ? null : allAtOnce }
}
