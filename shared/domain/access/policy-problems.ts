import { toCanonicalText } from '../canonical-text.ts'
import type { Problem } from '../errors.ts'
import { sharedIssuer } from './issuers.ts'
import { isList } from './matches.ts'
import type { ClaimRule, PolicyRule, TextRule, Who } from './policy.ts'

/** At most this many rules: each request looks at all of them. */
export const mostRules = 200
/** Of all rules as JSON: the policy is one item of the store, and of the audit with each change. Characters. */
export const longestPolicy = 60_000

/**
 * What is wrong with `rules`, by path (`rules[0].who.claims`), beyond their shape: rules that let in strangers, and rules
 * that can let in nobody.
 */
export function policyProblems(rules: readonly PolicyRule[]): Problem[] {
  const { length } = toCanonicalText(rules)
  return [
    ...unless(rules.length <= mostRules, 'rules', `must not be more than ${mostRules}`),
    ...unless(
      length <= longestPolicy,
      'rules',
      `must not be longer than ${longestPolicy} characters; these are ${length}`,
    ),
    ...rules.flatMap((rule, i) => ruleProblems(rule, { path: `rules[${i}]`, before: rules.slice(0, i) })),
  ]
}

function ruleProblems(
  rule: PolicyRule,
  at: { readonly path: string; readonly before: readonly PolicyRule[] },
): Problem[] {
  const { path, before } = at
  return [
    ...unless(rule.name !== '', `${path}.name`, 'must not be empty'),
    ...unless(!before.some(({ name }) => name === rule.name), `${path}.name`, `must be unique: ${rule.name} is taken`),
    ...unless(rule.roles.length > 0, `${path}.roles`, 'must not be empty'),
    ...unless(rule.services.length > 0, `${path}.services`, 'must not be empty; * is every service'),
    ...rule.services.flatMap((pattern, i) => servicePatternProblems(pattern, `${path}.services[${i}]`)),
    ...unless(rule.person === undefined || rule.person.trim() !== '', `${path}.person`, 'must not be empty'),
    ...whoProblems(rule.who, `${path}.who`),
  ]
}

function servicePatternProblems(pattern: string, path: string): Problem[] {
  return unless(/^[a-z0-9*-]{1,128}$/.test(pattern), path, 'must be a name of a service; * stands for any part of it')
}

function whoProblems(who: Who, path: string): Problem[] {
  switch (who.kind) {
    case 'local':
      return []
    case 'iam':
      return [
        ...unless(who.arns.length > 0, `${path}.arns`, 'must not be empty'),
        ...who.arns.flatMap((rule, i) => arnProblems(rule, `${path}.arns[${i}]`)),
      ]
    case 'oidc':
      return oidcProblems(who, path)
    case 'token':
      return unless(who.ids.length > 0, `${path}.ids`, 'must not be empty')
    case 'slack':
      return [
        ...unless(who.team !== '', `${path}.team`, 'must not be empty: ids of users are unique only within a team'),
        ...unless(who.users.length > 0, `${path}.users`, 'must not be empty'),
      ]
  }
}

/** Up to the account, an ARN says whose it is; from there on a pattern may be loose. */
function arnProblems(rule: TextRule, path: string): Problem[] {
  const text = typeof rule === 'string' ? rule : rule.glob
  return [
    ...textProblems(rule, path),
    ...unless(
      /^arn:[^:*]+:[^:*]+:[^:*]*:[0-9]{12}:/.test(text),
      path,
      'must name the account: arn:aws:sts::123456789012:…',
    ),
  ]
}

function oidcProblems(who: Extract<Who, { kind: 'oidc' }>, path: string): Problem[] {
  const claims = Object.entries(who.claims)
  const at = `${path}.claims`
  return [
    ...unless(
      /^https?:\/\/[^/]/.test(who.issuer),
      `${path}.issuer`,
      'must be the URL of the issuer, as in the claim iss',
    ),
    ...claims.flatMap(([name, rule]) => claimProblems(rule, `${at}.${name}`)),
    ...identityProblems(who, at),
  ]
}

/** Every token of the issuer has them, whoever it was made for. */
const commonClaims: ReadonlySet<string> = new Set(['iss', 'aud', 'iat', 'nbf', 'exp'])

function identityProblems({ issuer, claims }: Extract<Who, { kind: 'oidc' }>, path: string): Problem[] {
  const names = Object.keys(claims)
  const telling = names.filter((name) => !commonClaims.has(name))
  if (telling.length === 0)
    return [problem(path, 'must name a claim that tells one caller of this issuer from another')]
  const shared = sharedIssuer(issuer)
  if (!shared || shared.pins.some((pin) => isExact(claims[pin]))) return []
  const why = telling.includes('sub')
    ? 'sub is no identity there: its form changes, and names in it can be given up and taken by others'
    : 'everybody can have tokens from there, with these claims too'
  return [problem(path, `must hold ${shared.pins.join(' or ')} of ${shared.name} exactly; ${why}`)]
}

function isExact(rule: ClaimRule | undefined): boolean {
  if (rule === undefined) return false
  const texts = isList(rule) ? rule : [rule]
  return texts.length > 0 && texts.every((text) => typeof text === 'string')
}

function claimProblems(rule: ClaimRule, path: string): Problem[] {
  if (!isList(rule)) return textProblems(rule, path)
  return [
    ...unless(rule.length > 0, path, 'must not be empty: an empty list lets in nobody'),
    ...rule.flatMap((one, i) => textProblems(one, `${path}[${i}]`)),
  ]
}

/** Of patterns: a match takes time in proportion to it. */
const longestText = 512

function textProblems(rule: TextRule, path: string): Problem[] {
  const text = typeof rule === 'string' ? rule : rule.glob
  return [
    ...unless(text !== '' && text.length <= longestText, path, `must have 1 to ${longestText} characters`),
    ...unless(typeof rule === 'string' || !/^\*+$/.test(text), path, 'must be more than stars'),
  ]
}

const problem = (path: string, message: string): Problem => ({ path, message })
const unless = (holds: boolean, path: string, message: string): Problem[] => (holds ? [] : [problem(path, message)])
