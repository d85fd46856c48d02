import type { Deps } from '../deps.ts'
import { NotFoundError, UpstreamError, ValidationError } from '../domain/errors.ts'
import type { Service } from '../domain/service.ts'
import { canaryPercent, otherSlot, type Slot } from '../domain/traffic.ts'

/** The slot that serves now is stable; a mixed routing is preflight's matter, the larger share counts as stable. */
export async function resolveStable(deps: Deps, service: Service, to: Slot | undefined): Promise<Slot> {
  const serving = await readServing(deps, service)
  if (to === undefined) return serving?.slot ?? 'blue'
  if (serving?.whole && serving.slot === to) {
    throw new ValidationError(`"${to}" serves already`, [
      { path: 'to', message: `must be the slot that does not serve: "${otherSlot(to)}", or leave it out` },
    ])
  }
  return otherSlot(to)
}

/** The slot that serves on the first of the routes, and whether it has everything; null where that cannot be told. */
export async function readServing(
  deps: Pick<Deps, 'routerFor'>,
  service: Pick<Service, 'routes'>,
): Promise<{ slot: Slot; whole: boolean } | null> {
  const route = service.routes[0]
  if (!route) return null
  try {
    const state = await deps.routerFor(route).read()
    const green = canaryPercent(state.weights, 'green')
    return green === null ? null : { slot: green >= 50 ? 'green' : 'blue', whole: green === 0 || green === 100 }
  } catch (error) {
    // A rule that is gone or forwards no more is a finding of the deployment, not a reason to refuse the request.
    if (error instanceof NotFoundError || error instanceof UpstreamError) return null
    throw error
  }
}
