import type { RoutingAlgorithm } from './target-choice.ts'

/** The attributes of a target group that the data plane acts on. */
export interface GroupAttributes {
  /** Local milliseconds; default 300 s. */
  readonly deregistrationDelayMs: number
  /** Local milliseconds; 0, the default, is off. */
  readonly slowStartMs: number
  readonly algorithm: RoutingAlgorithm
  /** Target stickiness (AWSALB) in local milliseconds; undefined when off or of a kind not carried (app_cookie). */
  readonly stickyMs: number | undefined
  /** Below this many healthy targets requests go to all; default 1. */
  readonly minimumHealthyCount: number
  /** Below this share (0–100) of healthy targets requests go to all; default 0. */
  readonly minimumHealthyPercent: number
}

/** @throws {RangeError} If a number is none, or an algorithm is unknown. Names the attribute. */
export function parseGroupAttributes(attributes: Readonly<Record<string, string>>): GroupAttributes {
  const number = (key: string, fallback: number) => {
    const text = attributes[key]
    if (text === undefined || text === 'off') return fallback
    const value = Number(text)
    if (text.trim() === '' || !(value >= 0)) throw new RangeError(`target group attribute ${key}: ${text} is no number`)
    return value
  }
  const sticky =
    attributes['stickiness.enabled'] === 'true' && (attributes['stickiness.type'] ?? 'lb_cookie') === 'lb_cookie'
  return {
    deregistrationDelayMs: number('deregistration_delay.timeout_seconds', 300) * 1000,
    slowStartMs: number('slow_start.duration_seconds', 0) * 1000,
    algorithm: parseAlgorithm(attributes['load_balancing.algorithm.type']),
    stickyMs: sticky ? number('stickiness.lb_cookie.duration_seconds', 86_400) * 1000 : undefined,
    minimumHealthyCount: number('target_group_health.unhealthy_state_routing.minimum_healthy_targets.count', 1),
    minimumHealthyPercent: number('target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage', 0),
  }
}

function parseAlgorithm(text: string | undefined): RoutingAlgorithm {
  switch (text) {
    case undefined:
    case 'round_robin':
      return 'round_robin'
    case 'least_outstanding_requests':
    case 'weighted_random':
      return text
    default:
      throw new RangeError(`target group attribute load_balancing.algorithm.type: ${text} is not known`)
  }
}
