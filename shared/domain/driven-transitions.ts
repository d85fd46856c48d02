import type { Deployment, Driven } from './deployment.ts'
import { drivenWeight } from './driven.ts'
import { type DriverProgress, errorSentence, hasEnded, isSameLook, type LifecycleEvent } from './driver-progress.ts'
import { ConflictError } from './errors.ts'
import {
  beginBake,
  change,
  here,
  laterBy,
  type NewEvent,
  quietly,
  requireStage,
  said,
  systemActor,
  withEvent,
} from './record-change.ts'
import { otherSlot, type RawWeights } from './traffic.ts'
import type { TransitionEvent } from './transition-event.ts'

// What becomes of a record whose shift a driver owns.

/** From here on the driver's deployment may exist, so that whoever rolls back has something to look for. */
export function driverWanted(
  deployment: Deployment,
  { adopted }: Extract<TransitionEvent, { type: 'driver-wanted' }>,
  at: string,
): Deployment {
  requireStage(deployment, { type: 'driver-wanted', adopted }, ['shifting'])
  if (deployment.driven) return deployment
  const driven: Driven = { wantedAt: at, isAdopted: adopted !== null, progress: null, takingBack: null }
  const routes = deployment.routes.map((route) => ({ ...route, touched: true }))
  if (adopted === null) return quietly(deployment, at, { driven, routes })
  const taken = said('note', `CodeDeploy's ${adopted.deploymentId}, started outside Sluice, is taken over`)
  // It may have a share already, and keep it for longer than a creation may take.
  const event = { type: 'driver-followed', progress: adopted, diagnosis: null } as const
  return driverFollowed(withEvent({ ...deployment, driven, routes }, at, taken), event, at)
}

/**
 * What the driver reports. Each lifecycle event that moved on is an event of ours, and a weight that changed is a write, as
 * CodeDeploy's. What was seen at the end is not taken back by a look that began before it.
 */
export function driverFollowed(
  deployment: Deployment,
  { progress, diagnosis }: Extract<TransitionEvent, { type: 'driver-followed' }>,
  at: string,
): Deployment {
  const before = deployment.driven
  if (!before) throw new ConflictError(`${deployment.id} has no driver's deployment to follow`, here(deployment))
  if (isSettled(before.progress, progress)) return deployment
  const events = [
    ...progressEvents(deployment, before.progress, progress),
    ...(diagnosis === null ? [] : [said('note', diagnosis.text)]),
  ]
  if (events.length === 0 && sameProgress(before.progress, progress)) return deployment
  const isOpen = deployment.goal === 'plan' && deployment.endedAt === null
  const weight = drivenWeight(progress)
  const next = quietly(deployment, at, {
    driven: { ...before, progress, ...(diagnosis && { diagnosis }) },
    ...(isOpen && { weight, effectiveWeight: weight }),
    ...(isOpen && weight > 0 && deployment.firstShiftAt === null && firstShift(deployment, at)),
    // Creating it has a deadline; from here on the driver's own limits count.
    ...(isOpen && deployment.stage === 'shifting' && { deadlineAt: null }),
    ...(isOpen && progress.waitsFor !== 'ready' && { waitsFor: null }),
  })
  const told = events.reduce((record, event) => withEvent(record, at, event), next)
  return isOpen && weight !== deployment.weight ? { ...told, version: deployment.version + 1 } : told
}

/** From the first share on gates judge: one that was taken over may be below the first step of our plan for long. */
function firstShift({ settings }: Deployment, at: string): Pick<Deployment, 'firstShiftAt' | 'settledAt'> {
  return { firstShiftAt: at, settledAt: laterBy(at, settings.settleSeconds) }
}

