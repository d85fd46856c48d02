import type { Deps } from '../deps.ts'
import type { ResumeInput } from '../domain/command.ts'
import type { Deployment } from '../domain/deployment.ts'
import type { Route } from '../domain/service.ts'
import { canaryPercent, type RouteState } from '../domain/traffic.ts'
import { isMovedBy } from '../domain/waves.ts'
import { loadDeployment } from './change-deployment.ts'
import { commandDeployment } from './command-deployment.ts'
import { requireExpected } from './require-expected.ts'
import { routesAtWork } from './route-guard.ts'
import { takeLease } from './write-route.ts'

/**
 * Lets a paused or halted deployment go on; the time it was held is added to its bake. After drift the caller says
 * whether the foreign change is the new truth (`adopt`) or is written over (`overwrite`).
 *
 * @throws {ValidationError} If it halted because of drift and `drift` is missing.
 * @throws {ConflictError} If it is rolling back or has ended, or is not where the caller thinks.
 */
export async function resume(deps: Deps, id: string, command: ResumeInput): Promise<Deployment> {
  const adopted = command.drift === 'adopt' ? await adopt(deps, id, command) : null
  return commandDeployment(deps, id, command, () => ({
    type: 'resume',
    actor: command.actor,
    reason: command.reason ?? '',
    drift: command.drift ?? null,
    adoptedWeight: adopted?.weight ?? null,
    ...(adopted && { adopted: adopted.states }),
  }))
}

interface Adopted {
  readonly weight: number | null
  readonly states: Readonly<Record<string, RouteState>>
}

/** Notes what is live as what we last wrote, so that the next write starts from there. Writes no routing. */
async function adopt(deps: Deps, id: string, command: ResumeInput): Promise<Adopted | null> {
  const deployment = await loadDeployment(deps, id)
  requireExpected(deployment, command)
  if (deployment.hold?.cause.type !== 'drift') return null
  let weight: number | null = null
  const states: Record<string, RouteState> = {}
  for (const { route, resource } of routesAtWork(deployment)) {
    const lease = await takeLease(deps, resource)
    try {
      const live = await deps.routerFor(route).read()
      await deps.leases.confirm(lease, live)
      states[resource] = live
      if (isOfStep(deployment, route)) weight ??= canaryPercent(live.weights, deployment.canary)
    } finally {
      await deps.leases.giveBack(lease)
    }
  }
  return { weight, states }
}

/** The weight of a deployment is that of the routes of its wave: those of earlier ones are at 100 %, of later ones at 0. */
function isOfStep({ plan, step }: Deployment, route: Route): boolean {
  const current = plan.steps[step]
  return current === undefined || isMovedBy(route, current)
}
