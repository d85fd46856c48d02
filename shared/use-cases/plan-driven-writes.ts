import type { Deps } from '../deps.ts'
import { toDeploymentConfig } from '../domain/deployment-config.ts'
import { findStrategyProblems, withoutApprovals } from '../domain/driver-limits.ts'
import type { DrivenWish } from '../domain/findings/facts.ts'
import type { Plan } from '../domain/plan.ts'
import type { DeploymentGroupFacts } from '../domain/route-facts.ts'
import { type CodeDeployRoute, resourceOf } from '../domain/service.ts'
import { type Slot, sameRouting } from '../domain/traffic.ts'
import { findGroup } from './drive/group-facts.ts'
import type { PlannedWrite } from './plan-writes.ts'

export interface DrivenPlanWish {
  readonly route: CodeDeployRoute
  readonly driven: DrivenWish
  readonly plan: Plan
  readonly canary: Slot
}

export interface DrivenWrites {
  /** Of Sluice: the configuration, where one of ours is needed, and the deployment. */
  readonly before: readonly PlannedWrite[]
  /** Of CodeDeploy itself. */
  readonly shifts: readonly PlannedWrite[]
}

const nothing: DrivenWrites = { before: [], shifts: [] }

/** What Sluice asks of CodeDeploy, and what that writes then. Nothing where a finding says why it would not begin. */
export async function planDrivenWrites(
  deps: Pick<Deps, 'routerFor' | 'inspector'>,
  { route, driven, plan, canary }: DrivenPlanWish,
): Promise<DrivenWrites> {
  const group = await findGroup(deps, route)
  if (group === null) return nothing
  if (findStrategyProblems(driven.strategy, group.platform, 'strategy').length > 0) return nothing
  const shifts = await planShifts(deps, route, plan, canary)
  // What is taken over runs already.
  if (driven.revision === null) return { before: [], shifts }
  return { before: [...planConfig(driven, group.platform), aWrite('create-deployment', resourceOf(route))], shifts }
}

/** A configuration of ours, which is created where it is missing; none where CodeDeploy has one, or takes the group's. */
function planConfig({ strategy }: DrivenWish, platform: DeploymentGroupFacts['platform']): readonly PlannedWrite[] {
  if (platform === 'Server') return []
  const answer = toDeploymentConfig(withoutApprovals(strategy), platform, 'strategy')
  if (answer.status === 'impossible' || answer.config.isPredefined) return []
  return [aWrite('create-config', `codedeploy-config:${answer.config.name}`)]
}

function aWrite(action: PlannedWrite['action'], resource: string): PlannedWrite {
  return { step: null, action, resource, before: null, after: null }
}

/** CodeDeploy writes the same shares that Sluice would. */
async function planShifts(
  deps: Pick<Deps, 'routerFor'>,
  route: CodeDeployRoute,
  { steps }: Plan,
  canary: Slot,
): Promise<readonly PlannedWrite[]> {
  if (!route.moves) return []
  const router = deps.routerFor(route)
  const resource = resourceOf(route.moves)
  let state = await router.read()
  return steps.flatMap(({ weight }, step) => {
    const next = router.target(state, { canary, percent: weight, keepIdle: true })
    if (sameRouting(state, next)) return []
    const write: PlannedWrite = {
      ...{ step, action: 'driver-shift', resource },
      ...{ before: state.weights, after: next.weights },
    }
    state = next
    return [write]
  })
}
