import type { Deps } from '../../deps.ts'
import { type Cause, type Deployment, isFinal } from '../../domain/deployment.ts'
import { changeDeployment } from '../change-deployment.ts'
import { haltAsUnsafe } from '../roll-back-if-safe.ts'
import { findUnsafeStable } from '../safe-side.ts'
import { readWaiting, takenOverBy } from './read-waiting.ts'
import { findStartBlock, noteBlock, startNext } from './start-next.ts'

/** Performs a rollback that was recorded: directly, or by the function that may write traffic. */
export type Restore = (deps: Deps, id: string, cause: Cause) => Promise<unknown>

/** Does whatever is next for what waits: takes the place of the open one where that was asked for, and starts the first. */
export async function advanceQueue(deps: Deps, service: string, restore: Restore): Promise<void> {
  await supersedeOpen(deps, service, restore)
  await startNext(deps, service)
}

/**
 * Rolls the open deployment back if the next one was asked for to take its place: recorded first, then performed. Not while
 * the next one could not start (a freeze window, a stopped line), and not where stable could not carry what comes back:
 * then the open one halts, a person is called, and the next one waits with that reason. One that is open still when
 * stable is well again is rolled back then.
 *
 * @throws What `restore` throws; the goal stands, and the check goes on.
 */
async function supersedeOpen(deps: Deps, service: string, restore: Restore): Promise<void> {
  const next = (await readWaiting(deps, service))[0]?.deployment
  if (!next?.queued?.takesOver) return
  const open = await readOlderOpen(deps, next)
  if (!open || (await isBlocked(deps, next))) return
  const cause = takenOverBy(next)
  const unsafe = await findUnsafeStable(deps, open)
  if (unsafe !== null) return holdBack(deps, next, open, unsafe)
  const decided = await changeDeployment(deps, open.id, ({ phase }) =>
    isFinal(phase) ? null : { type: 'roll-back', cause },
  )
  if (!isFinal(decided.phase)) await restore(deps, open.id, decided.cause ?? cause)
}

/** Null where nothing is open, where it is being rolled back already, and where it was asked for later. */
async function readOlderOpen(deps: Deps, next: Deployment): Promise<Deployment | null> {
  const holder = await deps.deployments.pointer(next.service)
  const open = holder === null || holder >= next.id ? null : await deps.deployments.load(holder)
  if (!open || isFinal(open.phase) || open.phase === 'queued' || open.goal === 'snapshot') return null
  return open
}

async function isBlocked(deps: Deps, next: Deployment): Promise<boolean> {
  const document = await deps.services.get(next.service)
  const block = document && (await findStartBlock(deps, next, document))
  if (!block) return false
  await noteBlock(deps, next.id, block)
  return true
}

/** Once: a person who then lets the open one go on has weighed it. */
async function holdBack(deps: Deps, next: Deployment, open: Deployment, unsafe: string): Promise<void> {
  if (next.heldBack?.deployment === open.id) return
  await haltAsUnsafe(deps, open, { cause: takenOverBy(next), unsafe })
  await changeDeployment(deps, next.id, ({ phase }) =>
    phase === 'queued' ? { type: 'held-back', by: { deployment: open.id, reason: unsafe } } : null,
  )
}
