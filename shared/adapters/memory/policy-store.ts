import type { Policy } from '../../domain/access/policy.ts'
import { ConflictError } from '../../domain/errors.ts'
import type { PolicyStore } from '../../ports/policy-store.ts'
import { copyOf } from './copy.ts'

/** The policy in memory, none at first; for tests. */
export function createMemoryPolicyStore(): PolicyStore {
  let saved: Policy | null = null
  return {
    async read() {
      return copyOf(saved)
    },
    async save(policy) {
      const version = saved?.version ?? 0
      if (version !== policy.version)
        throw new ConflictError(
          `the policy changed since it was read (version ${policy.version} then, ${version} now); read it again`,
          { version },
        )
      saved = copyOf({ ...policy, version: version + 1 })
      return copyOf(saved)
    },
  }
}
