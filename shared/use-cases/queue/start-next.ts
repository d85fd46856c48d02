import type { Deps } from '../../deps.ts'
import { type Deployment, isOver } from '../../domain/deployment.ts'
import { drivenRouteIn } from '../../domain/driven.ts'
import { ValidationError } from '../../domain/errors.ts'
import { adoptableIn, foreignIn } from '../../domain/foreign-deployments.ts'
import type { RaiseBlock } from '../../domain/raise-block.ts'
import { type Route, resourceOf, type Service } from '../../domain/service.ts'
import type { TransitionEvent } from '../../domain/transition.ts'
import { changeDeployment, loadDeployment } from '../change-deployment.ts'
import { findGroup } from '../drive/group-facts.ts'
import { fromService } from '../new-deployment.ts'
import { findRaiseBlock } from '../raise-blocks.ts'
import { resolveRoutes } from '../resolve-routes.ts'
import { resolveStable } from '../resolve-stable.ts'
import { closeDeployment } from '../roll-back.ts'
import { startWorkflow } from '../start-workflow.ts'
import { readWaiting, type Waiting } from './read-waiting.ts'

/** How many turns one call takes at most; each but the last ends a deployment that could not start. */
const mostTurns = 50

/**
 * Starts the deployment that has waited longest, if the service is free and nothing blocks it. Takes the service first,
 * then decides in the record, then leaves the queue and starts the workflow. Each may be repeated: a service that is
 * taken by one that still waits is gone on with, an entry of one that has started only leaves the queue.
 *
 * @throws {TransientError | UpstreamError} If it cannot be told or done; the next call, or the check, goes on.
 */
export async function startNext(deps: Deps, service: string): Promise<void> {
  for (let turn = 0; turn < mostTurns; turn++) if (!(await takeTurn(deps, service))) return
}

/** For callers whose own work is done: what fails now the check makes up for. */
export async function startNextQuietly(deps: Deps, service: string): Promise<void> {
  try {
    await startNext(deps, service)
  } catch (error) {
    deps.logger.warn('start-next-failed', { service, error })
  }
}

/** @returns True if there is something left to do: the one whose turn it was has ended, or the service has moved. */
async function takeTurn(deps: Deps, service: string): Promise<boolean> {
  const waiting = await readWaiting(deps, service)
  if (waiting.length === 0) return false
  const holder = await deps.deployments.pointer(service)
  if (holder !== null) {
    const open = await deps.deployments.load(holder)
    if (!open || !(open.phase === 'queued' || isOver(open.phase))) return false
    if (isOver(open.phase)) return !!(await closeDeployment(deps, holder))
  }
  // Whoever took the service for one that still waits did not get further: it is that one's turn.
  const next = holder === null ? waiting[0] : waiting.find(({ deployment }) => deployment.id === holder)
  return next === undefined || start(deps, next)
}

async function start(deps: Deps, { deployment, entry }: Waiting): Promise<boolean> {
  const { id, service } = deployment
  const document = await deps.services.get(service)
  const block = document && (await findStartBlock(deps, deployment, document))
  if (block) {
    await noteBlock(deps, id, block)
    await letGo(deps, deployment)
    return false
  }
  if ((await deps.deployments.takePointer(service, id)) !== id) return true
  // From here on the document cannot lose its routes: a PUT or DELETE that wants that looks at the pointer after its save.
  if ((await deps.services.get(service))?.revision !== document?.revision) return true
  const turn = await decideTurn(deps, deployment, document)
  const now = await changeDeployment(deps, id, ({ phase }) => (phase === 'queued' ? turn : null))
  await deps.deployments.leaveQueue(entry)
  if (isOver(now.phase)) return !!(await closeDeployment(deps, id))
  await startWorkflow(deps, now)
  return false
}

/**
 * Whoever took the service for one that may not start now did not get further: what was watched before is watched on. Where
 * somebody has started it meanwhile, the service is its own again.
 */
async function letGo(deps: Deps, { id, service }: Deployment): Promise<void> {
  if ((await deps.deployments.pointer(service)) !== id) return
  await deps.deployments.freePointer(service, id)
  const { phase } = await loadDeployment(deps, id)
  if (phase !== 'queued' && !isOver(phase)) await deps.deployments.takePointer(service, id)
}

/** Which side serves, and what the service wants, is asked only now: the deployment before it may have changed both. */
async function decideTurn(
  deps: Deps,
  { service, queued = { takesOver: false } }: Deployment,
  document: Service | null,
): Promise<TransitionEvent> {
  const refused = (reason: string) => ({ type: 'refused', findings: [], reason }) as const
  if (!document) return refused(`service "${service}" was removed while the deployment waited`)
  try {
    const resolved = await resolveRoutes(deps, document, queued)
    const stable = await resolveStable(deps, resolved, queued.to)
    return { type: 'dequeued', stable, ...fromService(resolved, queued) }
  } catch (error) {
    if (error instanceof ValidationError) return refused(error.message)
    throw error
  }
}

/** What keeps a start waiting, by the service's freeze windows of now, and by what runs in its deployment group. */
export async function findStartBlock(
  deps: Deps,
  deployment: Deployment,
  { routes, freeze = [] }: Service,
): Promise<RaiseBlock | null> {
  const block = await findRaiseBlock(deps, { ...deployment, settings: { ...deployment.settings, freeze } })
  return block ?? (await findBusyGroup(deps, routes))
}

/** Somebody else's deployment may yet swap the sides: which one serves can be told only when that has ended. */
async function findBusyGroup(deps: Pick<Deps, 'inspector'>, routes: readonly Route[]): Promise<RaiseBlock | null> {
  const route = drivenRouteIn(routes)
  if (route === null) return null
  const running = (await findGroup(deps, route))?.running ?? []
  const isTakenOver = route.onForeignDeployment === 'adopt' && adoptableIn(running).length > 0
  const [foreign] = isTakenOver ? [] : foreignIn(running)
  if (foreign === undefined) return null
  const reason = `${foreign.deploymentId} runs in ${resourceOf(route)}, created outside Sluice`
  return { finding: 'codedeploy-busy', reason, until: null }
}

export async function noteBlock(deps: Deps, id: string, block: RaiseBlock): Promise<void> {
  await changeDeployment(deps, id, ({ phase }) => (phase === 'queued' ? { type: 'start-blocked', block } : null))
}
