import type { CodeDeployRevision } from '../../domain/codedeploy-revision.ts'
import type { TrafficRouting } from '../../domain/deployment-config.ts'
import { type DriverProgress, type DriverStatus, hasEnded, type LifecycleEvent } from '../../domain/driver-progress.ts'
import type { MemoryMove } from './codedeploy-traffic.ts'

/** How long each stage takes, milliseconds. AllowTraffic takes this after its last shift. */
const lasts = { created: 1000, queued: 1000, event: 2000, stop: 2000 } as const
const minuteMs = 60_000

/** One deployment of the memory CodeDeploy, as it was at the last look. Instants in milliseconds since 1970. */
export interface MemoryDeployment {
  readonly deploymentId: string
  readonly applicationName: string
  readonly deploymentGroupName: string
  readonly platform: 'ECS' | 'Lambda' | 'Server'
  readonly description: string
  readonly creator: 'user' | 'codeDeployRollback'
  readonly createdAtMs: number
  readonly revision: CodeDeployRevision | null
  readonly previousRevision: CodeDeployRevision | null
  readonly routing: TrafficRouting
  readonly readyWaitMinutes: number | null
  readonly terminationWaitMinutes: number
  /** At which event it fails, and why; null: at none. */
  readonly failure: { readonly event: string; readonly error: MemoryError } | null
  readonly status: DriverStatus
  /** When the stage that it is in began: its status, its present event, or the wait after its last one. */
  readonly stageAtMs: number
  /** What it moves; null on servers, and before it has begun. */
  readonly move: MemoryMove | null
  readonly events: readonly LifecycleEvent[]
  /** The share of what it brings, percent; null before it has touched any traffic. */
  readonly percent: number | null
  /** The share that it last wrote, percent; null: none yet, so the next one is written whatever is there. */
  readonly writtenPercent: number | null
  readonly stopAtMs: number | null
  readonly continuedAtMs: { readonly ready: number | null; readonly termination: number | null }
  readonly error: MemoryError | null
  readonly rollbackId: string | null
}

export type MemoryError = NonNullable<DriverProgress['error']>

const eventNames = {
  ECS: [
    ...['BeforeInstall', 'Install', 'AfterInstall', 'AllowTestTraffic', 'AfterAllowTestTraffic'],
    ...['BeforeAllowTraffic', 'AllowTraffic', 'AfterAllowTraffic'],
  ],
  Lambda: ['BeforeAllowTraffic', 'AllowTraffic', 'AfterAllowTraffic'],
  Server: [
    ...['ApplicationStop', 'DownloadBundle', 'BeforeInstall', 'Install', 'AfterInstall', 'ApplicationStart'],
    'ValidateService',
  ],
} as const

/** What a deployment moves, found when it begins; an error where that cannot be. */
export type Begin = (deployment: MemoryDeployment) => { readonly move: MemoryMove | null } | MemoryError

/** The deployment as it is at `nowMs`: the same however often it was looked at before. */
export function advance(deployment: MemoryDeployment, nowMs: number, begin: Begin): MemoryDeployment {
  let current = deployment
  for (let next = step(current, nowMs, begin); next !== null; next = step(current, nowMs, begin)) current = next
  return hasEnded(current) ? current : { ...current, percent: percentAt(current, nowMs) }
}

/** The next thing that happens to it; null where nothing does until `nowMs`. */
function step(deployment: MemoryDeployment, nowMs: number, begin: Begin): MemoryDeployment | null {
  const { status, stageAtMs, stopAtMs, readyWaitMinutes, continuedAtMs } = deployment
  const isDue = (atMs: number) => atMs <= nowMs
  if (stopAtMs !== null && !hasEnded(deployment))
    return isDue(stopAtMs + lasts.stop) ? end(deployment, 'stopped', stopAtMs + lasts.stop, manualStop) : null
  switch (status) {
    case 'created': {
      const atMs = stageAtMs + lasts.created
      return isDue(atMs) ? { ...deployment, status: 'queued', stageAtMs: atMs } : null
    }
    case 'queued': {
      const atMs = stageAtMs + lasts.queued
      return isDue(atMs) ? started({ ...deployment, stageAtMs: atMs }, begin) : null
    }
    case 'ready': {
      if (continuedAtMs.ready !== null) return { ...deployment, status: 'in-progress', stageAtMs: continuedAtMs.ready }
      const atMs = stageAtMs + (readyWaitMinutes ?? 0) * minuteMs
      return isDue(atMs) ? end(deployment, 'stopped', atMs, notContinued) : null
    }
    case 'in-progress':
    case 'baking':
      return stepEvents(deployment, isDue)
    case 'succeeded':
    case 'failed':
    case 'stopped':
      return null
  }
}

