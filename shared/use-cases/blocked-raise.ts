import type { Deps } from '../deps.ts'
import type { Deployment } from '../domain/deployment.ts'
import type { RaiseBlock } from '../domain/raise-block.ts'
import type { Route } from '../domain/service.ts'
import { canaryPercent, type RouteState } from '../domain/traffic.ts'
import { toInstant } from '../ports/clock.ts'
import { changeDeployment } from './change-deployment.ts'
import { shiftSeconds } from './perform-action.ts'
import { findRaiseBlock } from './raise-blocks.ts'

/**
 * How soon a raise is tried again that waits for a person, seconds. Who lets the line run again wakes it at once; this is
 * for a wake-up that was lost, and seldom enough that the execution's history lasts for weeks of waiting.
 */
const retryStoppedSeconds = 900

/** A raise met a stopped line or an open freeze window; nothing was written. */
export class RaiseBlocked extends Error {
  override readonly name = 'RaiseBlocked'
  constructor(readonly block: RaiseBlock) {
    super(`no raise now: ${block.reason}`)
  }
}

export interface PlannedShare {
  readonly route: Route
  /** What the canary is to have, percent. */
  readonly percent: number
}

/**
 * What keeps a step waiting; null where nothing does, or where no route would get a greater share: a step that is in
 * place already only has to be recorded, and a foreign change above the plan may be taken down at any time.
 *
 * @throws {TransientError} If it cannot be told.
 */
export async function findBlockedRaise(
  deps: Deps,
  deployment: Deployment,
  shares: readonly PlannedShare[],
): Promise<RaiseBlock | null> {
  const block = await findRaiseBlock(deps, deployment)
  if (block === null) return null
  for (const { route, percent } of shares) {
    const router = deps.routerFor(route)
    const seen = await router.read()
    const target = router.target(seen, { canary: deployment.canary, percent, keepIdle: true })
    if (isRaise(deployment, seen, target)) return block
  }
  return null
}

/**
 * The last look at the line and the freeze windows, just before a write.
 *
 * @throws {RaiseBlocked} If the write would raise the canary's share, and may not now.
 */
export async function requireMayRaise(
  deps: Deps,
  deployment: Deployment,
  seen: RouteState,
  target: RouteState,
): Promise<void> {
  if (!isRaise(deployment, seen, target)) return
  const block = await findRaiseBlock(deps, deployment)
  if (block) throw new RaiseBlocked(block)
}

/** Puts off the step that is being written, its deadline with it: waiting is nobody's failure. */
export async function waitForRaise(deps: Deps, id: string, block: RaiseBlock): Promise<Deployment> {
  const until = block.until ?? toInstant(deps.clock.now() + retryStoppedSeconds * 1000)
  const deadlineAt = toInstant(Date.parse(until) + shiftSeconds * 1000)
  const waiting = await changeDeployment(deps, id, (newest) =>
    newest.stage === 'shifting' && newest.hold === null && newest.goal === 'plan' && newest.endedAt === null
      ? { type: 'raise-blocked', block, until, deadlineAt }
      : null,
  )
  return block.until === null ? goOnIfReleased(deps, waiting) : waiting
}

/** Who let the line run before the wait was saved found nobody to wake: so it is looked at once more. */
async function goOnIfReleased(deps: Deps, waiting: Deployment): Promise<Deployment> {
  if (!waitsForLine(waiting) || (await findRaiseBlock(deps, waiting)) !== null) return waiting
  return changeDeployment(deps, waiting.id, (newest) =>
    waitsForLine(newest)
      ? { type: 'shift-delayed', until: toInstant(deps.clock.now()), reason: 'the line runs again' }
      : null,
  )
}

/** True for a raise that only a person can release. One that is paused or halted besides tries when that is over. */
export function waitsForLine({ phase, waitsFor }: Deployment): boolean {
  return phase === 'shifting' && waitsFor?.finding === 'stopped'
}

/** Where nobody gets any traffic, any share is more. */
function isRaise({ canary }: Deployment, seen: RouteState, target: RouteState): boolean {
  return (canaryPercent(target.weights, canary) ?? 0) > (canaryPercent(seen.weights, canary) ?? 0)
}
