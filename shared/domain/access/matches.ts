import { matchesGlob } from './glob.ts'
import type { ClaimRule, PolicyRule, TextRule, Who } from './policy.ts'
import type { Claims, Principal } from './principal.ts'

/** Whether a rule is about `principal`. Only what its own door has verified is looked at. */
export function isAbout(who: Who, principal: Principal): boolean {
  switch (who.kind) {
    case 'local':
      return principal.kind === 'local'
    case 'iam':
      return principal.kind === 'iam' && who.arns.some((rule) => matchesText(rule, principal.arn))
    case 'oidc':
      return (
        principal.kind === 'oidc' &&
        principal.issuer === who.issuer &&
        // A rule without claims would be about everybody whom the issuer knows: saved by nobody, and met by nobody.
        Object.keys(who.claims).length > 0 &&
        Object.entries(who.claims).every(([name, rule]) => matchesClaim(rule, claimOf(principal.claims, name)))
      )
    case 'token':
      return principal.kind === 'token' && who.ids.includes(principal.id)
    case 'slack':
      return principal.kind === 'slack' && principal.team === who.team && who.users.includes(principal.user)
  }
}

/** Whether a rule covers `service`. */
export function covers({ services }: Pick<PolicyRule, 'services'>, service: string): boolean {
  return services.some((pattern) => matchesGlob(pattern, service))
}

/** Whether a rule covers all services, those to come included. */
export function coversEverything({ services }: Pick<PolicyRule, 'services'>): boolean {
  return services.some((pattern) => /^\*+$/.test(pattern))
}

/** What an object inherits (`constructor`) is no claim. */
function claimOf(claims: Claims, name: string): unknown {
  return Object.hasOwn(claims, name) ? claims[name] : undefined
}

/** Numbers and booleans count as their JSON text, since API Gateway and some issuers make texts of them. */
function matchesClaim(rule: ClaimRule, claim: unknown): boolean {
  if (Array.isArray(claim)) return claim.some((member) => !Array.isArray(member) && matchesClaim(rule, member))
  if (typeof claim !== 'string' && typeof claim !== 'number' && typeof claim !== 'boolean') return false
  const text = String(claim)
  return isList(rule) ? rule.some((one) => matchesText(one, text)) : matchesText(rule, text)
}

/** Longer texts match no glob: the time that a match takes grows with them. */
const longestText = 2048

function matchesText(rule: TextRule, text: string): boolean {
  if (typeof rule === 'string') return rule === text
  return text.length <= longestText && matchesGlob(rule.glob, text)
}

/** `Array.isArray` does not narrow read-only arrays. */
export function isList(rule: ClaimRule): rule is readonly TextRule[] {
  return Array.isArray(rule)
}
