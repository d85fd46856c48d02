import type { Actor } from '../deployment.ts'
import type { Role } from './role.ts'

/** Exactly this text, or any text of this form (see `matchesGlob`). */
export type TextRule = string | { readonly glob: string }

/** What a claim must be: one rule, or a list of which one must hold. */
export type ClaimRule = TextRule | readonly TextRule[]

/** Whom a rule is about. Within one, everything must hold. */
export type Who =
  | { readonly kind: 'local' }
  /** Of an assumed role the last part is the session's name, which its caller chooses. */
  | { readonly kind: 'iam'; readonly arns: readonly TextRule[] }
  | { readonly kind: 'oidc'; readonly issuer: string; readonly claims: Readonly<Record<string, ClaimRule>> }
  | { readonly kind: 'token'; readonly ids: readonly string[] }
  | { readonly kind: 'slack'; readonly team: string; readonly users: readonly string[] }

export interface PolicyRule {
  /** What people call it, unique within the policy; answers and the audit name it. */
  readonly name: string
  readonly who: Who
  readonly roles: readonly Role[]
  /** Names of services, as globs; `*` is every service, and what is about all of them at once. */
  readonly services: readonly string[]
  /** True: may approve a deployment that it created itself. Default false. */
  readonly ownApproval?: boolean
  /**
   * The person behind this principal. Principals of one person are one: they count once as an approver, and none of them
   * approves what another created. Default: each principal is a person of its own.
   */
  readonly person?: string
}

/** Who may do what. What no rule allows is refused. */
export interface Policy {
  readonly rules: readonly PolicyRule[]
  /** 0: nobody has saved one yet and this is the initial one. One more with every save. */
  readonly version: number
  readonly updatedAt: string | null
  readonly updatedBy: Actor | null
}

/**
 * What holds until somebody saves a policy. On AWS somebody must be let in to save the first one.
 *
 * @param adminArns - Who may do everything, by the ARN that API Gateway reports; none: nobody may do anything.
 */
export function initialPolicy(at: { readonly local: boolean; readonly adminArns: readonly TextRule[] }): Policy {
  const everything = { roles: ['admin'] as const, services: ['*'] }
  const owner: PolicyRule = { name: 'local-owner', who: { kind: 'local' }, ...everything, ownApproval: true }
  const admin: PolicyRule = { name: 'first-admin', who: { kind: 'iam', arns: at.adminArns }, ...everything }
  const rules = [...(at.local ? [owner] : []), ...(at.adminArns.length > 0 ? [admin] : [])]
  return { rules, version: 0, updatedAt: null, updatedBy: null }
}
