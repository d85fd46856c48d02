/** Requests of one side in one bucket, and the bad ones among them (errors, or slow ones). Whole numbers. */
export interface SideCounts {
  readonly requests: number
  readonly bad: number
}

/** One route in one bucket: its own share, its own baseline. */
export interface Stratum {
  readonly stable: SideCounts
  readonly canary: SideCounts
}

/** What a comparison takes in at once: a minute, or ten seconds. */
export interface Bucket {
  readonly strata: readonly Stratum[]
  /** The canary's share as configured, percent; what arrived is in the strata. Null: not known. */
  readonly weight: number | null
}

/** What a user may choose about a comparison; every field has a default (`defaultParameters`). */
export interface ComparisonParameters {
  /** `errors`: rate ratios, for rare events. `slow`: odds ratios, exact however common they are. Default `errors`. */
  readonly measure: 'errors' | 'slow'
  /** Bound on the probability of ever rolling back a release that is no worse. Above 0, at most 0.5. Default 0.01. */
  readonly alpha: number
  /** Bound on the probability of ever calling a release proven that is not. Above 0, at most 0.5. Default 0.05. */
  readonly beta: number
  /** How many times worse the canary may be: 1–20 ratios above `tolerance`, equal prior weights. */
  readonly grid: readonly number[]
  /** Ratio of rates (with `slow`: of odds) up to which the canary counts as no worse, 1 or more. Default 1. */
  readonly tolerance: number
  /** Starting capital at the release, and spread over a fresh start each later minute. Sum at most 1. Default 0.8, 0.2. */
  readonly restarts: { readonly release: number; readonly later: number }
  /** Dispersion by which every log-factor is divided, 1 or more; `history`: from the baseline of the day before. */
  readonly phi: number | 'history'
  /** A bucket multiplies the evidence by at most this, above 1; null: no bound; absent: by bucket length and history. */
  readonly cap?: number | null
  /** Fewer bad canary requests than this never fail. Default 3. */
  readonly minErrors: number
  /** A failure needs the canary's rate to be above stable's by this much, fraction 0–1. Default 0.0005. */
  readonly materiality: number
  /** Proven means: below `rho` times the baseline, or below `pMax`. Ratio above 1.25. Default 2. */
  readonly rho: number
  /** The rate (fraction) that is always good enough: the error budget. Above 0, below 1. Default 0.005. */
  readonly pMax: number
  /** The rate that stands in for a baseline where there is none, fraction; absent: from history and `pMax`. */
  readonly p0?: number
}

/** What is fixed before the first bucket is looked at, so that no data can choose it. */
export interface ComparisonFixed {
  /** 10 or 60. */
  readonly bucketSeconds: number
  /** Over how many buckets the later restarts are spread; null: unknown, then they get ever smaller. */
  readonly plannedBuckets: number | null
  readonly phi: number
  readonly cap: number | null
  /** The limit where stable has no traffic, fraction; more where stable beside the canary was used to more. */
  readonly p0: number
  /** True where `p0` rests on a measured baseline: only then can an incident be told from a service's normal rate. */
  readonly knowsNormalRate: boolean
}

/** Everything a running comparison remembers: plain JSON, bounded in size whatever the number of buckets. */
export interface ComparisonState {
  /** Buckets taken in. */
  readonly buckets: number
  /** Those of them in which there was something to hold the canary's requests against. */
  readonly compared: number
  /** ln of the capital on each ratio of the grid, then on each multiple of the limit; null: none yet. */
  readonly capital: readonly (number | null)[]
  /** Sum of the starts so far, 0–1. */
  readonly spent: number
  /** ln of the evidence now, and of its maximum so far. */
  readonly logE: number
  readonly logESup: number
  /** Zero-based index of the bucket at which it failed; null: it has not. */
  readonly failedAt: number | null
  /** ln of the capital on each part of the non-inferiority test. */
  readonly promotion: readonly number[]
  readonly provenAt: number | null
  /** ln of the capital on each share below the configured one, and of the evidence for one of them. */
  readonly silence: readonly (number | null)[]
  /** Sum of the starts of that test so far, 0–1. */
  readonly silenceSpent: number
  readonly logSilence: number
  /** Counts since the mean evidence last stood at nothing. */
  readonly recent: RecentCounts
  /** ln of the evidence that a side is above `p0`, floored at 0: both of them at once is an incident. */
  readonly incident: { readonly canary: number; readonly stable: number }
  readonly totals: Stratum
  /** Bad requests by the share observed: what a confidence sequence of the ratio needs. */
  readonly shares: Readonly<Record<string, ShareSum>>
  /** The newest bucket, all strata added, with its configured share; null before the first. */
  readonly newest: (Stratum & { readonly weight: number | null }) | null
}

export interface RecentCounts {
  /** ln of the mean evidence, floored at 0. */
  readonly log: number
  readonly counts: Stratum
}

export interface ShareSum {
  /** Bad requests of both sides in buckets with about this share, and those of the canary. */
  readonly bad: number
  readonly onCanary: number
  /** Sum of share × bad, for the mean share. */
  readonly weighted: number
}

/** Whether there was enough to judge. */
export type DataState = 'ok' | 'thin' | 'no-canary-traffic' | 'low-canary-traffic' | 'no-baseline' | 'incident'

export interface Estimate {
  readonly estimate: number | null
  /** Ends of the 95 % confidence sequence; null: unbounded, or nothing to say. */
  readonly low: number | null
  readonly high: number | null
}

/** What a comparison says after its newest bucket. */
export interface ComparisonResult {
  readonly verdict: 'pass' | 'fail' | 'no-data'
  /** The evidence against "no worse", and its maximum. Finite: at most the largest double. */
  readonly e: number
  readonly eSup: number
  readonly logE: number
  /** Zero-based index of the bucket; null: never. */
  readonly failedAt: number | null
  readonly proven: boolean
  readonly provenAt: number | null
  readonly dataState: DataState
  readonly totals: Stratum
}
