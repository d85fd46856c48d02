import type { CreateTargetGroupInput, ModifyTargetGroupInput } from '@aws-sdk/client-elastic-load-balancing-v2'
import { checkInteger, checkOneOf } from './check.ts'
import { refuse } from './lookup.ts'
import type { HealthCheckRecord, TargetGroupRecord } from './records.ts'

type TargetType = TargetGroupRecord['targetType']

/**
 * The health check of a new target group, with AWS's defaults.
 * @see ELB user guide, health checks for target groups: interval 30 s (Lambda 35), time-out 5 s (30), 5 and 2 in a row
 */
export function buildHealthCheck(input: CreateTargetGroupInput, targetType: TargetType): HealthCheckRecord {
  const isLambda = targetType === 'lambda'
  const isGrpc = input.ProtocolVersion === 'GRPC'
  const initial: HealthCheckRecord = {
    enabled: !isLambda,
    protocol: 'HTTP',
    port: 'traffic-port',
    path: isGrpc ? '/AWS.ALB/healthcheck' : '/',
    intervalSeconds: isLambda ? 35 : 30,
    timeoutSeconds: isLambda ? 30 : 5,
    healthyThreshold: 5,
    unhealthyThreshold: isLambda ? 5 : 2,
    matcher: isGrpc ? '12' : '200',
  }
  return changeHealthCheck(initial, input, targetType)
}

/**
 * A health check with some settings changed; those not given stay.
 * @throws {AwsError} `ValidationError`
 */
export function changeHealthCheck(
  current: HealthCheckRecord,
  input: Omit<ModifyTargetGroupInput, 'TargetGroupArn'>,
  targetType: TargetType,
): HealthCheckRecord {
  const integer = (name: string, value: number | undefined, now: number, range: readonly [number, number]) =>
    value === undefined ? now : checkInteger(name, value, range)
  const next: HealthCheckRecord = {
    enabled: input.HealthCheckEnabled ?? current.enabled,
    protocol: checkOneOf('HealthCheckProtocol', input.HealthCheckProtocol ?? current.protocol, [
      'HTTP',
      'HTTPS',
    ] as const),
    port: checkPort(input.HealthCheckPort ?? current.port),
    path: checkPath(input.HealthCheckPath ?? current.path),
    intervalSeconds: integer(
      'HealthCheckIntervalSeconds',
      input.HealthCheckIntervalSeconds,
      current.intervalSeconds,
      [5, 300],
    ),
    timeoutSeconds: integer(
      'HealthCheckTimeoutSeconds',
      input.HealthCheckTimeoutSeconds,
      current.timeoutSeconds,
      [2, 120],
    ),
    healthyThreshold: integer('HealthyThresholdCount', input.HealthyThresholdCount, current.healthyThreshold, [2, 10]),
    unhealthyThreshold: integer(
      'UnhealthyThresholdCount',
      input.UnhealthyThresholdCount,
      current.unhealthyThreshold,
      [2, 10],
    ),
    matcher: checkMatcher(input.Matcher, current.matcher),
  }
  if (!next.enabled && targetType !== 'lambda') {
    refuse('ValidationError', `Health check enabled must be true for target groups with target type '${targetType}'`)
  }
  if (next.timeoutSeconds >= next.intervalSeconds) {
    refuse(
      'ValidationError',
      `Health check timeout '${next.timeoutSeconds}' must be smaller than the interval '${next.intervalSeconds}'`,
    )
  }
  return next
}

function checkPort(port: string): string {
  const isNumber = /^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535
  if (port !== 'traffic-port' && !isNumber) {
    refuse('ValidationError', `Health check port '${port}' must be 'traffic-port' or in the range 1-65535`)
  }
  return port
}

function checkPath(path: string): string {
  if (!path.startsWith('/') || path.length > 1024) {
    refuse('ValidationError', `Health check path '${path}' must start with '/' and have at most 1024 characters`)
  }
  return path
}

function checkMatcher(matcher: ModifyTargetGroupInput['Matcher'], now: string): string {
  if (!matcher) return now
  const { HttpCode: http, GrpcCode: grpc } = matcher
  const codes = http ?? grpc
  if (codes === undefined || (http !== undefined && grpc !== undefined)) {
    return refuse('ValidationError', 'Matcher must have either HttpCode or GrpcCode')
  }
  const [least, most] = http === undefined ? [0, 99] : [200, 499]
  for (const part of codes.split(',')) {
    const [, from = '', to = from] = /^(\d{1,3})(?:-(\d{1,3}))?$/.exec(part) ?? []
    const isRange = from !== '' && Number(from) >= least && Number(from) <= Number(to) && Number(to) <= most
    if (!isRange) {
      refuse('ValidationError', `Health check matcher '${codes}' must be codes or ranges from ${least} to ${most}`)
    }
  }
  return codes
}
