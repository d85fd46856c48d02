import { createMemoryAuditLog } from '../../shared/adapters/memory/audit-log.ts'
import { createMemoryPolicyStore } from '../../shared/adapters/memory/policy-store.ts'
import { createMemoryTokenStore } from '../../shared/adapters/memory/token-store.ts'
import { initialPolicy } from '../../shared/domain/access/policy.ts'
import type { AccessDeps } from '../../shared/use-cases/access/access-deps.ts'
import { createVerifiedTokens } from '../../shared/use-cases/access/verified-tokens.ts'
import { aTokenId, aTokenSecret } from './tokens.ts'

/** Callers and rights on memory adapters, with a hasher that costs nothing and counts. Time moves only by hand. */
export function createMemoryAccess(overrides: Partial<AccessDeps> = {}) {
  let nowMs = Date.UTC(2026, 0, 1)
  let made = 0
  const checked: string[] = []
  const warned: { readonly event: string; readonly fields: unknown }[] = []
  const note = (event: string, fields: unknown) => void warned.push({ event, fields })
  const realNow = () => nowMs
  const deps: AccessDeps = {
    clock: { now: realNow, realNow },
    audit: createMemoryAuditLog(),
    identityTokens: { verify: async () => ({ outcome: 'refused', reason: 'no issuer is trusted' }) },
    policies: createMemoryPolicyStore(),
    initialPolicy: initialPolicy({ local: true, adminArns: [] }),
    doors: { local: true, iam: false, issuers: [] },
    tokens: createMemoryTokenStore(),
    tokenHasher: {
      hash: async (secret) => `hash of ${secret}`,
      async verify(secret, hash) {
        checked.push(secret)
        return hash === `hash of ${secret}`
      },
    },
    verifiedTokens: createVerifiedTokens({ realNow }),
    newTokenParts: () => ({ id: aTokenId(++made), secret: aTokenSecret }),
    logger: { warn: note, error: note },
    ...overrides,
  }
  const pass = (ms: number) => {
    nowMs += ms
  }
  return { deps, checked, warned, pass }
}
