import { approve, pause, promote, resume } from './command-transitions.ts'
import { type Deployment, isFinal, isOver, type Phase } from './deployment.ts'
import { driftNoted, overwriteWanted } from './drift-transitions.ts'
import { driverFollowed, driverShifted, driverTakenBack, driverWanted } from './driven-transitions.ts'
import { ConflictError } from './errors.ts'
import { afterSuccess, beforeLateRestore } from './late-transitions.ts'
import { whileQueued } from './queue-transitions.ts'
import {
  beginBake,
  change,
  end,
  here,
  notedDrift,
  quietly,
  requireStage,
  said,
  settled,
  verdictEvent,
  withDrift,
  withRoute,
  writeEvent,
} from './record-change.ts'
import { finishRollBack, partlyRestored, startRollBack, whileRollingBack } from './rollback-transitions.ts'
import type { TransitionEvent } from './transition-event.ts'

export { systemActor } from './record-change.ts'
export type { TransitionEvent } from './transition-event.ts'

type Changes = Partial<Deployment>
/**
 * The only way a deployment changes. Returns the next record, with its event in `lastEvents`, or the very same object
 * when the event repeats what is already so.
 *
 * @param at - When, ISO 8601 (local time).
 * @throws {ConflictError} If the phase forbids it; final phases absorb.
 * @throws {ValidationError} If a resume after drift does not say what to do with the foreign change.
 */
export function transition(deployment: Deployment, event: TransitionEvent, at: string): Deployment {
  if (isFinal(deployment.phase)) return absorb(deployment, event, at)
  if (deployment.goal === 'snapshot') return whileRollingBack(deployment, event, at)
  if (deployment.stage === 'queued') return whileQueued(deployment, event, at)
  switch (event.type) {
    case 'dequeued':
    case 'start-blocked':
    case 'held-back':
      throw new ConflictError(
        `${deployment.id} is ${deployment.phase}: it does not wait for its turn`,
        here(deployment),
      )
    case 'prepared':
      requireStage(deployment, event, ['preparing'])
      return change(
        deployment,
        at,
        {
          stage: 'verifying',
          findings: event.findings,
          routes: deployment.routes.map((route) => ({
            ...route,
            snapshot: event.snapshots[route.resource] ?? route.snapshot,
            stableHealthyBefore: event.stableHealthy[route.resource] ?? null,
          })),
          deadlineAt: event.deadlineAt,
          nextActionAt: event.deadlineAt,
        },
        said('phase', 'preflight passed; snapshot taken'),
      )
    case 'refused':
      requireStage(deployment, event, ['preparing'])
      return end(deployment, at, 'rejected', { type: 'preflight', reason: event.reason }, { findings: event.findings })
    case 'touched':
      return quietly(deployment, at, {
        routes: withRoute(deployment, event.resource, (route) => ({
          ...route,
          touched: true,
          snapshot: event.snapshot,
        })),
      })
    case 'test-pointed':
      return quietly(deployment, at, {
        routes: withRoute(deployment, event.resource, (route) => ({
          ...route,
          test: { resource: event.testResource, snapshot: event.snapshot },
        })),
      })
    case 'test-restored':
      return quietly(deployment, at, {
        routes: withRoute(deployment, event.resource, (route) => ({ ...route, test: null })),
      })
    case 'written':
      return quietly(deployment, at, withChange(deployment, event), writeEvent(event))
    case 'shift-wanted':
      requireStage(deployment, event, ['verifying', 'baking', 'awaiting-approval'])
      return change(
        deployment,
        at,
        {
          stage: 'shifting',
          target: event.step,
          promote: null,
          deadlineAt: event.deadlineAt,
          nextActionAt: at,
          waitsFor: null,
          overwrites: 0,
        },
        said('phase', event.reason),
      )
    case 'shift-delayed':
      requireStage(deployment, event, ['shifting'])
      return quietly(deployment, at, { nextActionAt: event.until, waitsFor: null }, said('note', event.reason))
    case 'raise-blocked':
      requireStage(deployment, event, ['shifting'])
      return raiseBlocked(deployment, event, at)
    case 'approval-wanted':
      // A driver waits for it in the middle of a step: its deployment is there and has no traffic yet.
      requireStage(deployment, event, deployment.driven ? ['shifting'] : ['verifying', 'baking'])
      return change(
        deployment,
        at,
        {
          stage: 'awaiting-approval',
          target: event.step,
          promote: null,
          deadlineAt: event.deadlineAt,
          nextActionAt: event.deadlineAt,
        },
        said(
          'phase',
          `step ${event.step} (${weightOf(deployment, event.step)} %) waits for ${deployment.settings.approvals.required} approval(s)`,
        ),
      )
    case 'shifted':
      return shifted(deployment, event, at)
    case 'driver-wanted':
      return driverWanted(deployment, event, at)
    case 'driver-followed':
      return driverFollowed(deployment, event, at)
    case 'driver-shifted':
      return driverShifted(deployment, event, at)
    case 'prolonged':
      return event.until === deployment.nextActionAt
        ? deployment
        : quietly(deployment, at, { nextActionAt: event.until })
    case 'verdict':
      return change(deployment, at, {}, verdictEvent(event))
    case 'succeeded':
      requireStage(deployment, event, ['baking'])
      return end(deployment, at, 'succeeded', null, { step: deployment.plan.steps.length - 1 })
    case 'halt':
      if (deployment.hold?.kind === 'halted') return deployment
      return change(
        deployment,
        at,
        {
          hold: { kind: 'halted', since: deployment.hold?.since ?? at, until: null, cause: event.cause },
          cause: event.cause,
          nextActionAt: null,
          routes: notedDrift(deployment, event.drift, at),
        },
        withDrift(said('phase', event.cause.reason), event.drift),
      )
    case 'roll-back':
      return startRollBack(deployment, event, at)
    case 'drift-noted':
      return driftNoted(deployment, event, at)
    case 'overwrite-wanted':
      return overwriteWanted(deployment, event, at)
    case 'driver-taken-back':
    case 'restored':
    case 'partly-restored':
    case 'restore-failed':
      throw new ConflictError(`${deployment.id} is ${deployment.phase}: nobody asked for a rollback`, here(deployment))
    case 'old-side-ready':
      throw new ConflictError(`${deployment.id} is ${deployment.phase}: it is no late rollback`, here(deployment))
    case 'changed-after-end':
    case 'failed-late':
    case 'late-watch-over':
    case 'taken-back':
      throw new ConflictError(`${deployment.id} is ${deployment.phase}: it has not ended`, here(deployment))
    case 'succeeded-by':
      return quietly(deployment, at, { execution: event.execution }, said('note', event.reason))
    case 'note':
      return quietly(
        deployment,
        at,
        {},
        {
          ...said('note', event.reason),
          ...(event.evidence && { evidence: event.evidence }),
        },
      )
    case 'pause':
      return pause(deployment, event, at)
    case 'resume':
      return resume(deployment, event, at)
    case 'promote':
      return promote(deployment, event, at)
    case 'approve':
      return approve(deployment, event, at)
  }
}

