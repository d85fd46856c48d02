import type { Finding } from '../deployment.ts'
import type { AliasFacts, AliasTarget } from '../route-facts.ts'
import { type LambdaAliasRoute, resourceOf } from '../service.ts'
import { slots } from '../traffic.ts'
import { anError, type CheckedRoute, idOf, type PreflightFacts } from './facts.ts'
import { foreignWeights } from './routing.ts'

/** The version of a function that is no version: its code changes under the same name. */
const latest = '$LATEST'

interface CheckedAlias {
  readonly checked: CheckedRoute
  readonly route: LambdaAliasRoute
  readonly seen: AliasFacts
  readonly target: AliasTarget
}

/** What is wrong with the aliases of functions, and with the versions that they are to call. */
export function aliasFindings(facts: PreflightFacts): Finding[] {
  return facts.routes.flatMap((checked) => {
    const { route, facts: seen } = checked
    if (route.kind !== 'lambda-alias' || seen?.kind !== 'lambda-alias' || seen.alias === null) return []
    const alias = { checked, route, seen, target: seen.alias }
    return [
      ...onLatest(facts, alias),
      ...foreignVersions(facts, alias),
      ...unpublished(facts, alias),
      ...nothingNew(facts, alias),
    ]
  })
}

/** @see Lambda developer guide, weighted aliases: both versions must be published ones */
function onLatest(facts: PreflightFacts, { checked, route, target }: CheckedAlias): Finding[] {
  if (target.version !== latest) return []
  const detail =
    `${resourceOf(route)} calls ${latest}, and Lambda divides calls between published versions only; publish a ` +
    'version and point the alias at it first'
  return [anError(idOf(facts, checked, 'alias-on-latest'), 'The alias calls no published version', detail)]
}

/** Before the versions of a deployment are known, whatever the alias calls is its pair. */
function foreignVersions(facts: PreflightFacts, { checked, route, seen, target }: CheckedAlias): Finding[] {
  const pair = slots.flatMap((slot) => route[slot] ?? [])
  const called = [target.version, ...(target.additional ? [target.additional.version] : [])]
  const others = pair.length === 0 ? [] : called.filter((version) => !pair.includes(version))
  if (others.length === 0) return foreignWeights(facts, checked, seen.state)
  const detail =
    `${resourceOf(route)} also calls version ${others.join(' and ')}, and this deployment moves calls between ` +
    `${pair.join(' and ')}; point the alias at the trusted version, or override this finding`
  return [anError(idOf(facts, checked, 'weights-foreign'), 'Other versions get calls', detail)]
}

function unpublished(facts: PreflightFacts, { checked, route, seen }: CheckedAlias): Finding[] {
  return slots.flatMap((slot) => {
    const version = route[slot]
    if (seen.published[slot] !== false || version === latest) return []
    const newest = seen.newestVersion === null ? 'none is' : `the newest one is ${seen.newestVersion}`
    const detail = `version ${version} of ${route.functionName} (${slot}) is not published; ${newest}`
    return [anError(idOf(facts, checked, 'version-missing', slot), 'A version is not published', detail)]
  })
}

/** A service is stored at any time: only a deployment needs something to deploy. */
function nothingNew(facts: PreflightFacts, { checked, route, target }: CheckedAlias): Finding[] {
  const { at, roles } = facts
  if (at === 'put' || roles === null || route[roles.canary] !== undefined) return []
  const detail =
    `no version of ${route.functionName} is newer than ${target.version}, which ${resourceOf(route)} calls; publish ` +
    'the one that is to serve, or name one in lambda.versions'
  return [anError(idOf(facts, checked, 'nothing-new'), 'There is nothing new to deploy', detail)]
}
