import { commands } from './commands.ts'
import { coversEverything } from './matches.ts'
import type { Policy, PolicyRule, Who } from './policy.ts'

/** The doors of this installation: an admin whom none lets in is none. */
export interface Doors {
  /** Local mode. */
  readonly local: boolean
  /** API Gateway's IAM authorizer. */
  readonly iam: boolean
  /** Issuers whose tokens are taken. */
  readonly issuers: readonly string[]
  /** API tokens that are neither revoked nor run out. */
  readonly tokenIds: readonly string[]
}

/** The rules by which somebody can come in and change the policy. */
export function adminRules(policy: Pick<Policy, 'rules'>, doors: Doors): PolicyRule[] {
  return policy.rules.filter(
    (rule) =>
      coversEverything(rule) &&
      rule.roles.some((role) => commands['replace-policy'].roles.some((needed) => needed === role)) &&
      canComeIn(rule.who, doors),
  )
}

/**
 * Why `policy` must not be saved, or a token not be revoked; null if somebody could still change the policy afterwards.
 * Without an admin nobody could ever repair it.
 */
export function lacksAdmin(policy: Pick<Policy, 'rules'>, doors: Doors): string | null {
  if (adminRules(policy, doors).length > 0) return null
  return 'nobody could change the policy any more: one rule must give admin on * to somebody who can come in here'
}

function canComeIn(who: Who, doors: Doors): boolean {
  switch (who.kind) {
    case 'local':
      return doors.local
    case 'iam':
      return doors.iam
    case 'oidc':
      return doors.issuers.includes(who.issuer)
    case 'token':
      return who.ids.some((id) => doors.tokenIds.includes(id))
    case 'slack':
      // No Slack word changes the policy.
      return false
  }
}
