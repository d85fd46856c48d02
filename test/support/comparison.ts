import {
  addBucket,
  type Bucket,
  type ComparisonFixed,
  type ComparisonParameters,
  type ComparisonState,
  defaultParameters,
  type Stratum,
  startComparison,
} from '../../shared/domain/sequential-test.ts'

/** Requests and bad ones as the published vectors list them: canary, stable, bad on the canary, bad on stable. */
export type Counts = readonly [onCanary: number, onStable: number, badOnCanary: number, badOnStable: number]

export function aStratum([onCanary, onStable, badOnCanary, badOnStable]: Counts): Stratum {
  return {
    stable: { requests: onStable, bad: badOnStable },
    canary: { requests: onCanary, bad: badOnCanary },
  }
}

/** One route, its configured weight not known. */
export function aBucket(counts: Counts, weight: number | null = null): Bucket {
  return { strata: [aStratum(counts)], weight }
}

/** One start with all of the capital, no dispersion, no cap, nothing asked beyond the evidence. */
export function bareParameters(overrides: Partial<ComparisonParameters> = {}): ComparisonParameters {
  return {
    ...defaultParameters(overrides.measure ?? 'errors'),
    restarts: { release: 1, later: 0 },
    phi: 1,
    cap: null,
    minErrors: 0,
    materiality: 0,
    ...overrides,
  }
}

export function bareFixed(overrides: Partial<ComparisonFixed> = {}): ComparisonFixed {
  return { bucketSeconds: 60, plannedBuckets: 60, phi: 1, cap: null, p0: 0.005, knowsNormalRate: false, ...overrides }
}

/** The states after each bucket; `keep` is what becomes of a state between two of them. */
export function follow(
  buckets: readonly Bucket[],
  parameters: ComparisonParameters = bareParameters(),
  fixed: ComparisonFixed = bareFixed(),
  keep: (state: ComparisonState) => ComparisonState = (state) => state,
): ComparisonState[] {
  let state = startComparison(parameters)
  return buckets.map((bucket) => {
    state = addBucket(parameters, fixed, keep(state), bucket)
    return state
  })
}
