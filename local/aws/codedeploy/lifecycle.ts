import type { ComputePlatform, DeploymentStyle, Diagnostics, LifecycleEventStatus } from '@aws-sdk/client-codedeploy'

/** One lifecycle event of a deployment's target. */
export interface EventRecord {
  readonly name: string
  readonly status: LifecycleEventStatus
  /** Local milliseconds since the epoch. */
  readonly startedAt?: number
  readonly endedAt?: number
  readonly diagnostics?: Diagnostics
  /** The Lambda function that the AppSpec names for it. */
  readonly hook?: string
  /** What the hook answered; it ends the event at the next look. */
  readonly answer?: 'Succeeded' | 'Failed'
}

export const HOOK_TIMEOUT_MS = 3_600_000

const ECS = [
  ...['BeforeInstall', 'Install', 'AfterInstall', 'AllowTestTraffic', 'AfterAllowTestTraffic'],
  ...['BeforeAllowTraffic', 'AllowTraffic', 'AfterAllowTraffic'],
]
const LAMBDA = ['BeforeAllowTraffic', 'AllowTraffic', 'AfterAllowTraffic']
const SERVER = [
  ...['ApplicationStop', 'DownloadBundle', 'BeforeInstall', 'Install', 'AfterInstall', 'ApplicationStart'],
  'ValidateService',
]
const BLOCK = ['BeforeBlockTraffic', 'BlockTraffic', 'AfterBlockTraffic']
const ALLOW = ['BeforeAllowTraffic', 'AllowTraffic', 'AfterAllowTraffic']

/**
 * Names of a deployment's lifecycle events, in their order.
 * @see CodeDeploy user guide, "AppSpec 'hooks' section", "Run order of hooks"
 */
export function eventNames(platform: ComputePlatform, style: DeploymentStyle): readonly string[] {
  switch (platform) {
    case 'ECS':
      return ECS
    case 'Lambda':
      return LAMBDA
    case 'Server':
      return style.deploymentOption === 'WITH_TRAFFIC_CONTROL' ? [...BLOCK, ...SERVER, ...ALLOW] : SERVER
  }
}

/** Events for which an AppSpec may name a Lambda function: what CodeDeploy does itself has no hook. */
export function hookableEvents(platform: 'ECS' | 'Lambda'): readonly string[] {
  return (platform === 'ECS' ? ECS : LAMBDA).filter((name) => /^(Before|After)/.test(name))
}

/** The event that is under way or comes next; undefined when all are over. */
export function currentEvent(events: readonly EventRecord[]): EventRecord | undefined {
  return events.find(({ status }) => status === 'Pending' || status === 'InProgress')
}

export function startEvent(events: readonly EventRecord[], name: string, now: number): EventRecord[] {
  return change(events, name, { status: 'InProgress', startedAt: now })
}

export function succeedEvent(events: readonly EventRecord[], name: string, now: number): EventRecord[] {
  return change(events, name, { status: 'Succeeded', endedAt: now })
}

/** Ends the current event as failed; what would have followed is skipped. */
export function breakOff(events: readonly EventRecord[], now: number, message: string): EventRecord[] {
  const current = currentEvent(events)
  return events.map((event): EventRecord => {
    if (event.name === current?.name && event.status === 'InProgress') {
      const diagnostics: Diagnostics = { errorCode: 'UnknownError', scriptName: event.hook ?? '', message, logTail: '' }
      return { ...event, status: 'Failed', endedAt: now, diagnostics }
    }
    return event.status === 'Pending' ? { ...event, status: 'Skipped' } : event
  })
}

function change(events: readonly EventRecord[], name: string, members: Partial<EventRecord>): EventRecord[] {
  return events.map((event) => (event.name === name ? { ...event, ...members } : event))
}
