import { type ShiftingPlatform, toDeploymentConfig } from './deployment-config.ts'
import type { Problem } from './errors.ts'
import type { Gate } from './gates/gate.ts'
import type { LateWatch } from './late-watch.ts'
import { buildPlan } from './plan.ts'
import type { Service } from './service.ts'
import type { Strategy } from './strategy.ts'

/** What a driven service, or one deployment of it, asks for. */
export interface DrivenSettings {
  readonly strategy?: Strategy
  readonly gates?: readonly Gate[]
  readonly onDrift?: Service['onDrift']
  readonly lateWatch?: LateWatch
}

/**
 * Settings that cannot be kept while CodeDeploy owns the shift, with what helps. Paths begin at the document's top.
 */
export function findDriverLimits({ strategy, gates = [], onDrift, lateWatch }: DrivenSettings): Problem[] {
  return [
    ...(strategy ? [...findStrategyProblems(strategy, null, 'strategy'), ...lateApprovals(strategy)] : []),
    ...gates.flatMap((gate, index) => findGateLimits(gate, `gates[${index}]`)),
    ...(onDrift === 'overwrite' ? [overwriting] : []),
    ...(lateWatch?.action === 'roll-back' ? [lateRollback] : []),
  ]
}

const overwriting: Problem = {
  path: 'onDrift',
  message: 'must be "halt" or "roll-back" with a codedeploy route: the weights are CodeDeploy\'s to write',
}

const lateRollback: Problem = {
  path: 'lateWatch.action',
  message: 'must be "notify" with a codedeploy route: going back later is a new deployment of the earlier revision',
}

function findGateLimits(gate: Gate, path: string): Problem[] {
  const holds = (['onFail', 'onNoData'] as const).filter((field) => gate[field] === 'halt')
  const problems = holds.map((field) => ({
    path: `${path}.${field}`,
    message:
      'must be "roll-back" with a codedeploy route: CodeDeploy cannot be held in the middle of a shift; ' +
      '"mode": "observe" shows verdicts without acting on them',
  }))
  if ((gate.kind !== 'probe' && gate.kind !== 'webhook') || gate.when === 'during') return problems
  const message =
    'must be "during" with a codedeploy route: Sluice has no turn before CodeDeploy shifts; ' +
    'a gate before traffic runs as a hook of the AppSpec'
  return [...problems, { path: `${path}.when`, message }]
}

/** The first step may wait at `Ready`; after that CodeDeploy goes on by its own clock. */
function lateApprovals(strategy: Strategy): Problem[] {
  if (strategy.type !== 'steps') return []
  const message =
    'must be false with a codedeploy route: CodeDeploy waits for nobody between two shifts; only the first step can wait'
  return strategy.steps.flatMap(({ approval }, index) =>
    approval && index > 0 ? [{ path: `strategy.steps[${index}].approval`, message }] : [],
  )
}

/**
 * Why CodeDeploy has no configuration that does what a strategy says; approvals aside.
 *
 * @param platform - Of the deployment group; null where it is not known: then what no platform can do.
 * @param path - Where the strategy stands in the request, `strategy`; the problems' paths begin with it.
 */
export function findStrategyProblems(
  strategy: Strategy,
  platform: ShiftingPlatform | 'Server' | null,
  path: string,
): readonly Problem[] {
  if (platform === 'Server') return findServerProblems(strategy, path)
  const problemsOn = (one: ShiftingPlatform) => {
    const answer = toDeploymentConfig(withoutApprovals(strategy), one, path)
    return answer.status === 'impossible' ? answer.problems : []
  }
  if (platform !== null) return problemsOn(platform)
  return problemsOn('Lambda').length > 0 ? problemsOn('ECS') : []
}

/** On servers CodeDeploy divides nothing by weight: it replaces what runs on each instance. */
function findServerProblems(strategy: Strategy, path: string): readonly Problem[] {
  if (buildPlan(strategy).steps.length === 1) return []
  const message =
    "must be blue-green for servers: how many instances CodeDeploy replaces at a time is the group's own configuration"
  return [{ path, message }]
}

export function withoutApprovals(strategy: Strategy): Strategy {
  if (strategy.type !== 'steps') return strategy
  return { type: 'steps', steps: strategy.steps.map(({ weight, bakeSeconds }) => ({ weight, bakeSeconds })) }
}
