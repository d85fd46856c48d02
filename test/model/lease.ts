import { type Run, setState, writingOf } from './run.ts'
import type { LeaseAge, LeaseItem, Weight } from './state.ts'

// A route's lease, and what its holder can know of it.

export function setLease(run: Run, route: number, changes: Partial<LeaseItem>) {
  const routes = run.state.routes.map((one, index) =>
    index === route ? { ...one, lease: { ...one.lease, ...changes } } : one,
  )
  setState(run, { routes })
}

export function leaseOf({ state }: Pick<Run, 'state'>, route: number): LeaseItem {
  const found = state.routes[route]
  if (!found) throw new Error(`there is no route ${route}`)
  return found.lease
}

export function liveOf({ state }: Pick<Run, 'state'>, route: number): Weight {
  const found = state.routes[route]
  if (!found) throw new Error(`there is no route ${route}`)
  return found.live
}

export function isFree({ holder, age }: LeaseItem): boolean {
  return holder === null || age === 2
}

/** True while nobody has taken the lease since. */
export function isNewest(run: Run): boolean {
  const { fence, route } = writingOf(run)
  return leaseOf(run, route).fence === fence
}

/** By the holder's own clock: who took it since found it run out. */
export function ageOf(run: Run): LeaseAge {
  return isNewest(run) ? leaseOf(run, writingOf(run).route).age : 2
}

/** Whether a write may still start under the lease that it has. */
export function hasTime(run: Run): boolean {
  return run.state.config.without === 'fence' || ageOf(run) === 0
}
