import * as z from 'zod'
import type { Policy } from '../../domain/access/policy.ts'
import { ConflictError } from '../../domain/errors.ts'
import type { PolicyStore } from '../../ports/policy-store.ts'
import { fromRecordItem, type Item, keys, toRecordItem } from './item.ts'
import { createItemTable, ifAbsent, type TableOptions } from './item-table.ts'

/** The policy in DynamoDB: one item. */
export function createDynamoDbPolicyStore(options: TableOptions): PolicyStore {
  const table = createItemTable(options)
  return {
    async read() {
      const item = await table.get(keys.policy)
      return item && fromPolicyItem(item)
    },
    async save(policy) {
      const next = { ...policy, version: policy.version + 1 }
      const item = toRecordItem(keys.policy, next, { version: next.version })
      const written = await table.putIf(item, policy.version === 0 ? ifAbsent : ifVersion(policy.version))
      if (written.ours) return fromPolicyItem(item)
      const version = written.standing ? fromPolicyItem(written.standing).version : 0
      throw new ConflictError(
        `the policy changed since it was read (version ${policy.version} then, ${version} now); read it again`,
        { version },
      )
    },
  }
}

// `version` is no reserved word of DynamoDB's.
const ifVersion = (version: number) => ({ expression: 'version = :version', values: { ':version': version } })

const aWho = z.looseObject({ kind: z.enum(['local', 'iam', 'oidc', 'token', 'slack']) })
const aPolicy = z.looseObject({
  version: z.int().positive(),
  updatedAt: z.string(),
  updatedBy: z.looseObject({ kind: z.string(), name: z.string() }),
  rules: z.array(
    z.looseObject({ name: z.string(), who: aWho, roles: z.array(z.string()), services: z.array(z.string()) }),
  ),
})

/** @throws {InvariantError} If it is no policy as this version of Sluice writes it: that must not let in anybody. */
function fromPolicyItem(item: Item): Policy {
  return fromRecordItem<Policy>(item, aPolicy)
}
