import type { Deps } from '../deps.ts'
import type { SettledBucket } from '../domain/gates/compare-buckets.ts'
import type { CompareGate, ComparisonMemory, Judgement, Verdict } from '../domain/gates/gate.ts'
import type { ComparisonParameters, SideCounts } from '../domain/sequential-test.ts'

/**
 * An event holds the counts of at most so many routes and buckets, about 100 KB; more are read where they are kept. A
 * verdict that is no failure may change its word every few minutes for a week: those events stay below 15 KB.
 */
const mostStrata = { fail: 1000, other: 150 } as const

/**
 * The evidence of a compare gate's verdict with all that it is recomputed from: the parameters, what was fixed before the
 * first bucket, and every bucket that was judged. `sluice judge --event` does so. Where the buckets are too many, or
 * cannot be read now, `bucketsAt` says where they are: the first `buckets` of that list.
 */
export async function withReplay(
  deps: Deps,
  id: string,
  gate: CompareGate,
  { verdict, memory }: Judgement,
): Promise<Verdict['evidence']> {
  const { comparison } = memory
  const { limit } = verdict.evidence
  if (comparison === undefined || typeof limit !== 'number') return verdict.evidence
  const { bucketSeconds, plannedBuckets, ...fixed } = comparison.fixed
  const most = verdict.outcome === 'fail' ? mostStrata.fail : mostStrata.other
  const buckets = await readBuckets(deps, { id, gate, comparison, most }).catch((error: unknown) => {
    deps.logger.warn('replay-not-read', { deployment: id, gate: gate.name, error })
    return null
  })
  const replay = {
    gate: { ...parametersOf(gate), alpha: 1 / limit },
    data: {
      bucketSeconds,
      plannedBuckets,
      fixed,
      ...(buckets && { buckets: buckets.map((one) => toEntry(gate, one)) }),
    },
    ...(buckets === null && { bucketsAt: `/v1/deployments/${id}/buckets?gate=${gate.name}` }),
  }
  return { ...verdict.evidence, replay }
}

interface Wanted {
  readonly id: string
  readonly gate: CompareGate
  readonly comparison: ComparisonMemory
  /** Of routes times buckets. */
  readonly most: number
}

/** The buckets that the comparison has taken in; null where they are too many, or not all there. */
async function readBuckets(deps: Deps, wanted: Wanted): Promise<readonly SettledBucket[] | null> {
  const { id, gate, most } = wanted
  const { buckets } = wanted.comparison.state
  const found: SettledBucket[] = []
  let cursor: string | null = null
  while (found.length < buckets) {
    const page: Awaited<ReturnType<Deps['deployments']['listBuckets']>> = await deps.deployments.listBuckets(
      id,
      gate.name,
      { limit: 100, cursor },
    )
    found.push(...page.items)
    cursor = page.nextCursor
    if (buckets * (found[0]?.strata.length ?? 1) > most) return null
    if (cursor === null) break
  }
  return found.length < buckets ? null : found.slice(0, buckets)
}

/** One entry of `buckets` in the data that `sluice judge` reads. */
function toEntry(gate: CompareGate, { strata, weight }: SettledBucket) {
  const bad = gate.measure === 'slow' ? 'slow' : 'errors'
  const toSide = (side: SideCounts) => ({ requests: side.requests, [bad]: side.bad })
  const sides = strata.map(({ stable, canary }) => ({ stable: toSide(stable), canary: toSide(canary) }))
  return sides.length === 1 ? { ...sides[0], weight } : { strata: sides, weight }
}

function parametersOf(gate: CompareGate): ComparisonParameters {
  const { measure, alpha, beta, grid, tolerance, restarts, phi, minErrors, materiality, rho, pMax, cap, p0 } = gate
  return {
    ...{ measure, alpha, beta, grid, tolerance, restarts, phi, minErrors, materiality, rho, pMax },
    ...(cap !== undefined && { cap }),
    ...(p0 !== undefined && { p0 }),
  }
}
