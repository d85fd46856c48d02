import type { Deps } from '../../deps.ts'
import type { Deployment } from '../../domain/deployment.ts'
import { toDriverTag } from '../../domain/driver-tag.ts'
import { TransientError, UpstreamError } from '../../domain/errors.ts'
import { type CodeDeployRoute, resourceOf } from '../../domain/service.ts'
import type { Strategy } from '../../domain/strategy.ts'
import type { DeploymentDriver, DriverWish } from '../../ports/deployment-driver.ts'
import { GroupBusy } from './group-busy.ts'
import { platformOf } from './group-facts.ts'
import { type GroupLease, underGroupLease } from './group-lease.ts'

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
  try {
    return await underGroupLease(deps, wish.route, (lease) => findOrCreate(deps, wish, lease))
  } catch (error) {
    // Somebody else's deployment runs: it ends, and then ours has its turn.
    if (error instanceof GroupBusy) throw new TransientError(error.message, { cause: error, refused: true })
    throw error
  }
}

async function findOrCreate(deps: Deps, wish: Redeployment, lease: GroupLease): Promise<string> {
  const { deployment, driver } = wish
  const tag = toDriverTag(deployment.id, 'roll-back')
  const sinceMs = Date.parse(deployment.createdAt)
  const found = await driver.find(tag, sinceMs)
  return found ?? lease.create({ driver, wish: await toFormer(deps, wish, tag), sinceMs })
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
