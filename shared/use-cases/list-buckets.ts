import type { Deps } from '../deps.ts'
import type { Deployment } from '../domain/deployment.ts'
import { ValidationError } from '../domain/errors.ts'
import type { SettledBucket } from '../domain/gates/compare-buckets.ts'
import type { Page, PageRequest } from '../ports/page.ts'
import { loadDeployment } from './change-deployment.ts'

/** Which buckets: those of one compare gate of one deployment. */
export interface BucketsOf {
  readonly id: string
  /** Undefined: the caller named none, which is refused with the names that there are. */
  readonly gate: string | undefined
}

/**
 * The settled buckets that a compare gate judges, oldest first: what its verdicts are recomputed from.
 *
 * @throws {NotFoundError} If there is no such deployment.
 * @throws {ValidationError} If `gate` is no compare gate of this deployment, or the cursor is not one of ours.
 */
export async function listBuckets(
  deps: Pick<Deps, 'deployments'>,
  { id, gate }: BucketsOf,
  page: PageRequest,
): Promise<Page<SettledBucket>> {
  const known = compareGatesOf(await loadDeployment(deps, id))
  if (gate === undefined || !known.includes(gate)) throw notAmong(known, id)
  return deps.deployments.listBuckets(id, gate, page)
}

function compareGatesOf({ settings }: Deployment): readonly string[] {
  return settings.gates.filter(({ kind }) => kind === 'compare').map(({ name }) => name)
}

function notAmong(known: readonly string[], id: string): ValidationError {
  const message =
    known.length === 0
      ? 'must name a compare gate, and this deployment has none'
      : `must name a compare gate of this deployment: ${known.join(', ')}`
  return new ValidationError(`the buckets of ${id} are kept by compare gate`, [{ path: 'gate', message }])
}
