import type { TargetHealth } from '@aws-sdk/client-elastic-load-balancing-v2'

/** What one health check saw. */
export type CheckOutcome =
  | { readonly passed: true }
  | { readonly passed: false; readonly reason: 'Target.ResponseCodeMismatch'; readonly code: number }
  | { readonly passed: false; readonly reason: 'Target.Timeout' | 'Target.FailedHealthChecks' }

export type FailedCheck = Extract<CheckOutcome, { passed: false }>

/** What the checks of one target have shown so far. */
export interface CheckRecord {
  readonly state: 'initial' | 'healthy' | 'unhealthy'
  /** Consecutive outcomes of the kind that could change the state. */
  readonly passes: number
  readonly failures: number
  readonly lastFailure?: FailedCheck
}

export const newCheckRecord: CheckRecord = { state: 'initial', passes: 0, failures: 0 }

/** Consecutive checks that change a state, 2–10 each as AWS has it. */
export interface HealthThresholds {
  readonly healthyThreshold: number
  readonly unhealthyThreshold: number
}

/**
 * Adds one outcome to a target's record. A target that was never healthy or unhealthy needs one passed check; from then
 * on the thresholds decide.
 *
 * @see Elastic Load Balancing guide, Health checks for Application Load Balancer target groups
 */
export function judgeCheck(record: CheckRecord, outcome: CheckOutcome, limits: HealthThresholds): CheckRecord {
  if (outcome.passed) {
    const passes = record.passes + 1
    const enough = record.state === 'unhealthy' ? limits.healthyThreshold : 1
    if (passes >= enough) return { state: 'healthy', passes: 0, failures: 0 }
    return { ...record, passes, failures: 0 }
  }
  const failures = record.failures + 1
  if (record.state === 'unhealthy' || failures >= limits.unhealthyThreshold) {
    return { state: 'unhealthy', passes: 0, failures: 0, lastFailure: outcome }
  }
  return { ...record, passes: 0, failures, lastFailure: outcome }
}

/** Whether `code` is among the matcher's codes: `200`, `200,202`, `200-299`. */
export function matchesHttpCode(matcher: string, code: number): boolean {
  return matcher.split(',').some((part) => {
    const [from, to] = part.split('-').map(Number)
    return from !== undefined && code >= from && code <= (to ?? from)
  })
}

/** A target's health in the words of DescribeTargetHealth. */
export function describeCheckRecord(record: CheckRecord): TargetHealth {
  switch (record.state) {
    case 'healthy':
      return { State: 'healthy' }
    case 'initial':
      return record.lastFailure
        ? health('initial', 'Elb.InitialHealthChecking', 'Initial health checks in progress')
        : health('initial', 'Elb.RegistrationInProgress', 'Target registration is in progress')
    case 'unhealthy':
      return health(
        'unhealthy',
        record.lastFailure?.reason ?? 'Target.FailedHealthChecks',
        describe(record.lastFailure),
      )
  }
}

export const healthNotInUse = health(
  'unused',
  'Target.NotInUse',
  'Target group is not configured to receive traffic from the load balancer',
)
export const healthNotRegistered = health(
  'unused',
  'Target.NotRegistered',
  'Target is not registered to the target group',
)
export const healthDraining = health(
  'draining',
  'Target.DeregistrationInProgress',
  'Target deregistration is in progress',
)
export const healthChecksDisabled = health(
  'unavailable',
  'Target.HealthCheckDisabled',
  'Health checks are not enabled for this target',
)

function health(
  State: NonNullable<TargetHealth['State']>,
  Reason: NonNullable<TargetHealth['Reason']>,
  Description: string,
): TargetHealth {
  return { State, Reason, Description }
}

function describe(failure: FailedCheck | undefined): string {
  switch (failure?.reason) {
    case 'Target.ResponseCodeMismatch':
      return `Health checks failed with these codes: [${failure.code}]`
    case 'Target.Timeout':
      return 'Request timed out'
    case 'Target.FailedHealthChecks':
    case undefined:
      return 'Health checks failed'
  }
}
