import type { Cell } from './cells.ts'
import { createDecider, type DeciderId } from './deciders.ts'
import { createRandom } from './random.ts'
import { createTraffic, type Run } from './traffic.ts'

/** What one decider did in each run of a cell. */
export interface Outcomes {
  /** Minutes from the first shift until it acted; infinity: it did not. */
  readonly minutes: Float64Array
  /** Failed canary requests until then, or until the deployment's end. */
  readonly failedRequests: Float64Array
}

/** Numbers of the runs, from `from` up to, not including, `to`. */
export interface Slice {
  readonly from: number
  readonly to: number
}

/** Simulates some runs of a cell. A run's number and the seed are all it depends on. */
export function simulate(cell: Cell, seed: string, { from, to }: Slice): ReadonlyMap<DeciderId, Outcomes> {
  const traffic = createTraffic(cell.scenario)
  const deciders = cell.deciders.map((id) => ({
    id,
    decide: createDecider(id, cell),
    outcomes: emptyOutcomes(to - from),
  }))
  for (let number = from; number < to; number++) {
    const run = traffic(createRandom(`${seed} ${cell.id} ${number}`))
    for (const { decide, outcomes } of deciders) {
      const minutes = decide(run) ?? Number.POSITIVE_INFINITY
      outcomes.minutes[number - from] = minutes
      outcomes.failedRequests[number - from] = failedUntil(run, minutes)
    }
  }
  return new Map(deciders.map(({ id, outcomes }) => [id, outcomes]))
}

export function emptyOutcomes(runs: number): Outcomes {
  return { minutes: new Float64Array(runs), failedRequests: new Float64Array(runs) }
}

function failedUntil({ buckets, minutes }: Run, until: number): number {
  const last = Math.min(buckets.length, Math.round((until * buckets.length) / minutes.length))
  let failed = 0
  for (let index = 0; index < last; index++) failed += buckets[index]?.canary.bad ?? 0
  return failed
}