/** Final phases absorb: only a repeated wish for what is already so passes, and a failed rollback may still succeed. */
function absorb(deployment: Deployment, event: TransitionEvent, at: string): Deployment {
  if (event.type === 'note') return quietly(deployment, at, {}, said('note', event.reason))
  if (event.type === 'written') return quietly(deployment, at, {}, writeEvent(event))
  if (event.type === 'changed-after-end' && isOver(deployment.phase)) return changedAfterEnd(deployment, event, at)
  if (event.type === 'test-restored') {
    return quietly(deployment, at, {
      routes: withRoute(deployment, event.resource, (route) => ({ ...route, test: null })),
    })
  }
  if (deployment.phase === 'rollback-failed') {
    if (event.type === 'driver-followed') return driverFollowed(deployment, event, at)
    if (event.type === 'driver-taken-back') return driverTakenBack(deployment, event, at)
    if (event.type === 'restored') return finishRollBack(deployment, event, at, 'rolled-back')
    if (event.type === 'partly-restored') return partlyRestored(deployment, event, at)
    if (event.type === 'roll-back' || event.type === 'restore-failed') return deployment
    if (event.type === 'refused' || event.type === 'old-side-ready') return beforeLateRestore(deployment, event, at)
  }
  const undone: readonly Phase[] = ['rolled-back', 'aborted', 'superseded', 'rejected']
  if ((event.type === 'roll-back' || event.type === 'restored') && undone.includes(deployment.phase)) return deployment
  if (event.type === 'succeeded' && deployment.phase === 'succeeded') return deployment
  const late = deployment.phase === 'succeeded' ? afterSuccess(deployment, event, at) : null
  if (late !== null) return late
  throw new ConflictError(`${deployment.id} has ended: ${deployment.phase}`, here(deployment))
}

/** Said once of each route: what follows there is somebody else's matter. */
function changedAfterEnd(
  deployment: Deployment,
  { resource, found, reason }: Extract<TransitionEvent, { type: 'changed-after-end' }>,
  at: string,
): Deployment {
  const concerned = deployment.routes.find((route) => route.resource === resource)
  if (!concerned || concerned.changedAfterEnd) return deployment
  const routes = withRoute(deployment, resource, (route) => ({ ...route, changedAfterEnd: { at, found } }))
  return quietly(deployment, at, { routes }, { ...said('note', reason), resource, after: found })
}

function shifted(deployment: Deployment, event: Extract<TransitionEvent, { type: 'shifted' }>, at: string): Deployment {
  requireStage(deployment, event, ['shifting'])
  const step = deployment.plan.steps[event.step]
  if (!step || event.step !== deployment.target)
    throw new ConflictError(`step ${event.step} is not the one being written`, here(deployment))
  return change(
    deployment,
    at,
    {
      ...beginBake(deployment, event, at),
      weight: step.weight,
      effectiveWeight: step.effectiveWeight,
    },
    said('phase', `${step.weight} % written and read back`),
  )
}

/** The time until then is not the step's: its deadline moves. What is said once need not be said at every try. */
function raiseBlocked(
  deployment: Deployment,
  { block, until, deadlineAt }: Extract<TransitionEvent, { type: 'raise-blocked' }>,
  at: string,
): Deployment {
  const isNews = deployment.waitsFor?.reason !== block.reason
  const changes = { waitsFor: block, nextActionAt: until, deadlineAt }
  return quietly(deployment, at, changes, isNews ? said('note', `the raise waits: ${block.reason}`) : undefined)
}

function weightOf(deployment: Deployment, step: number): number {
  return deployment.plan.steps[step]?.weight ?? 0
}

/** Whoever goes on from the record can ask how far the change has spread. */
function withChange(
  deployment: Deployment,
  { resource, changeId }: Extract<TransitionEvent, { type: 'written' }>,
): Changes {
  const change = changeId ? { change: { id: changeId, step: deployment.target } } : {}
  return { routes: withRoute(deployment, resource, (route) => ({ ...settled(route), ...change })) }
}
