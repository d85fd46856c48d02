import type { Step } from './plan.ts'
import type { Route } from './service.ts'
import { maxRouterWeight } from './traffic.ts'

/** Routes that move together. */
export interface Wave {
  readonly wave: number
  /** The highest weight that one side of the coarsest router in it can have. */
  readonly maxWeight: number
}

/** The waves of a service's routes, in the order in which they run. */
export function wavesOf(routes: readonly Route[]): readonly Wave[] {
  const numbers = [...new Set(routes.map(({ wave }) => wave))].sort((a, b) => a - b)
  return numbers.map((wave) => {
    const weights = routes.filter((route) => route.wave === wave).map(({ kind }) => maxRouterWeight[kind])
    return { wave, maxWeight: Math.min(...weights) }
  })
}

type Waved = Pick<Step, 'wave'>

/** True for a route whose weight this step writes. */
export function isMovedBy(route: Pick<Route, 'wave'>, step: Waved): boolean {
  return step.wave === undefined || route.wave === step.wave
}

/** True for a route that this step, or a wave before it, moves: its canary gets traffic. */
export function isReachedBy(route: Pick<Route, 'wave'>, step: Waved): boolean {
  return step.wave === undefined || route.wave <= step.wave
}

/** The last step of the wave that step number `index` belongs to. */
export function lastStepOfWave(steps: readonly Waved[], index: number): number {
  const wave = steps[index]?.wave
  return steps.findLastIndex((step) => step.wave === wave)
}
