import type { Deps } from '../deps.ts'
import type { SettledBucket } from '../domain/gates/compare-buckets.ts'
import type { CompareGate, ComparisonMemory, Judgement, Verdict } from '../domain/gates/gate.ts'
import type { ComparisonParameters, SideCounts } from '../domain/sequential-test.ts'

/** An event holds the counts of at most so many routes and buckets, about 100 KB; more are read where they are kept. */
const mostStrata = 1500

/**
 * The evidence of a compare gate's verdict with all that it is recomputed from: the parameters, what was fixed before the
 * first bucket, and every bucket that was judged. `sluice judge --event` does so.
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
  const buckets = await readBuckets(deps, id, gate, comparison)
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

/** The buckets that the comparison has taken in; null where they are too many for an event. */
async function readBuckets(
  deps: Deps,
  id: string,
  gate: CompareGate,
  { state }: ComparisonMemory,
): Promise<readonly SettledBucket[] | null> {
  const found: SettledBucket[] = []
  let cursor: string | null = null
  while (found.length < state.buckets) {
    const page: Awaited<ReturnType<Deps['deployments']['listBuckets']>> = await deps.deployments.listBuckets(
      id,
      gate.name,
      { limit: 100, cursor },
    )
    found.push(...page.items)
    if (state.buckets * (found[0]?.strata.length ?? 1) > mostStrata) return null
    cursor = page.nextCursor
    if (cursor === null) break
  }
  return found.slice(0, state.buckets)
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
