import { refuse } from './lookup.ts'
import type { TargetGroupRecord } from './records.ts'

/** A default, and what other values the attribute takes. */
interface AttributeRule {
  readonly initial: string
  readonly takes: (value: string) => boolean
}

type AttributeRules = Readonly<Record<string, AttributeRule>>

const flag = (initial: 'true' | 'false'): AttributeRule => ({ initial, takes: (value) => /^(true|false)$/.test(value) })
const words = (initial: string, ...others: string[]): AttributeRule => ({
  initial,
  takes: (value) => value === initial || others.includes(value),
})
const text = (pattern = /^.{0,255}$/): AttributeRule => ({ initial: '', takes: (value) => pattern.test(value) })
const isWithin = (value: string, least: number, most: number) =>
  /^\d{1,7}$/.test(value) && Number(value) >= least && Number(value) <= most
const integer = (initial: string, least: number, most: number, word?: string): AttributeRule => ({
  initial,
  takes: (value) => (word !== undefined && value === word) || isWithin(value, least, most),
})

/** Attributes of an Application Load Balancer. @see API reference, LoadBalancerAttribute */
export const loadBalancerAttributes: AttributeRules = {
  'access_logs.s3.enabled': flag('false'),
  'access_logs.s3.bucket': text(),
  'access_logs.s3.prefix': text(),
  'client_keep_alive.seconds': integer('3600', 60, 604_800),
  'connection_logs.s3.enabled': flag('false'),
  'connection_logs.s3.bucket': text(),
  'connection_logs.s3.prefix': text(),
  'deletion_protection.enabled': flag('false'),
  'health_check_logs.s3.enabled': flag('false'),
  'health_check_logs.s3.bucket': text(),
  'health_check_logs.s3.prefix': text(),
  'idle_timeout.timeout_seconds': integer('60', 1, 4000),
  'ipv6.deny_all_igw_traffic': flag('false'),
  'load_balancing.cross_zone.enabled': words('true'),
  'routing.http.desync_mitigation_mode': words('defensive', 'monitor', 'strictest'),
  'routing.http.drop_invalid_header_fields.enabled': flag('false'),
  'routing.http.preserve_host_header.enabled': flag('false'),
  'routing.http.x_amzn_tls_version_and_cipher_suite.enabled': flag('false'),
  'routing.http.xff_client_port.enabled': flag('false'),
  'routing.http.xff_header_processing.mode': words('append', 'preserve', 'remove'),
  'routing.http2.enabled': flag('true'),
  'waf.fail_open.enabled': flag('false'),
  'zonal_shift.config.enabled': flag('false'),
}

const everyTargetGroup: AttributeRules = {
  'load_balancing.cross_zone.enabled': words('use_load_balancer_configuration', 'true', 'false'),
  'stickiness.enabled': flag('false'),
}

const lambdaTargetGroup: AttributeRules = { ...everyTargetGroup, 'lambda.multi_value_headers.enabled': flag('false') }

const serverTargetGroup: AttributeRules = {
  ...everyTargetGroup,
  'deregistration_delay.timeout_seconds': integer('300', 0, 3600),
  'load_balancing.algorithm.anomaly_mitigation': words('off', 'on'),
  'load_balancing.algorithm.type': words('round_robin', 'least_outstanding_requests', 'weighted_random'),
  'slow_start.duration_seconds': {
    initial: '0',
    takes: (value) => value === '0' || isWithin(value, 30, 900),
  },
  'stickiness.app_cookie.cookie_name': text(/^(?!AWSALB)[^\s=;,]{0,256}$/),
  'stickiness.app_cookie.duration_seconds': integer('86400', 1, 604_800),
  'stickiness.lb_cookie.duration_seconds': integer('86400', 1, 604_800),
  'stickiness.type': words('lb_cookie', 'app_cookie'),
  'target_group_health.dns_failover.minimum_healthy_targets.count': integer('1', 1, 1000, 'off'),
  'target_group_health.dns_failover.minimum_healthy_targets.percentage': integer('off', 1, 100, 'off'),
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count': integer('1', 1, 1000),
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage': integer('off', 1, 100, 'off'),
}

/** Attributes of a target group. @see API reference, TargetGroupAttribute */
export function targetGroupAttributes(targetType: TargetGroupRecord['targetType']): AttributeRules {
  return targetType === 'lambda' ? lambdaTargetGroup : serverTargetGroup
}

export function initialAttributes(rules: AttributeRules): Record<string, string> {
  return Object.fromEntries(Object.entries(rules).map(([key, { initial }]) => [key, initial]))
}

/**
 * The attributes with some changed; those not named stay.
 * @throws {AwsError} `ValidationError` for an unknown key, `InvalidConfigurationRequest` for a value that it does not take.
 */
export function changeAttributes(
  rules: AttributeRules,
  current: Readonly<Record<string, string>>,
  changes: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[],
): Record<string, string> {
  const next = { ...current }
  for (const { Key: key = '', Value: value = '' } of changes) {
    const rule = Object.hasOwn(rules, key) ? rules[key] : undefined
    if (!rule) refuse('ValidationError', `Attribute key '${key}' is not recognized`)
    else if (!rule.takes(value)) {
      refuse('InvalidConfigurationRequest', `The value '${value}' is not valid for the attribute '${key}'`)
    }
    next[key] = value
  }
  return next
}

/** @throws {AwsError} `InvalidConfigurationRequest` for attributes that exclude each other. */
export function checkTargetGroupAttributes(attributes: Readonly<Record<string, string>>): void {
  const isRandom = attributes['load_balancing.algorithm.type'] === 'weighted_random'
  const hasSlowStart = (attributes['slow_start.duration_seconds'] ?? '0') !== '0'
  if (isRandom && (hasSlowStart || attributes['stickiness.enabled'] === 'true')) {
    refuse('InvalidConfigurationRequest', 'weighted_random cannot be used with slow start or stickiness')
  }
  if (!isRandom && attributes['load_balancing.algorithm.anomaly_mitigation'] === 'on') {
    refuse('InvalidConfigurationRequest', 'load_balancing.algorithm.anomaly_mitigation requires weighted_random')
  }
  const isAppCookie = attributes['stickiness.enabled'] === 'true' && attributes['stickiness.type'] === 'app_cookie'
  if (isAppCookie && !attributes['stickiness.app_cookie.cookie_name']) {
    refuse('InvalidConfigurationRequest', 'stickiness.app_cookie.cookie_name is required for app_cookie stickiness')
  }
}

export function toAttributeList(attributes: Readonly<Record<string, string>>): { Key: string; Value: string }[] {
  return Object.entries(attributes).map(([Key, Value]) => ({ Key, Value }))
}
