import type { GroupHealth } from './capacity.ts'
import { driverErrorHelp, vagueErrorCodes } from './driver-error-help.ts'
import type { DriverProgress, LifecycleEvent } from './driver-progress.ts'
import { type EventTimes, findStall, hookDeadlineSeconds, kindOfEvent, type Stall } from './driver-stall.ts'
import type { Role } from './traffic.ts'

/** What is known beside what CodeDeploy reports. */
export interface DriverSurroundings extends EventTimes {
  readonly progress: DriverProgress
  /** Target group of each side; null where there is none, or it could not be read. */
  readonly sides: Readonly<Record<Role, GroupHealth | null>>
  /** The group's alarms that fire or did, each with since when. */
  readonly firingAlarms: readonly { readonly name: string; readonly reason: string }[]
  /** What could not be read, one sentence each. */
  readonly notRead: readonly string[]
}

/** Why a driver's deployment has stalled or failed. */
export interface DriverDiagnosis {
  readonly title: string
  /** What was found, a sentence each, the nearest to the cause first. */
  readonly sentences: readonly string[]
  /** What helps. */
  readonly help: string
}

/** Why a deployment failed, was stopped, or does not go on; null where nothing is wrong with it. */
export function diagnose(found: DriverSurroundings): DriverDiagnosis | null {
  const { progress } = found
  if (progress.status === 'succeeded') return null
  const failed = progress.events.find(({ status }) => status === 'failed') ?? null
  if (failed !== null || progress.error !== null || progress.status === 'failed')
    return describe(found, failed, titleOfFailure(progress, failed))
  const stall = findStall(progress, found)
  return stall === null ? null : describe(found, stall.event, titleOfStall(progress, stall))
}

function describe(found: DriverSurroundings, event: LifecycleEvent | null, title: string): DriverDiagnosis {
  return {
    title,
    sentences: [
      ...quotes(found.progress, event),
      ...aboutHook(found, event),
      ...aboutAlarms(found),
      ...aboutTargets(found, event),
      ...found.notRead,
    ],
    help: helpFor(found.progress.error?.code ?? null, event),
  }
}

/** A diagnosis as one text. */
export function toText({ title, sentences, help }: DriverDiagnosis): string {
  return `${title}${sentences.length === 0 ? '.' : `: ${sentences.map(withoutStop).join('; ')}.`} ${help}`
}

function titleOfFailure({ deploymentId, status, error }: DriverProgress, event: LifecycleEvent | null): string {
  const ended = status === 'failed' ? 'failed' : status === 'stopped' ? 'was stopped' : 'is failing'
  const where = event === null ? '' : ` in ${event.name}`
  return `CodeDeploy deployment ${deploymentId} ${ended}${where}${error === null ? '' : ` with ${error.code}`}`
}

function titleOfStall({ deploymentId }: DriverProgress, { event, seconds, allowedSeconds }: Stall): string {
  const taken = `has been in ${event.name} for ${inMinutes(seconds)}`
  return `CodeDeploy deployment ${deploymentId} ${taken}, longer than the ${inMinutes(allowedSeconds)} it may take`
}

/** What CodeDeploy says, once where the event repeats it. */
function quotes({ error }: DriverProgress, event: LifecycleEvent | null): readonly string[] {
  const said = [error?.message ?? '', event?.problem ?? ''].map((text) => text.trim()).filter((text) => text !== '')
  return [...new Set(said)].map((text) => `CodeDeploy says "${text}"`)
}

function aboutHook(found: DriverSurroundings, event: LifecycleEvent | null): readonly string[] {
  if (event === null || kindOfEvent(event.name) !== 'hook') return []
  const isLate = (found.underWaySeconds ?? 0) >= hookDeadlineSeconds
  if (isLate || found.progress.error?.code === 'TIMEOUT')
    return [`the hook of ${event.name} was not answered within the ${inMinutes(hookDeadlineSeconds)} that it has`]
  if (event.status === 'in-progress')
    return [`its hook has not answered yet; without an answer it fails after ${inMinutes(hookDeadlineSeconds)}`]
  return event.problem === undefined ? [`the hook of ${event.name} failed and says no more`] : []
}

function aboutAlarms({ progress, firingAlarms }: DriverSurroundings): readonly string[] {
  if (progress.error?.code !== 'ALARM_ACTIVE') return []
  if (firingAlarms.length === 0) return ['none of its alarms is known to have fired']
  return firingAlarms.map(({ name, reason }) => `alarm ${name} fired: ${reason}`)
}

/** Sides with targets that are not healthy; of a shift both, for that is what it waits for. */
function aboutTargets({ sides }: DriverSurroundings, event: LifecycleEvent | null): readonly string[] {
  const isShift = event !== null && kindOfEvent(event.name) === 'shift'
  const roles: readonly Role[] = ['canary', 'stable']
  return roles.flatMap((role) => {
    const health = sides[role]
    if (health === null || (!isShift && isWell(health))) return []
    return [sentenceOfHealth(role, health)]
  })
}

function isWell({ total, healthy, unknown }: GroupHealth): boolean {
  return total > 0 && healthy + unknown === total
}

function sentenceOfHealth(role: Role, { total, healthy, unknown, reasons, unused }: GroupHealth): string {
  if (total === 0) return `${role}'s target group has no target`
  const unchecked = unknown === 0 ? '' : `, ${unknown} without health checks`
  const unlooked = unused ? ', and no rule uses it, so nobody checks them' : ''
  const why = reasons.length === 0 ? '' : ` (${reasons.join(', ')})`
  return `${role} has ${healthy} of ${total} targets healthy${unchecked}${unlooked}${why}`
}

function helpFor(code: string | null, event: LifecycleEvent | null): string {
  const ofEvent = event === null ? null : helpForEvent(event)
  const ofCode = code === null ? null : (driverErrorHelp[code] ?? null)
  if (code === null || ofCode === null)
    return ofEvent ?? "Look at the deployment's events in the console of CodeDeploy."
  return vagueErrorCodes.has(code) && ofEvent !== null ? `${ofCode} ${ofEvent}` : ofCode
}

function helpForEvent({ name }: LifecycleEvent): string {
  switch (kindOfEvent(name)) {
    case 'shift':
      return `Where ${name} hangs or fails with nothing in a log, the load balancer's health checks are almost always the cause: compare path, port, expected status and time-outs with what the new version answers.`
    case 'drain':
      return 'Taking a server out lasts for the deregistration delay of its target group: shorten it, or end long connections.'
    case 'install':
      return 'Look at the events of the ECS service and at why its tasks stopped (image, role, capacity, health check), or on servers at the log of the agent.'
    case 'hook':
      return 'Look at the log of the function or script behind it: a function must answer with PutLifecycleEventHookExecutionStatus, whatever happens in it.'
    case 'other':
      return `Look at ${name} in the console of CodeDeploy.`
  }
}

function inMinutes(seconds: number): string {
  return `${Math.round(seconds / 60)} min`
}

function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/, '')
}
