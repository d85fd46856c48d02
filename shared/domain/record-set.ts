import { toCanonicalText } from './canonical-text.ts'
import { InvariantError, NotFoundError, UpstreamError } from './errors.ts'
import { maxRouterWeight, otherSlot, type RouteState, type Slot, slots, toRouterWeights } from './traffic.ts'

/** One record set of a hosted zone, in our words. Plain JSON. */
export interface RecordSet {
  /** Lower case, without a trailing dot, a wildcard as `*`: see {@link normaliseName}. */
  readonly name: string
  readonly type: string
  /** Null for a simple record. */
  readonly setIdentifier: string | null
  readonly policy: RoutingPolicy
  /** 0–255; null unless the policy is `weighted`. */
  readonly weight: number | null
  /** Null for an alias. */
  readonly ttlSeconds: number | null
  readonly alias: { readonly dnsName: string; readonly evaluatesHealth: boolean } | null
  /** Characters of all values, which a batch has a limit of; 0 for an alias. */
  readonly valueCharacters: number
  /** `ResourceRecord` elements, an alias counting as one. */
  readonly elements: number
  readonly healthCheckId: string | null
  /** Made by a traffic policy: nobody else may change it. */
  readonly trafficPolicyInstanceId: string | null
  /** Everything as Route 53 gave it, `Weight` apart: what an UPSERT sends back. Opaque outside the adapter. */
  readonly raw: Readonly<Record<string, unknown>>
}

export type RoutingPolicy =
  | 'simple'
  | 'weighted'
  | 'failover'
  | 'latency'
  | 'geolocation'
  | 'geoproximity'
  | 'multivalue'
  | 'cidr'

/** The two records that a route moves traffic between. */
export interface WeightedPair {
  readonly hostedZoneId: string
  readonly name: string
  readonly type: string
  readonly blue: string
  readonly green: string
}

/** Clients of an alias to a load balancer keep its answer so long. @see Route 53 developer guide, choosing between alias and non-alias records */
export const aliasTtlSeconds = 60

/** How long Route 53 takes as a rule until every server has a change. @see Route 53 API reference, GetChange */
export const usualPropagationSeconds = 60

/**
 * A domain name as all our comparisons use it: lower case, without a trailing dot, letters, digits, `-`, `_` and `*` for
 * themselves where Route 53 writes them as `\ooo`.
 */
export function normaliseName(name: string): string {
  const plain = name.replace(/\\([0-7]{3})/g, (escaped, octal: string) => {
    const character = String.fromCharCode(Number.parseInt(octal, 8))
    return /[A-Za-z0-9*_-]/.test(character) ? character : escaped
  })
  return plain.toLowerCase().replace(/\.$/, '')
}

/** What `RouteState.raw` holds for a weighted pair: each slot's record, whole. */
interface PairRaw {
  readonly records: Readonly<Record<Slot, RecordSet>>
  /** Identifiers of other records of the group that get traffic. */
  readonly others: readonly string[]
}

/**
 * How a pair of weighted records divides traffic, as one comparable value. `settings` holds all of both records but their
 * weights, and every other record of the group that gets traffic: its appearing is drift.
 *
 * @param found - Record sets of the zone, at least all of the pair's name and type.
 * @throws {NotFoundError} If neither record is there.
 * @throws {UpstreamError} If one of them is not, or is not weighted.
 */
export function toPairState(found: readonly RecordSet[], pair: WeightedPair): RouteState {
  const group = found.filter(({ name, type }) => name === pair.name && type === pair.type)
  const own = (record: RecordSet) => slots.some((slot) => record.setIdentifier === pair[slot])
  if (!group.some(own))
    throw new NotFoundError(`there is no record of ${pairKey(pair)} called ${pair.blue} or ${pair.green}`)
  const records = { blue: recordOf(group, pair, 'blue'), green: recordOf(group, pair, 'green') }
  const others = group.filter((record) => !own(record) && record.weight !== 0)
  return {
    weights: { blue: records.blue.weight, green: records.green.weight },
    settings: toCanonicalText({
      blue: records.blue.raw,
      green: records.green.raw,
      others: others.map(({ setIdentifier, weight }) => [setIdentifier, weight]).sort(),
    }),
    raw: { records, others: others.map(({ setIdentifier }) => setIdentifier ?? 'a simple record') } satisfies PairRaw,
    lagSeconds: Math.max(...slots.map((slot) => records[slot].ttlSeconds ?? aliasTtlSeconds)),
  }
}

/**
 * What `seen` becomes when the canary gets `percent`: everything as it is but the two weights.
 *
 * @param wish.percent - Canary share, 0–100, at most one decimal.
 * @throws {UpstreamError} If another record of the group gets traffic.
 * @throws {ValidationError} If `percent` is none.
 */
export function toPairTarget(
  seen: RouteState,
  wish: { readonly canary: Slot; readonly percent: number },
  pair: WeightedPair,
): RouteState {
  const { records, others } = rawOf(seen)
  if (others.length > 0)
    throw new UpstreamError(`${pairKey(pair)} also sends traffic to ${others.join(', ')}; set that weight to 0`)
  const { stable, canary } = toRouterWeights(wish.percent, maxRouterWeight.route53)
  const weights = { [wish.canary]: canary, [otherSlot(wish.canary)]: stable } as Record<Slot, number>
  const next = {
    blue: { ...records.blue, weight: weights.blue },
    green: { ...records.green, weight: weights.green },
  }
  return { ...seen, weights, raw: { records: next, others } satisfies PairRaw }
}

/** The records that put `state` in place, both in one batch: apart, they could pass through a moment of all zeros. */
export function recordsOf(state: RouteState): readonly RecordSet[] {
  const { records } = rawOf(state)
  return [records.blue, records.green]
}

/** Name and type, the same for all records of a group: `app.example.com A`. */
export function pairKey({ name, type }: Pick<WeightedPair, 'name' | 'type'>): string {
  return `${name} ${type}`
}

/**
 * The order in which Route 53 lists: by the labels from the last to the first, then by type.
 *
 * @see Route 53 API reference, ListResourceRecordSets
 */
export function comparePairs(a: Pick<WeightedPair, 'name' | 'type'>, b: Pick<WeightedPair, 'name' | 'type'>): number {
  const [one, other] = [listKey(a), listKey(b)]
  if (one === other) return 0
  return one < other ? -1 : 1
}

function listKey({ name, type }: Pick<WeightedPair, 'name' | 'type'>): string {
  return `${name.split('.').reverse().join('.')}. ${type}`
}

function recordOf(
  group: readonly RecordSet[],
  pair: WeightedPair,
  slot: Slot,
): RecordSet & { readonly weight: number } {
  const record = group.find(({ setIdentifier }) => setIdentifier === pair[slot])
  if (!record)
    throw new UpstreamError(`${pairKey(pair)} has no record called ${pair[slot]} (${slot}); create it with weight 0`)
  const { weight } = record
  if (weight === null)
    throw new UpstreamError(
      `${pairKey(pair)} ${pair[slot]} is routed by ${record.policy}, not by weight; make it weighted`,
    )
  return { ...record, weight }
}

/** States come back from the store as plain JSON; those of a pair always have both records. */
function rawOf({ raw }: RouteState): PairRaw {
  if (typeof raw === 'object' && raw !== null && 'records' in raw && 'others' in raw) return raw as PairRaw
  throw new InvariantError('a stored state of weighted records holds no records')
}
