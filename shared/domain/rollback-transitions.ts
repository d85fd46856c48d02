import type { Cause, Deployment, FinalPhase, RestoreOutcome, RouteProgress } from './deployment.ts'
import { driverFollowed, driverTakenBack } from './driven-transitions.ts'
import { ConflictError } from './errors.ts'
import { beforeLateRestore } from './late-transitions.ts'
import {
  change,
  commandEvent,
  here,
  isPersonal,
  laterBy,
  quietly,
  said,
  withDrift,
  withEvent,
  withRoute,
  writeEvent,
} from './record-change.ts'
import type { TransitionEvent } from './transition-event.ts'

// From the decision to roll back to its end.

export function startRollBack(
  deployment: Deployment,
  { cause, drift }: Extract<TransitionEvent, { type: 'roll-back' }>,
  at: string,
): Deployment {
  const started = change(
    deployment,
    at,
    {
      goal: 'snapshot',
      phase: 'rolling-back',
      hold: null,
      promote: null,
      cause,
      nextActionAt: at,
      deadlineAt: null,
    },
    withDrift(said('phase', cause.reason, cause.actor), drift),
  )
  return isPersonal(cause) ? withEvent(started, at, commandEvent('abort', cause)) : started
}

/** After the decision to roll back nothing raises traffic any more; only the restore goes on. */
export function whileRollingBack(deployment: Deployment, event: TransitionEvent, at: string): Deployment {
  switch (event.type) {
    case 'restored':
      return finishRollBack(deployment, event, at, endOfRollBack(deployment))
    case 'partly-restored':
      return partlyRestored(deployment, event, at)
    case 'restore-failed':
      return change(
        deployment,
        at,
        { phase: 'rollback-failed', endedAt: at, nextActionAt: at },
        said('phase', event.reason),
      )
    case 'written':
      return quietly(deployment, at, {}, writeEvent(event))
    case 'test-restored':
      return quietly(deployment, at, {
        routes: withRoute(deployment, event.resource, (route) => ({ ...route, test: null })),
      })
    case 'driver-followed':
      return driverFollowed(deployment, event, at)
    case 'driver-taken-back':
      return driverTakenBack(deployment, event, at)
    case 'note':
      return quietly(deployment, at, {}, said('note', event.reason))
    case 'succeeded-by':
      return quietly(deployment, at, { execution: event.execution }, said('note', event.reason))
    case 'roll-back':
      // Abort outranks: a person who asks while a rollback is under way gets the outcome that was asked for.
      return isPersonal(event.cause) && !isPersonal(deployment.cause) && deployment.lateRollbackOf === undefined
        ? change(deployment, at, { cause: event.cause }, commandEvent('abort', event.cause))
        : deployment
    case 'refused':
    case 'old-side-ready':
      return beforeLateRestore(deployment, event, at)
    default:
      throw new ConflictError(`${deployment.id} is rolling back`, here(deployment))
  }
}

export function finishRollBack(
  deployment: Deployment,
  { tailSeconds = 0 }: Extract<TransitionEvent, { type: 'restored' }>,
  at: string,
  phase: FinalPhase,
): Deployment {
  const tail = tailSeconds > 0 ? { seconds: tailSeconds, endsAt: laterBy(at, tailSeconds) } : null
  const lingering = tail
    ? `; resolvers may send clients to ${deployment.canary} for up to ${tail.seconds} s more, until ${tail.endsAt}`
    : ''
  return change(
    deployment,
    at,
    {
      phase,
      weight: 0,
      effectiveWeight: 0,
      endedAt: at,
      nextActionAt: null,
      deadlineAt: null,
      routes: deployment.routes.map((route) => withRestore(route, { status: 'restored', at })),
      ...(tail && { tail }),
    },
    said('phase', `traffic read back equal to the snapshot${lingering}`),
  )
}

/** Some routes are back and some are not: the record says which, and why, until a later try brings back the rest. */
export function partlyRestored(
  deployment: Deployment,
  { outcomes }: Extract<TransitionEvent, { type: 'partly-restored' }>,
  at: string,
): Deployment {
  const failed = outcomes.flatMap(({ resource, failure }) => (failure === null ? [] : [`${resource}: ${failure}`]))
  const restored = outcomes.length - failed.length
  const routes = deployment.routes.map((route) => {
    const outcome = outcomes.find(({ resource }) => resource === route.resource)
    if (!outcome) return route
    const { failure } = outcome
    return withRestore(route, failure === null ? { status: 'restored', at } : { status: 'failed', at, reason: failure })
  })
  return quietly(
    deployment,
    at,
    { routes },
    said('note', `${restored} of ${outcomes.length} routes restored; not yet: ${failed.join('; ')}`),
  )
}

/** Only what was touched had to be restored. */
function withRestore(route: RouteProgress, restore: RestoreOutcome): RouteProgress {
  return route.touched ? { ...route, restore } : route
}

/** A late rollback was never anything but a rollback, whoever asked for it. */
function endOfRollBack({ cause, lateRollbackOf }: Deployment): FinalPhase {
  return lateRollbackOf === undefined ? endOf(cause) : 'rolled-back'
}

/** The final phase of what was ended for this reason, once traffic is where it was. */
export function endOf(cause: Cause | null): FinalPhase {
  if (isPersonal(cause)) return 'aborted'
  return cause?.type === 'superseded' ? 'superseded' : 'rolled-back'
}
