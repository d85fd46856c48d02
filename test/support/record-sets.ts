import { type RecordSet, toPairState, toPairTarget, type WeightedPair } from '../../shared/domain/record-set.ts'
import type { Route53Route } from '../../shared/domain/service.ts'
import type { RouteState } from '../../shared/domain/traffic.ts'
import type { KeptZoneChange, ZoneChange } from '../../shared/domain/zone-change.ts'

/** The zone `example.com` with the weighted pair `app`, as every builder here uses them. */
export const appPair: WeightedPair = {
  hostedZoneId: 'Z0000000000000EXAMPLE',
  name: 'app.example.com',
  type: 'A',
  blue: 'app-blue',
  green: 'app-green',
}

/** A weighted record of `app` that points at 192.0.2.1 for 60 s, weight 100. */
export function aRecord(overrides: Partial<RecordSet> = {}): RecordSet {
  const { name, type, blue } = appPair
  const { setIdentifier = blue } = overrides
  const raw = { Name: `${name}.`, Type: type, SetIdentifier: setIdentifier, TTL: 60 }
  return {
    name,
    type,
    setIdentifier,
    policy: 'weighted',
    weight: 100,
    ttlSeconds: 60,
    alias: null,
    valueCharacters: 9,
    elements: 1,
    healthCheckId: null,
    trafficPolicyInstanceId: null,
    raw: { ...raw, ResourceRecords: [{ Value: '192.0.2.1' }] },
    ...overrides,
  }
}

/** Both records of a pair with these weights. Default: everything to blue. */
export function aPairOfRecords(
  weights: { readonly blue: number; readonly green: number } = { blue: 100, green: 0 },
  pair: WeightedPair = appPair,
): readonly RecordSet[] {
  const { name, type } = pair
  return (['blue', 'green'] as const).map((slot) =>
    aRecord({ name, type, setIdentifier: pair[slot], weight: weights[slot] }),
  )
}

/** How a pair routes with these weights. Default: everything to blue. */
export function aPairState(
  weights: { readonly blue: number; readonly green: number } = { blue: 100, green: 0 },
  pair: WeightedPair = appPair,
): RouteState {
  return toPairState(aPairOfRecords(weights, pair), pair)
}

/** Two weighted records without target groups, in wave 1. */
export function aRoute53Route(overrides: Partial<Route53Route> = {}): Route53Route {
  return { kind: 'route53', ...appPair, wave: 1, ...overrides }
}

export type ZoneChangeWish = Partial<ZoneChange> & {
  /** What green is to get. Default 10. */
  readonly percent?: number
  /** What is there when it is wanted. Default: what it expects, else everything to blue. */
  readonly seen?: RouteState
}

/** What a deployment wants: green gets 10 % where it got nothing, in the lane of plans. */
export function aZoneChange(wish: ZoneChangeWish = {}): ZoneChange {
  const { percent = 10, pair = appPair, seen = wish.expect ?? aPairState(undefined, pair), ...fields } = wish
  return {
    id: '1767225600000#holder-1',
    lane: 'plan',
    deployment: 'dep_01KDVDNC00000000000000WEB1',
    pair,
    expect: seen,
    target: toPairTarget(seen, { canary: 'green', percent }, pair),
    wantedAtMs: 1_767_225_600_000,
    giveUpAtMs: 1_767_225_720_000,
    ...fields,
  }
}

/** A change as it waits. */
export function aWaitingChange(wish: ZoneChangeWish & Partial<KeptZoneChange> = {}): KeptZoneChange {
  const { accepted = null, result = null, ...change } = wish
  return { ...aZoneChange(change), accepted, result }
}
