import type { Deps } from '../deps.ts'
import { availableTargets } from '../domain/capacity.ts'
import type { Deployment, Finding } from '../domain/deployment.ts'
import { drivenRouteOf } from '../domain/driven.ts'
import { ConflictError, type Problem } from '../domain/errors.ts'
import { anError } from '../domain/findings/facts.ts'
import { rejects } from '../domain/preflight.ts'
import { lessenBlocks } from '../domain/raise-block.ts'
import { resourceOf, targetGroupOf } from '../domain/service.ts'
import type { RouteState } from '../domain/traffic.ts'
import { toInstant } from '../ports/clock.ts'
import { changeDeployment, loadDeployment } from './change-deployment.ts'
import { claimResources } from './claim-resources.ts'
import { preflight } from './preflight.ts'
import { closeDeployment } from './roll-back.ts'
import { routesAtWork } from './route-guard.ts'
import { type TaskAnswer, taskAnswer } from './task-answer.ts'

/** How long the canary may take to become healthy before traffic, seconds. Past it nothing is shifted. */
const verifySeconds = 1800

/**
 * Looks at everything a deployment needs before anything is written: the findings decide whether it may start, and every
 * route's routing is kept as the snapshot. A later execution of the same deployment finds this done and passes.
 */
export async function prepare(deps: Deps, id: string): Promise<TaskAnswer> {
  const deployment = await loadDeployment(deps, id)
  if (deployment.stage !== 'preparing' || deployment.goal !== 'plan' || deployment.endedAt !== null) {
    return taskAnswer(deployment, 'bake', deps.clock.now())
  }
  // The last gate before the first write: whatever happened since the start, a service has one open deployment.
  const holder = await deps.deployments.takePointer(deployment.service, id)
  if (holder !== id) return refuse(deps, deployment, [], `the service is taken by ${holder}`)
  const { settings, plan, stable, canary, overrides } = deployment
  const checked = await preflight(deps, {
    routes: settings.routes,
    gates: settings.gates,
    plan,
    freeze: settings.freeze ?? [],
    stable,
    canary,
    at: 'deployment',
    driven: { strategy: settings.strategy, revision: settings.codedeploy ?? null },
  })
  const found = [...checked.problems.map(asFinding), ...checked.findings, ...(await claimMoved(deps, deployment))]
  const findings = deployment.queued === undefined ? found : lessenBlocks(found)
  const refusals = rejects(findings, overrides)
  if (refusals.length > 0) {
    return refuse(deps, deployment, findings, `preflight found: ${refusals.map((finding) => finding.id).join(', ')}`)
  }
  const snapshots: Record<string, RouteState> = {}
  const stableHealthy: Record<string, number> = {}
  for (const [index, { route, resource }] of routesAtWork(deployment).entries()) {
    // What was judged, and not a later look: a split that somebody made in between would be restored as the snapshot.
    snapshots[resource] = checked.states[index] ?? (await deps.routerFor(route).read())
    const count = await countHealthy(deps, targetGroupOf(route, stable))
    if (count !== null) stableHealthy[resource] = count
  }
  const deadlineAt = toInstant(deps.clock.now() + verifySeconds * 1000)
  const prepared = await changeDeployment(deps, id, (newest) =>
    newest.stage === 'preparing' && newest.goal === 'plan'
      ? { type: 'prepared', findings, snapshots, stableHealthy, deadlineAt }
      : null,
  )
  return taskAnswer(prepared, 'bake', deps.clock.now())
}

/**
 * What a driver moves is known only now, and no document names it: whoever has a route to the same rule or alias would
 * shift it as well, under a lease of its own.
 */
async function claimMoved(deps: Deps, { service, settings }: Deployment): Promise<readonly Finding[]> {
  const moves = drivenRouteOf({ settings })?.moves
  if (!moves) return []
  const resource = resourceOf(moves)
  try {
    await claimResources(deps, service, [resource])
    return []
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error
    return [anError(`route-taken:${resource}`, 'Another service has this route', error.message)]
  }
}

async function refuse(
  deps: Deps,
  { id }: Deployment,
  findings: readonly Finding[],
  reason: string,
): Promise<TaskAnswer> {
  await changeDeployment(deps, id, (newest) =>
    newest.stage === 'preparing' && newest.goal === 'plan' && newest.endedAt === null
      ? { type: 'refused', findings, reason }
      : null,
  )
  return taskAnswer(await closeDeployment(deps, id), 'close', deps.clock.now())
}

/** Null where it cannot be told: a rollback then asks what stable would need for the canary's share. */
async function countHealthy(deps: Deps, targetGroupArn: string | null): Promise<number | null> {
  if (targetGroupArn === null) return null
  try {
    return availableTargets(await deps.targetHealth.read(targetGroupArn))
  } catch (error) {
    deps.logger.warn('stable-not-counted', { targetGroupArn, error })
    return null
  }
}

/** What would have been refused at PUT and has gone since: a rule deleted, a group moved. */
export function asFinding(problem: Problem): Finding {
  return {
    id: `route-changed:${problem.path}`,
    severity: 'error',
    title: 'The service no longer fits AWS',
    detail: problem.message,
  }
}
