import type { Deps } from '../deps.ts'
import { type CostEstimate, estimateCost } from '../domain/cost.ts'
import type { Finding } from '../domain/deployment.ts'
import type { PlanRequest } from '../domain/deployment-request.ts'
import { NotFoundError, UpstreamError } from '../domain/errors.ts'
import { detectionFindings } from '../domain/findings/detection.ts'
import { withAlwaysOnGate } from '../domain/gates/always-on.ts'
import { buildPlan, type Step } from '../domain/plan.ts'
import type { Concurrency, Service } from '../domain/service.ts'
import { otherSlot } from '../domain/traffic.ts'
import { wavesOf } from '../domain/waves.ts'
import { estimateDetection, type GateDetection } from './estimate-detection.ts'
import { type PlannedWrite, type PlannedWrites, planWrites } from './plan-writes.ts'
import { preflight } from './preflight.ts'
import { asFinding } from './prepare.ts'
import { readService } from './read-service.ts'
import { requireCallableUrls } from './require-callable-urls.ts'
import { requireFittingRequest } from './require-fitting-request.ts'
import { resolveRoutes } from './resolve-routes.ts'
import { resolveStable } from './resolve-stable.ts'

/** What a deployment would do, and what is known to speak against it. */
export interface DeploymentPlan {
  readonly steps: readonly Step[]
  readonly writes: readonly PlannedWrite[]
  readonly minimumSeconds: number
  readonly exposurePercentMinutes: number
  /** How long after each write clients may go on as before, seconds; a step's bake begins after it. 0 without DNS. */
  readonly resolverLagSeconds: number
  readonly cost: CostEstimate
  /** What each compare gate would detect. */
  readonly detection: readonly GateDetection[]
  readonly findings: readonly Finding[]
}

/**
 * Says what a deployment would do, from what is live now. Changes nothing.
 *
 * @throws {NotFoundError} If there is no such service.
 * @throws {ValidationError} If `to` is the slot that serves already, a version is asked for that does, or the request does
 *   not fit the service's routes.
 */
export async function planDeployment(deps: Deps, request: PlanRequest): Promise<DeploymentPlan> {
  const registered = await readService(deps, request.service)
  requireFittingRequest(registered, request)
  requireCallableUrls(deps, request.gates ?? [])
  const service = await resolveRoutes(deps, registered, request)
  const { routes, freeze = [] } = service
  const driven = { strategy: request.strategy ?? service.strategy, revision: request.codedeploy ?? null }
  const gates = withAlwaysOnGate(request.gates ?? service.gates, routes)
  const stable = await resolveStable(deps, service, request.to)
  const canary = otherSlot(stable)
  const plan = buildPlan(driven.strategy, wavesOf(routes))
  const traffic = request.traffic ?? null
  const [{ findings, problems }, planned, detection, open] = await Promise.all([
    preflight(deps, { routes, gates, plan, freeze, stable, canary, at: 'deployment', driven }),
    writesOrFinding(deps, { routes, plan, canary, driven }),
    estimateDetection(deps, { routes, gates, plan, stable, traffic }),
    deps.deployments.pointer(service.name),
  ])
  return {
    ...plan,
    writes: planned.writes,
    resolverLagSeconds: planned.resolverLagSeconds,
    cost: estimateCost(plan, gates, routes.length),
    detection,
    findings: [
      ...problems.map(asFinding),
      ...findings,
      ...detection.flatMap(({ gate, steps }) => detectionFindings(gate, steps)),
      ...planned.findings,
      ...openFinding(open, service),
    ],
  }
}

/** A route that cannot be moved is a finding with its reason: the rest of the plan is still worth reading. */
async function writesOrFinding(
  deps: Deps,
  wish: Parameters<typeof planWrites>[1],
): Promise<PlannedWrites & { readonly findings: readonly Finding[] }> {
  try {
    return { ...(await planWrites(deps, wish)), findings: [] }
  } catch (error) {
    if (!(error instanceof NotFoundError || error instanceof UpstreamError)) throw error
    const title = 'The writes cannot be planned'
    return {
      writes: [],
      resolverLagSeconds: 0,
      findings: [{ id: 'writes-unknown', severity: 'error', title, detail: error.message }],
    }
  }
}

function openFinding(id: string | null, { concurrency = 'reject' }: Service): readonly Finding[] {
  if (id === null) return []
  const detail = whatAStartMeets(id, concurrency)
  return [{ id: 'deployment-open', severity: 'warning', title: 'Another deployment is open', detail }]
}

function whatAStartMeets(id: string, concurrency: Concurrency): string {
  switch (concurrency) {
    case 'reject':
      return `a start would be refused until ${id} has ended`
    case 'queue':
      return `a start would wait until ${id}, and what waits already, has ended`
    case 'supersede':
      return `a start would roll ${id} back and take its place`
  }
}
