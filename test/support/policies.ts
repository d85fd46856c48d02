import type { Policy, PolicyRule } from '../../shared/domain/access/policy.ts'
import type { Principal } from '../../shared/domain/access/principal.ts'
import { type Role, roles } from '../../shared/domain/access/role.ts'

export const gitHubIssuer = 'https://token.actions.githubusercontent.com'

/** A job of GitHub Actions, environment `production`. */
export function aJob(claims: Readonly<Record<string, unknown>> = {}): Principal {
  return {
    kind: 'oidc',
    issuer: gitHubIssuer,
    subject: 'repo:octo/shop:environment:production',
    claims: {
      sub: 'repo:octo/shop:environment:production',
      repository_id: '74',
      repository_owner_id: '65',
      environment: 'production',
      ...claims,
    },
  }
}

/** One principal through each door. */
export const principals = {
  local: { kind: 'local' },
  iam: { kind: 'iam', arn: 'arn:aws:sts::123456789012:assumed-role/release/mei' },
  oidc: aJob(),
  token: { kind: 'token', id: '01kdvdnc00000000000000t0k1', name: 'on-call' },
  slack: { kind: 'slack', team: 'T1', user: 'U1' },
} as const satisfies Readonly<Record<string, Principal>>

export type Door = keyof typeof principals
export const doors = Object.keys(principals) as readonly Door[]

/** Exactly the principal of `door`. */
const whoOf = {
  local: { kind: 'local' },
  iam: { kind: 'iam', arns: [{ glob: 'arn:aws:sts::123456789012:assumed-role/release/*' }] },
  oidc: { kind: 'oidc', issuer: gitHubIssuer, claims: { repository_id: '74', environment: 'production' } },
  token: { kind: 'token', ids: ['01kdvdnc00000000000000t0k1'] },
  slack: { kind: 'slack', team: 'T1', users: ['U1'] },
} as const satisfies Readonly<Record<Door, PolicyRule['who']>>

/** A rule about the principal of `door`: everything on every service, if nothing else is said. */
export function aPolicyRule(door: Door, overrides: Partial<PolicyRule> = {}): PolicyRule {
  return { name: `rule of ${door}`, who: whoOf[door], roles, services: ['*'], ...overrides }
}

/** `role` on `services` for the principal of `door`, and nothing for anybody else. */
export function aGrant(door: Door, role: Role, services: readonly string[] = ['*']): Pick<Policy, 'rules'> {
  return { rules: [aPolicyRule(door, { roles: [role], services })] }
}
