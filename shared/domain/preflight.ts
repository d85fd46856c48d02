import type { Finding, Override } from './deployment.ts'
import { aliasHealthFindings } from './findings/alias-health.ts'
import { aliasFindings } from './findings/aliases.ts'
import { driverFindings } from './findings/driver.ts'
import { aWarning, type PreflightFacts } from './findings/facts.ts'
import { measurementFindings } from './findings/measurements.ts'
import { recordFindings } from './findings/records.ts'
import { routingFindings } from './findings/routing.ts'
import { targetFindings } from './findings/targets.ts'

/**
 * What speaks against starting, and what a person should know. Ids are `code` or `code:subject` and stay the same, so
 * that an override can name them; with one route a route's own finding has no subject but the slot.
 */
export function findFindings(facts: PreflightFacts): Finding[] {
  return [
    ...routingFindings(facts),
    ...recordFindings(facts),
    ...aliasFindings(facts),
    ...aliasHealthFindings(facts),
    ...driverFindings(facts),
    ...targetFindings(facts),
    ...measurementFindings(facts),
    ...facts.notLookedAt.map(({ what, reason }) =>
      aWarning(`not-looked-at:${what}`, 'This was not looked at', `${what} was not looked at: ${reason}`),
    ),
  ]
}

/** The errors that nobody has overridden by id: with any of these a deployment ends `rejected`. */
export function rejects(findings: readonly Finding[], overrides: readonly Override[]): Finding[] {
  const overridden = new Set(overrides.map((override) => override.finding))
  return findings.filter((finding) => finding.severity === 'error' && !overridden.has(finding.id))
}
