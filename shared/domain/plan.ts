import { presetStrategy, type StepWish, type Strategy } from './strategy.ts'
import { effectivePercent, maxRouterWeight, toRouterWeights, toTenths } from './traffic.ts'
import type { Wave } from './waves.ts'

/** One weight with its bake time. */
export interface Step {
  /** Canary share in percent, above 0 up to 100, at most one decimal. */
  readonly weight: number
  /** What the routers can really do for `weight`, percent. */
  readonly effectiveWeight: number
  readonly bakeSeconds: number
  /** A person must approve before this weight is written. */
  readonly approval: boolean
  /** The wave whose routes it moves; absent where all routes are in one wave. */
  readonly wave?: number
}

/** What a strategy comes down to. */
export interface Plan {
  readonly steps: readonly Step[]
  /** Sum of the bake times: no success is possible earlier. */
  readonly minimumSeconds: number
  /** Sum of weight × minutes over the steps below 100: how much a bad canary can cost. */
  readonly exposurePercentMinutes: number
}

/**
 * Builds the list of steps that a strategy comes down to: all of them for the first wave, then for the next.
 *
 * @param strategy - One that `checkStrategy` finds nothing wrong with.
 * @param waves - In their order, each with the highest weight that one side of its coarsest router can have; that
 *   decides the effective weights. Default: one, of ALBs. See `wavesOf`.
 * @throws {ValidationError} If the strategy names an unknown preset or a weight that is no percentage.
 */
export function buildPlan(
  strategy: Strategy,
  waves: readonly Wave[] = [{ wave: 1, maxWeight: maxRouterWeight.alb }],
): Plan {
  const wishes = wishedSteps(strategy)
  const steps = waves.flatMap(({ wave, maxWeight }) =>
    wishes.map((wish) => ({
      weight: wish.weight,
      effectiveWeight: effectivePercent(toRouterWeights(wish.weight, maxWeight)),
      bakeSeconds: wish.bakeSeconds,
      approval: wish.approval ?? false,
      ...(waves.length > 1 && { wave }),
    })),
  )
  return {
    steps,
    minimumSeconds: steps.reduce((sum, step) => sum + step.bakeSeconds, 0),
    exposurePercentMinutes: exposure(steps),
  }
}

function wishedSteps(strategy: Strategy): readonly StepWish[] {
  switch (strategy.type) {
    case 'blue-green':
      return [{ weight: 100, bakeSeconds: strategy.bakeSeconds }]
    case 'canary':
      return [
        { weight: strategy.percent, bakeSeconds: strategy.intervalSeconds },
        { weight: 100, bakeSeconds: strategy.bakeSeconds },
      ]
    case 'linear':
      return linearSteps(strategy)
    case 'steps':
      return strategy.steps
    case 'preset':
      return wishedSteps(presetStrategy(strategy.name))
  }
}

/** Counts in tenths of a percent: adding 0.1 or 33.3 as floats would end beside 100. */
function linearSteps(linear: Extract<Strategy, { type: 'linear' }>): readonly StepWish[] {
  const increment = toTenths(linear.percent)
  const below = Array.from({ length: Math.ceil(1000 / increment) - 1 }, (_, index) => ({
    weight: ((index + 1) * increment) / 10,
    bakeSeconds: linear.intervalSeconds,
  }))
  return [...below, { weight: 100, bakeSeconds: linear.bakeSeconds }]
}

/** Rounded to two decimals. */
function exposure(steps: readonly Step[]): number {
  const tenthSeconds = steps
    .filter((step) => step.weight < 100)
    .reduce((sum, step) => sum + toTenths(step.weight) * step.bakeSeconds, 0)
  return Math.round(tenthSeconds / 6) / 100
}