/** The driver's deployment that takes ours back. */
export function driverTakenBack(
  deployment: Deployment,
  { progress }: Extract<TransitionEvent, { type: 'driver-taken-back' }>,
  at: string,
): Deployment {
  const before = deployment.driven
  if (!before || isSettled(before.takingBack, progress) || sameProgress(before.takingBack, progress)) return deployment
  const isNew = before.takingBack?.deploymentId !== progress.deploymentId
  const word = isNew ? 'takes it back' : `(which takes it back): ${progress.status}`
  const noted = quietly(
    deployment,
    at,
    { driven: { ...before, takingBack: progress } },
    said('note', `CodeDeploy's ${progress.deploymentId} ${word}`),
  )
  const from = before.progress === null ? 0 : drivenWeight(before.progress)
  if (progress.status !== 'succeeded' || from === 0) return noted
  return withEvent(noted, at, shiftEvent(deployment, { from, to: 0, deploymentId: progress.deploymentId }))
}

/** The driver has reached another step of the plan. Nothing was decided here: the record says what is. */
export function driverShifted(
  deployment: Deployment,
  event: Extract<TransitionEvent, { type: 'driver-shifted' }>,
  at: string,
): Deployment {
  requireStage(deployment, event, ['shifting', 'baking', 'awaiting-approval'])
  if (deployment.stage === 'baking' && event.step <= deployment.step) return deployment
  const weight = deployment.plan.steps[event.step]?.weight
  if (weight === undefined) throw new ConflictError(`${deployment.id} has no step ${event.step}`, here(deployment))
  const isAsking = deployment.stage === 'awaiting-approval'
  const unapproved = isAsking ? ': somebody let it go on that nobody has approved here' : ''
  return change(
    deployment,
    at,
    {
      ...beginBake(deployment, event, at),
      target: event.step,
      promote: null,
    },
    said('phase', `CodeDeploy has reached ${weight} %${unapproved}`),
  )
}

/** Once a deployment of the driver has ended, an older look says nothing new; neither does one at another deployment. */
function isSettled(before: DriverProgress | null, seen: DriverProgress): boolean {
  return (
    before !== null &&
    hasEnded(before) &&
    before.deploymentId === seen.deploymentId &&
    before.rollbackId === seen.rollbackId &&
    !isBetterError(before, seen)
  )
}

/** AWS may give the reason a little later than the end. */
function isBetterError(before: DriverProgress, seen: DriverProgress): boolean {
  return hasEnded(seen) && before.error === null && seen.error !== null
}

function sameProgress(a: DriverProgress | null, b: DriverProgress): boolean {
  return a !== null && isSameLook(a, b)
}

function* progressEvents(
  deployment: Deployment,
  before: DriverProgress | null,
  now: DriverProgress,
): Generator<NewEvent> {
  const { deploymentId } = now
  if (before === null && !deployment.driven?.isAdopted) yield said('note', `CodeDeploy's deployment is ${deploymentId}`)
  for (const event of now.events) if (isNews(event, before)) yield said('note', lifecycleSentence(deploymentId, event))
  const [from, to] = [before === null ? 0 : drivenWeight(before), drivenWeight(now)]
  if (from !== to && now.weight !== null) yield shiftEvent(deployment, { from, to, deploymentId })
  if (before !== null && before.status !== now.status && (hasEnded(now) || now.status === 'ready'))
    yield said(
      'note',
      `CodeDeploy's ${deploymentId} is ${now.status}${now.error ? `: ${errorSentence(now.error)}` : ''}`,
    )
}

/** Pending is where every event begins: that is no news. */
function isNews({ name, status }: LifecycleEvent, before: DriverProgress | null): boolean {
  return status !== 'pending' && before?.events.find((one) => one.name === name)?.status !== status
}

function lifecycleSentence(deploymentId: string, { name, status, problem }: LifecycleEvent): string {
  return `CodeDeploy's ${deploymentId}: ${name} ${status}${problem === undefined ? '' : `: ${problem}`}`
}

function shiftEvent(
  { canary, routes }: Deployment,
  { from, to, deploymentId }: { readonly from: number; readonly to: number; readonly deploymentId: string },
): NewEvent {
  const sides = (percent: number): RawWeights => ({
    blue: 0,
    green: 0,
    [canary]: percent,
    [otherSlot(canary)]: 100 - percent,
  })
  const resource = routes[0]?.resource
  return {
    type: 'write',
    actor: systemActor,
    reason: `shifted by CodeDeploy's ${deploymentId}`,
    ...(resource !== undefined && { resource }),
    before: sides(from),
    after: sides(to),
  }
}
