import { isOver } from '../../shared/domain/deployment.ts'
import { ConflictError, TransientError } from '../../shared/domain/errors.ts'
import { whyRestoreStops } from '../../shared/domain/may-write.ts'
import type { WeightedPair } from '../../shared/domain/record-set.ts'
import { resourceOf } from '../../shared/domain/service.ts'
import { changeDeployment, loadDeployment } from '../../shared/use-cases/change-deployment.ts'
import { allowPlanWrite, DriftFound, requireOurs } from '../../shared/use-cases/route-guard.ts'
import { writeRoute } from '../../shared/use-cases/write-route.ts'
import { aRoute53Route } from './record-sets.ts'
import type { Fate, StormProcess } from './storm-process.ts'
import type { ZoneStorm } from './zone-storm.ts'

/** A function that was killed is called again after so long, one that failed after a little. Milliseconds. */
const killedAfterMs = 90_000
const retryAfterMs = 2000
/** How long a step rests before the next one, milliseconds. */
const restMs = 3000

const percents = [10, 50, 100]

/** What befalls one pair and its deployment, and when, milliseconds from the start. */
export interface StormPlan {
  readonly startsAtMs: number
  readonly fates: readonly (Fate | null)[]
  /** Instants at which somebody decides to roll it back: none, one, or two who do so together. */
  readonly rollbacks: readonly { readonly atMs: number; readonly fates: readonly (Fate | null)[] }[]
  readonly foreign: readonly { readonly atMs: number; readonly green: number }[]
}

/** Everything that befalls one pair and its deployment. */
export async function runStormPlan(storm: ZoneStorm, pair: WeightedPair, plan: StormPlan): Promise<void> {
  const route = { resource: resourceOf(aRoute53Route(pair)), snapshot: storm.world.stateOf(pair) }
  await storm.world.addDeployment({
    ...{ id: deploymentOf(pair), phase: 'shifting', stage: 'shifting' },
    routes: [{ ...route, touched: false, stableHealthyBefore: null, test: null }],
  })
  await Promise.all([
    raise(storm, pair, plan),
    ...plan.rollbacks.map((rollback) => rollBack(storm, pair, rollback)),
    ...plan.foreign.map(async ({ atMs, green }) => {
      await storm.world.manual.sleep(atMs)
      storm.setForeign(pair, { blue: 100 - green, green })
    }),
  ])
}

/** Step after step, as the workflow does it: what failed is tried again, what was stopped ends. */
async function raise(storm: ZoneStorm, pair: WeightedPair, { startsAtMs, fates, foreign }: StormPlan): Promise<void> {
  await storm.world.manual.sleep(startsAtMs)
  const left = [...fates]
  let isChanged = false
  for (const percent of percents) {
    const isToGoOn = () => !storm.isToGoBack(pair)
    const outcome = await untilAnswered(storm, left, (process) => writePlan(process, pair, percent), isToGoOn)
    if (outcome !== 'done') return
    if (isChanged) storm.violations.push(`${percent} % of ${pair.name} was written over a foreign change`)
    if (!storm.isToGoBack(pair) && foreign.length === 0 && (await storm.isDrift(pair)))
      storm.violations.push(`${percent} % of ${pair.name} looks as if somebody else had written it`)
    await storm.world.manual.sleep(restMs)
    isChanged = storm.lastWriter.get(pair.name) === 'foreign'
  }
}

async function writePlan({ deps, router }: StormProcess, pair: WeightedPair, percent: number): Promise<void> {
  const { id, routes } = await loadDeployment(deps, deploymentOf(pair))
  const [progress] = routes
  if (!progress) throw new Error(`${id} has no route`)
  const work = { route: aRoute53Route(pair), resource: progress.resource, progress }
  await writeRoute(deps, {
    ...{ deployment: id, resource: progress.resource, router: router(pair) },
    snapshot: progress.touched ? null : progress.snapshot,
    target: (seen, lease) => {
      requireOurs(work, seen, lease)
      return router(pair).target(seen, { canary: 'green', percent, keepIdle: true })
    },
    mayWrite: (seen) => allowPlanWrite(deps, id, progress.resource, seen),
  })
}

async function rollBack(storm: ZoneStorm, pair: WeightedPair, { atMs, fates }: StormPlan['rollbacks'][number]) {
  await storm.world.manual.sleep(atMs)
  const isToGoOn = () => true
  await untilAnswered(storm, [...fates], (process) => restore(storm, process, pair), isToGoOn)
}

async function restore(storm: ZoneStorm, { deps, router }: StormProcess, pair: WeightedPair): Promise<void> {
  const id = deploymentOf(pair)
  const cause = { type: 'command', actor: { kind: 'system', name: 'storm' }, reason: 'enough' } as const
  const { phase, routes } = await changeDeployment(deps, id, () => ({ type: 'roll-back', cause }))
  storm.noteGoal(pair)
  const [progress] = routes
  const snapshot = progress?.snapshot
  if (isOver(phase)) return
  if (progress?.touched && snapshot)
    await writeRoute(deps, {
      ...{ deployment: id, lane: 'rollback', resource: progress.resource, router: router(pair) },
      target: () => snapshot,
      async mayWrite() {
        const why = whyRestoreStops(await loadDeployment(deps, id))
        if (why !== null) throw new ConflictError(why)
        return false
      },
    })
  await changeDeployment(deps, id, () => ({ type: 'restored' }))
}

/** Calls a function again and again, as the state machine does, with what befalls it each time. */
async function untilAnswered(
  storm: ZoneStorm,
  fates: (Fate | null)[],
  act: (process: StormProcess) => Promise<void>,
  isToGoOn: () => boolean,
): Promise<'done' | 'drift' | 'stopped'> {
  for (;;) {
    const outcome = await runProcess(storm, storm.startProcess(fates.shift() ?? null), act)
    if (outcome === 'done' || outcome === 'drift') return outcome
    // Also what a lease says that was lost: whoever is called next looks at the record.
    if (outcome === 'conflict' && !isToGoOn()) return 'stopped'
    if (outcome !== 'killed') await storm.world.manual.sleep(retryAfterMs)
  }
}

async function runProcess(
  storm: ZoneStorm,
  process: StormProcess,
  act: (process: StormProcess) => Promise<void>,
): Promise<'done' | 'drift' | 'conflict' | 'failed' | 'killed'> {
  let isAnswered = false
  const began = storm.world.manual.now()
  const work = act(process).finally(() => {
    isAnswered = true
    storm.noteTook(storm.world.manual.now() - began)
  })
  const answered = work.then(
    () => 'done' as const,
    (error: unknown) => {
      if (error instanceof TransientError) return 'failed' as const
      if (error instanceof ConflictError) return 'conflict' as const
      if (error instanceof DriftFound) return 'drift' as const
      throw error
    },
  )
  const killed = storm.world.manual.sleep(killedAfterMs).then(() => {
    if (!isAnswered && !process.isDead())
      storm.violations.push('a function that lives has no answer when its time is over')
    return 'killed' as const
  })
  return Promise.race([answered, killed])
}

/** The id of the deployment that moves a pair. */
export function deploymentOf({ name }: WeightedPair): string {
  return `dep_${name}`
}
