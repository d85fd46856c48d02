import { currentEvent, type EventRecord } from './lifecycle.ts'
import { type DeploymentRecord, isFinal, type TargetRecord } from './records.ts'

/** What a deployment does next. */
export type Decision =
  | { readonly type: 'none' }
  | { readonly type: 'wait'; readonly ms: number }
  | { readonly type: 'queue' | 'begin' | 'stop' | 'make-ready' | 'ready-timed-out' | 'go-on' }
  | { readonly type: 'await-termination' | 'succeed' }
  | { readonly type: 'start-event' | 'work'; readonly target: TargetRecord; readonly event: EventRecord }

/** How long a deployment is Created, and then Queued. */
export const QUEUE_MS = 1_000
/** How long a stop stays Pending. */
export const STOP_MS = 2_000
/** How often a waiting deployment is looked at: alarms, targets' health, answers. */
export const LOOK_MS = 5_000

/** Decides from the record alone, so that a deployment goes on after a restart from wherever it was. */
export function decide(deployment: DeploymentRecord, now: number): Decision {
  if (isFinal(deployment)) return { type: 'none' }
  const { status, createdAt, stop } = deployment
  if (stop) return until(stop.requestedAt + STOP_MS, now) ?? { type: 'stop' }
  if (status === 'Created') return until(createdAt + QUEUE_MS, now) ?? { type: 'queue' }
  if (status === 'Queued') return until(createdAt + 2 * QUEUE_MS, now) ?? { type: 'begin' }
  if (status === 'Ready') return decideReady(deployment, now)
  return decideInProgress(deployment, now)
}

function decideReady(deployment: DeploymentRecord, now: number): Decision {
  if (deployment.released.includes('READY_WAIT')) return { type: 'go-on' }
  const minutes = readyWaitMinutes(deployment) ?? 0
  return until((deployment.waitingSince ?? now) + minutes * 60_000, now) ?? { type: 'ready-timed-out' }
}

function decideInProgress(deployment: DeploymentRecord, now: number): Decision {
  for (const target of deployment.targets) {
    const event = currentEvent(target.events)
    if (event?.status === 'InProgress') return { type: 'work', target, event }
    if (event) return waitsForReady(deployment, event) ? { type: 'make-ready' } : { type: 'start-event', target, event }
  }
  const minutes = terminationWaitMinutes(deployment)
  if (minutes === 0 || deployment.released.includes('TERMINATION_WAIT')) return { type: 'succeed' }
  if (deployment.waitingSince === undefined) return { type: 'await-termination' }
  return until(deployment.waitingSince + minutes * 60_000, now) ?? { type: 'succeed' }
}

/** The wait for the reroute comes after the test traffic and before any production traffic. */
function waitsForReady(deployment: DeploymentRecord, event: EventRecord): boolean {
  return (
    event.name === 'BeforeAllowTraffic' &&
    readyWaitMinutes(deployment) !== undefined &&
    !deployment.released.includes('READY_WAIT')
  )
}

/** How long a reroute may be waited for, in minutes; undefined where traffic moves by itself. A rollback never waits. */
export function readyWaitMinutes({ creator, settings }: DeploymentRecord): number | undefined {
  const option = settings.blueGreenDeploymentConfiguration?.deploymentReadyOption
  const isWaiting = creator === 'user' && option?.actionOnTimeout === 'STOP_DEPLOYMENT'
  return isWaiting ? (option?.waitTimeInMinutes ?? 0) : undefined
}

function terminationWaitMinutes({ creator, settings }: DeploymentRecord): number {
  const option = settings.blueGreenDeploymentConfiguration?.terminateBlueInstancesOnDeploymentSuccess
  if (creator !== 'user' || option?.action !== 'TERMINATE') return 0
  return option.terminationWaitTimeInMinutes ?? 0
}

/** Waits until the instant, with a look in between every LOOK_MS; undefined once it is there. */
function until(at: number, now: number): Decision | undefined {
  return now < at ? { type: 'wait', ms: Math.min(at - now, LOOK_MS) } : undefined
}
