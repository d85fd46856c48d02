import type { Policy, PolicyRule } from '../../domain/access/policy.ts'
import { policyProblems } from '../../domain/access/policy-problems.ts'
import type { Actor } from '../../domain/deployment.ts'
import { ConflictError, ValidationError } from '../../domain/errors.ts'
import { toInstant } from '../../ports/clock.ts'
import type { AccessDeps } from './access-deps.ts'
import { readPolicy } from './read-policy.ts'
import { whyNoAdmin } from './why-no-admin.ts'

export interface ReplacePolicyInput {
  readonly actor: Actor
  readonly rules: readonly PolicyRule[]
  /** Refuse (409) unless the policy is at this version. */
  readonly expectedVersion?: number
}

export interface ReplacedPolicy {
  readonly before: Policy
  readonly after: Policy
}

/**
 * Puts `rules` in place of the policy's. The same rules once more change nothing but the version.
 *
 * @throws {ValidationError} If a rule is wrong, or nobody could change the policy afterwards.
 * @throws {ConflictError} If the policy is not at `expectedVersion`, or changes meanwhile.
 */
export async function replacePolicy(
  deps: Pick<AccessDeps, 'policies' | 'initialPolicy' | 'tokens' | 'clock' | 'doors'>,
  { actor, rules, expectedVersion }: ReplacePolicyInput,
): Promise<ReplacedPolicy> {
  const problems = policyProblems(rules)
  if (problems.length > 0) throw new ValidationError('the policy is wrong', problems)
  const noAdmin = await whyNoAdmin(deps, { rules })
  if (noAdmin !== null) throw new ValidationError(noAdmin, [{ path: 'rules', message: noAdmin }])
  const before = await readPolicy(deps)
  const { version } = before
  if (expectedVersion !== undefined && expectedVersion !== version)
    throw new ConflictError(`the policy is at version ${version}, not ${expectedVersion}`, { version })
  const updatedAt = toInstant(deps.clock.realNow())
  return { before, after: await deps.policies.save({ rules, version, updatedAt, updatedBy: actor }) }
}
