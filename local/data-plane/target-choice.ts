import type { Target } from './target.ts'

export type RoutingAlgorithm = 'round_robin' | 'least_outstanding_requests' | 'weighted_random'

/** The next target in turn; `turn` counts requests and may start anywhere. */
export function chooseInTurn(targets: readonly Target[], turn: number): Target | undefined {
  return targets[turn % targets.length]
}

/** The target with the fewest requests in flight; among equals the next in turn. */
export function chooseLeastOutstanding(targets: readonly Target[], turn: number): Target | undefined {
  let chosen: Target | undefined
  for (let offset = 0; offset < targets.length; offset++) {
    const target = targets[(turn + offset) % targets.length]
    if (target && (!chosen || target.inFlight < chosen.inFlight)) chosen = target
  }
  return chosen
}

/**
 * In turn, but a target in slow start gets only the part of its share that has ramped up: linear from nothing to all
 * over `durationMs`. Smooth weighted round robin over the targets' running credits.
 */
export function chooseRamped(targets: readonly Target[], now: number, durationMs: number): Target | undefined {
  let total = 0
  let chosen: Target | undefined
  for (const target of targets) {
    const ramped = target.slowStartAt === undefined ? 1 : Math.min(1, (now - target.slowStartAt) / durationMs)
    target.credit += ramped
    total += ramped
    if (!chosen || target.credit > chosen.credit) chosen = target
  }
  if (chosen) chosen.credit -= total
  return chosen
}

export function chooseAtRandom(targets: readonly Target[]): Target | undefined {
  return targets[Math.floor(Math.random() * targets.length)]
}