const manualStop: MemoryError = { code: 'MANUAL_STOP', message: 'The deployment was stopped by a user.' }
const notContinued: MemoryError = { code: 'TIMEOUT', message: 'Nobody continued the deployment in time.' }

function started(deployment: MemoryDeployment, begin: Begin): MemoryDeployment {
  const found = deployment.move ? { move: deployment.move } : begin(deployment)
  if ('code' in found) return end(deployment, 'failed', deployment.stageAtMs, found)
  const events = eventNames[deployment.platform].map((name) => ({ name, status: 'pending' as const }))
  return { ...deployment, status: 'in-progress', move: found.move, events }
}

function stepEvents(deployment: MemoryDeployment, isDue: (atMs: number) => boolean): MemoryDeployment | null {
  const { events, stageAtMs, readyWaitMinutes, continuedAtMs, failure } = deployment
  const event = currentEvent(deployment)
  if (!event) return stepTermination(deployment, isDue)
  if (event.status === 'pending') {
    const waits = event.name === 'BeforeAllowTraffic' && readyWaitMinutes !== null && continuedAtMs.ready === null
    if (waits) return { ...deployment, status: 'ready' }
    return { ...deployment, ...touched(deployment, event.name), events: withStatus(events, event.name, 'in-progress') }
  }
  const isFailing = failure?.event === event.name
  const lastShiftMs = event.name === 'AllowTraffic' && !isFailing ? shiftMs(deployment.routing) : 0
  const atMs = stageAtMs + lastShiftMs + lasts.event
  if (!isDue(atMs)) return null
  if (isFailing) return end(deployment, 'failed', atMs, failure.error)
  const percent = event.name === 'AllowTraffic' ? 100 : deployment.percent
  return { ...deployment, percent, events: withStatus(events, event.name, 'succeeded'), stageAtMs: atMs }
}

/**
 * The replacement's group is attached without traffic, so that its targets are checked before they serve. What a rollback
 * undoes may be half written, so it writes in any case.
 */
function touched({ creator }: MemoryDeployment, eventName: string): Partial<MemoryDeployment> {
  if (creator === 'user') return eventName === 'Install' ? { percent: 0 } : {}
  return eventName === 'AllowTraffic' ? { writtenPercent: null } : {}
}

function stepTermination(deployment: MemoryDeployment, isDue: (atMs: number) => boolean): MemoryDeployment | null {
  const { stageAtMs, terminationWaitMinutes, continuedAtMs } = deployment
  const waitedAtMs = stageAtMs + terminationWaitMinutes * minuteMs
  const atMs = Math.min(waitedAtMs, continuedAtMs.termination ?? waitedAtMs)
  return isDue(atMs) ? { ...deployment, status: 'succeeded', stageAtMs: atMs } : null
}

/** The event under way breaks off, and what would have followed is skipped. */
export function end(
  deployment: MemoryDeployment,
  status: 'failed' | 'stopped',
  atMs: number,
  error: MemoryError,
): MemoryDeployment {
  const events = deployment.events.map((event): LifecycleEvent => {
    if (event.status === 'in-progress') return { ...event, status: 'failed', problem: error.message }
    return event.status === 'pending' ? { ...event, status: 'skipped' } : event
  })
  return { ...deployment, status, stageAtMs: atMs, events, error, percent: percentAt(deployment, atMs) }
}

/** The event that is under way or comes next; undefined when all are over. */
export function currentEvent({ events }: MemoryDeployment): LifecycleEvent | undefined {
  return events.find(({ status }) => status === 'pending' || status === 'in-progress')
}

function withStatus(events: readonly LifecycleEvent[], name: string, status: LifecycleEvent['status']) {
  return events.map((event) => (event.name === name ? { ...event, status } : event))
}

/** A stop holds the shares where they are. */
function percentAt(deployment: MemoryDeployment, nowMs: number): number | null {
  const event = currentEvent(deployment)
  const isShifting = event?.name === 'AllowTraffic' && event.status === 'in-progress'
  if (!isShifting) return deployment.percent
  const { routing, stageAtMs, stopAtMs } = deployment
  return shareAfter(routing, Math.min(nowMs, stopAtMs ?? nowMs) - stageAtMs)
}

function shareAfter(routing: TrafficRouting, elapsedMs: number): number {
  if (routing.type === 'AllAtOnce' || elapsedMs >= shiftMs(routing)) return 100
  if (routing.type === 'TimeBasedCanary') return routing.percentage
  return routing.percentage * (Math.floor(elapsedMs / (routing.intervalMinutes * minuteMs)) + 1)
}

/** From the first shift to the last. */
function shiftMs(routing: TrafficRouting): number {
  if (routing.type === 'AllAtOnce') return 0
  const shifts = routing.type === 'TimeBasedCanary' ? 1 : Math.ceil(100 / routing.percentage) - 1
  return shifts * routing.intervalMinutes * minuteMs
}
