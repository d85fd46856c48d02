import { toCanonicalText } from '../../domain/canonical-text.ts'
import { InvariantError, UpstreamError } from '../../domain/errors.ts'
import type { AliasTarget } from '../../domain/route-facts.ts'
import { type LambdaAliasRoute, resourceOf } from '../../domain/service.ts'
import { otherSlot, type RouteState, type Slot, toTenths } from '../../domain/traffic.ts'
import type { RouterWish } from '../../ports/traffic-router.ts'

/** The version of each slot; null where there is none. */
type SlotVersions = Readonly<Record<Slot, string | null>>

/** What `RouteState.raw` holds. */
interface AliasRaw extends AliasTarget {
  /** The alias's optimistic lock, of what was read; null in a target: only what was seen can be replaced. */
  readonly revisionId: string | null
}

interface VersionShare {
  readonly version: string
  /** Fraction above 0 up to 1. */
  readonly share: number
}

/**
 * Where an alias sends its calls, as one comparable value.
 *
 * A version that the alias does not name is null, which counts as 0: after a promotion, the old one. `settings` holds what
 * the weights cannot say: versions besides the pair with their shares, and a share that is no multiple of 0.1 %.
 *
 * @param route - Without versions, as in a service's document, blue is the main version and green the additional one.
 * @param revisionId - Of the alias as it was read; null for a state that is to be written.
 */
export function toAliasState(target: AliasTarget, route: LambdaAliasRoute, revisionId: string | null): RouteState {
  const shares = sharesOf(target)
  const versions = versionsOf(route, target)
  const others = shares.filter(({ version }) => version !== versions.blue && version !== versions.green)
  const inexact = others.length === 0 ? shares.filter(({ share }) => !isThousandth(share)) : []
  return {
    weights: { blue: weightOf(shares, versions.blue), green: weightOf(shares, versions.green) },
    settings: toCanonicalText({ others, inexact }),
    raw: { ...copyOfTarget(target), revisionId } satisfies AliasRaw,
  }
}

/**
 * What `seen` becomes when the canary's version gets `wish.percent`: at 0 and 100 one version stands alone, in between
 * the canary is the additional one. Nothing is attached at 0, so `keepIdle` has nothing to keep.
 *
 * @throws {ValidationError} If `wish.percent` is none.
 * @throws {UpstreamError} If a version besides the pair gets calls, or one of the pair is not known.
 */
export function toAliasTargetState(seen: RouteState, wish: RouterWish, route: LambdaAliasRoute): RouteState {
  const tenths = toTenths(wish.percent)
  const stable = route[otherSlot(wish.canary)]
  const canary = route[wish.canary]
  if (stable === undefined || canary === undefined)
    throw new UpstreamError(
      `${resourceOf(route)} has no second version to move calls to; publish the one that is to serve`,
    )
  const foreign = sharesOf(aliasTargetOf(seen)).find(({ version }) => version !== stable && version !== canary)
  if (foreign)
    throw new UpstreamError(
      `${resourceOf(route)} also sends ${percentOf(foreign.share)} % of its calls to version ${foreign.version}, ` +
        `which is neither ${stable} nor ${canary}; take that version out of the alias`,
    )
  const additional = tenths > 0 && tenths < 1000 ? { version: canary, weight: tenths / 1000 } : null
  return toAliasState({ version: tenths === 1000 ? canary : stable, additional }, route, null)
}

/** Where a state sends calls. States come back from the store as plain JSON; ours always name a version. */
export function aliasTargetOf({ raw }: RouteState): AliasTarget {
  if (isRaw(raw)) return copyOfTarget(raw)
  throw new InvariantError('a stored state of an alias names no version')
}

/** The lock of what was read. @throws {InvariantError} If `seen` was not read but made up. */
export function revisionOf({ raw }: RouteState): string {
  if (isRaw(raw) && raw.revisionId !== null) return raw.revisionId
  throw new InvariantError('an alias is replaced only as it was read: this state has no revision')
}

function copyOfTarget({ version, additional }: AliasTarget): AliasTarget {
  return { version, additional: additional && { version: additional.version, weight: additional.weight } }
}

function isRaw(raw: unknown): raw is AliasRaw {
  return typeof raw === 'object' && raw !== null && 'version' in raw && 'additional' in raw && 'revisionId' in raw
}

function versionsOf({ blue, green }: LambdaAliasRoute, { version, additional }: AliasTarget): SlotVersions {
  if (blue === undefined && green === undefined) return { blue: version, green: additional?.version ?? null }
  return { blue: blue ?? null, green: green ?? null }
}

/** Who gets calls, in the order of versions. */
function sharesOf({ version, additional }: AliasTarget): readonly VersionShare[] {
  const weight = additional?.weight ?? 0
  return [
    { version, share: rounded(1 - weight) },
    { version: additional?.version ?? version, share: rounded(weight) },
  ]
    .filter(({ share }) => share > 0)
    .sort((a, b) => (a.version < b.version ? -1 : 1))
}

/** Whole percents as they read, anything finer in thousandths, as `toRouterWeights` writes them; a share is never 0. */
function weightOf(shares: readonly VersionShare[], version: string | null): number | null {
  const found = shares.find((one) => one.version === version)
  if (!found) return null
  const inPercent = shares.every(({ share }) => isWhole(share * 100))
  if (inPercent) return Math.round(found.share * 100)
  return Math.min(999, Math.max(1, Math.round(found.share * 1000)))
}

/** Fractions that were computed differently are the same: 1 − 0.9 is 0.1. */
function rounded(share: number): number {
  return Math.round(share * 1e9) / 1e9
}

function isThousandth(share: number): boolean {
  return isWhole(share * 1000)
}

function isWhole(value: number): boolean {
  return Math.abs(value - Math.round(value)) < 1e-6
}

function percentOf(share: number): number {
  return rounded(share * 100)
}
