import { type DriverProgress, hasEnded, type LifecycleEvent } from './driver-progress.ts'

/** What a lifecycle event does, by its name. `hook`: a function (ECS, Lambda) or a script (servers) of the user's own. */
export type EventKind = 'shift' | 'drain' | 'install' | 'hook' | 'other'

/** Starting tasks takes 1 to 3 minutes with a large image; what takes longer mostly starts and dies again and again. */
export const installStallSeconds = 600

/** A smoke test takes seconds to a few minutes; CodeDeploy itself would wait for an hour. */
export const hookStallSeconds = 600

/** How long CodeDeploy waits for a hook's answer before it fails the deployment. */
export const hookDeadlineSeconds = 3600

/** What a shift may take beyond its plan: each write and the first look at the targets' health take some seconds to minutes. */
export const shiftGraceSeconds = 300

/** Taking a server out of the load balancer waits for its deregistration delay, 5 minutes by default. */
export const drainStallSeconds = 900

/** Whatever else there is takes seconds, and CodeDeploy fails what does not start within 5 minutes. */
export const otherStallSeconds = 600

/** For how long, seconds. Null: not known. */
export interface EventTimes {
  /** The event under way, so far. */
  readonly underWaySeconds: number | null
  /** From the first share to the last, as the deployment's configuration has it. */
  readonly plannedShiftSeconds: number | null
}

export function kindOfEvent(name: string): EventKind {
  switch (name) {
    case 'AllowTraffic':
      return 'shift'
    case 'BlockTraffic':
      return 'drain'
    case 'Install':
    case 'DownloadBundle':
      return 'install'
    case 'ApplicationStop':
    case 'ApplicationStart':
    case 'ValidateService':
      return 'hook'
  }
  return /^(Before|After)/.test(name) ? 'hook' : 'other'
}

/** The event that a deployment is in; null between two, at a wait and after the end. */
export function eventUnderWay(progress: DriverProgress): LifecycleEvent | null {
  if (hasEnded(progress) || progress.waitsFor !== null) return null
  return progress.events.find(({ status }) => status === 'in-progress') ?? null
}

/** Seconds that the event under way has taken; null where there is none, or the driver does not say when it began. */
export function secondsUnderWay(progress: DriverProgress, nowMs: number): number | null {
  const startedAt = eventUnderWay(progress)?.startedAt
  return startedAt === undefined ? null : Math.max(0, (nowMs - Date.parse(startedAt)) / 1000)
}

/** An event that takes longer than it should. */
export interface Stall {
  readonly event: LifecycleEvent
  /** How long it has been under way. */
  readonly seconds: number
  /** How long it should take at most. */
  readonly allowedSeconds: number
}

/** Where a deployment has stalled; null: nowhere, as far as is known. */
export function findStall(progress: DriverProgress, times: EventTimes): Stall | null {
  const event = eventUnderWay(progress)
  const seconds = times.underWaySeconds
  if (event === null || seconds === null) return null
  const allowed = allowedSeconds(event, times)
  return allowed !== null && seconds >= allowed ? { event, seconds, allowedSeconds: allowed } : null
}

/** Null: nobody knows how long it should take. */
function allowedSeconds({ name }: LifecycleEvent, { plannedShiftSeconds }: EventTimes): number | null {
  switch (kindOfEvent(name)) {
    case 'shift':
      return plannedShiftSeconds === null ? null : plannedShiftSeconds + shiftGraceSeconds
    case 'drain':
      return drainStallSeconds
    case 'install':
      return installStallSeconds
    case 'hook':
      return hookStallSeconds
    case 'other':
      return otherStallSeconds
  }
}
