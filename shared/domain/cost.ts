import type { Gate } from './gates/gate.ts'
import type { Plan } from './plan.ts'

/** What a deployment that runs its whole plan costs, US dollars. An estimate: list prices, no free tier, no retries. */
export interface CostEstimate {
  readonly estimate: true
  readonly basis: string
  readonly stateTransitions: number
  readonly stepFunctionsUsd: number
  /** Tasks and the scheduled check's share, with what they read and write. */
  readonly computeAndStoreUsd: number
  readonly metricsUsd: number
  readonly totalUsd: number
}

/** us-east-1, on demand. @see The price pages of Step Functions, Lambda, DynamoDB and CloudWatch. */
const usd = {
  transition: 0.025 / 1000,
  /** One arm64 call of 512 MB and 100 ms. */
  lambdaCall: 0.87 / 1_000_000,
  storeWrite: 0.625 / 1_000_000,
  storeRead: 0.125 / 1_000_000,
  metricRead: 0.01 / 1000,
} as const

/** Prepare, VerifyCanary, the choice after it, Close. */
const fixedTransitions = 4
/** ShiftTraffic, Bake, EvaluateGates, the choice after it. */
const transitionsAStep = 4
/** Bake, EvaluateGates and the choice again, for each further slice of a long bake. */
const transitionsASlice = 3
const bakeSliceSeconds = 3600
/** The requests of both sides, for the share that arrived. */
const metricsOfTraffic = 2

/** What one task or one look of the check reads and writes in the store. */
const perLook = usd.lambdaCall + 2 * usd.storeWrite + 3 * usd.storeRead

/**
 * What running `plan` to its end costs.
 *
 * @param routes - How many routes it moves: each adds a write and, per gate that measures, its own metrics.
 */
export function estimateCost(plan: Plan, gates: readonly Gate[], routes: number): CostEstimate {
  const extraSlices = plan.steps.reduce((sum, { bakeSeconds }) => sum + Math.floor(bakeSeconds / bakeSliceSeconds), 0)
  const stateTransitions = fixedTransitions + transitionsAStep * plan.steps.length + transitionsASlice * extraSlices
  const minutes = Math.ceil(plan.minimumSeconds / 60)
  const stepFunctionsUsd = stateTransitions * usd.transition
  const computeAndStoreUsd = (stateTransitions + minutes) * perLook + plan.steps.length * routes * 4 * usd.storeWrite
  const metricsUsd = minutes * metricsALook(gates, routes) * usd.metricRead
  return {
    estimate: true,
    basis: 'us-east-1 list prices without free tier or retries; the whole plan, each gate once a minute',
    stateTransitions,
    stepFunctionsUsd: rounded(stepFunctionsUsd),
    computeAndStoreUsd: rounded(computeAndStoreUsd),
    metricsUsd: rounded(metricsUsd),
    totalUsd: rounded(stepFunctionsUsd + computeAndStoreUsd + metricsUsd),
  }
}

/** CloudWatch metrics that one look asks for. */
function metricsALook(gates: readonly Gate[], routes: number): number {
  return gates.reduce((sum, gate) => sum + metricsOfGate(gate, routes), metricsOfTraffic * routes)
}

/** Those of the load balancers are asked for each route; a service's own, and health checks, once. */
function metricsOfGate(gate: Gate, routes: number): number {
  switch (gate.kind) {
    case 'metric':
      // The gate's own number, the requests beside it, the connection errors.
      if (typeof gate.metric === 'string') return 3 * routes
      return 'expression' in gate.metric ? gate.metric.queries.length : 1
    case 'compare':
      // Of both sides: the requests and the bad ones, which for errors are two metrics.
      if (gate.source !== 'router') return 4
      return (gate.measure === 'errors' ? 6 : 4) * routes
    case 'route53-health':
      return gate.healthCheckIds.length
    case 'target-health':
    case 'alarms':
    case 'probe':
    case 'webhook':
      return 0
  }
}

/** To a millionth of a dollar. */
function rounded(amount: number): number {
  return Math.round(amount * 1_000_000) / 1_000_000
}
