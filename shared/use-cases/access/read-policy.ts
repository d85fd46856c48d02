import type { Policy } from '../../domain/access/policy.ts'
import type { AccessDeps } from './access-deps.ts'

/** The policy that holds now. A policy that cannot be read is no policy that allows: the caller gets the error. */
export async function readPolicy(deps: Pick<AccessDeps, 'policies' | 'initialPolicy'>): Promise<Policy> {
  return (await deps.policies.read()) ?? deps.initialPolicy
}
