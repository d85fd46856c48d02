import { lacksAdmin } from '../../domain/access/last-admin.ts'
import type { Policy } from '../../domain/access/policy.ts'
import { whyOver } from '../../domain/api-token.ts'
import type { AccessDeps } from './access-deps.ts'

/**
 * Why `policy` would leave nobody who can change it; null if somebody can. API tokens count while they let somebody in.
 *
 * @param without - Id of a token that is about to be revoked.
 */
export async function whyNoAdmin(
  deps: Pick<AccessDeps, 'tokens' | 'clock' | 'doors'>,
  policy: Pick<Policy, 'rules'>,
  without?: string,
): Promise<string | null> {
  const lacking = lacksAdmin(policy, { ...deps.doors, tokenIds: [] })
  if (lacking === null) return null
  const named = policy.rules.flatMap(({ who }) => (who.kind === 'token' ? who.ids : []))
  for (const id of new Set(named)) {
    // One that counts is enough, so that hardly more than one is looked up.
    if (id === without || lacksAdmin(policy, { ...deps.doors, tokenIds: [id] }) !== null) continue
    const token = await deps.tokens.get(id)
    if (token && whyOver(token, deps.clock.realNow()) === null) return null
  }
  return lacking
}
