import type { AliasFacts, AliasTarget } from '../../domain/route-facts.ts'
import type { LambdaAliasRoute } from '../../domain/service.ts'
import type { RouteState, Slot } from '../../domain/traffic.ts'
import { toAliasState } from './alias-state.ts'

/** What was read of an alias and its function. */
export interface AliasAnswers {
  readonly route: LambdaAliasRoute
  /** Null: there is none, or nobody may look at it. */
  readonly alias: (AliasTarget & { readonly revisionId: string }) | null
  /** Of the function, `$LATEST` or not; null: there is no such function. Undefined: nobody may look at them. */
  readonly versions: readonly string[] | null | undefined
  readonly notLookedAt: readonly string[]
}

export function toAliasFacts({ route, alias, versions, notLookedAt }: AliasAnswers): AliasFacts {
  const published = versions?.filter((version) => /^[1-9][0-9]*$/.test(version))
  const isPublished = (slot: Slot) => {
    const version = route[slot]
    return published === undefined || version === undefined ? null : published.includes(version)
  }
  return {
    kind: 'lambda-alias',
    alias: alias && { version: alias.version, additional: alias.additional },
    state: alias && stateOf(alias, route),
    newestVersion: newestOf(published ?? []),
    published: { blue: isPublished('blue'), green: isPublished('green') },
    groups: { blue: null, green: null },
    notLookedAt,
  }
}

function stateOf(alias: AliasTarget & { readonly revisionId: string }, route: LambdaAliasRoute): RouteState {
  return toAliasState(alias, route, alias.revisionId)
}

/** Numbers are never given twice, so the highest is the newest. */
function newestOf(published: readonly string[]): string | null {
  const numbers = published.map(Number)
  return numbers.length === 0 ? null : String(numbers.reduce((a, b) => Math.max(a, b)))
}
