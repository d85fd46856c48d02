import { describe, expect, it } from 'vitest'
import { parseGroupAttributes } from '../../../../local/data-plane/group-attributes.ts'

describe('parseGroupAttributes', () => {
  it('has the defaults of AWS', () => {
    expect(parseGroupAttributes({})).toEqual({
      deregistrationDelayMs: 300_000,
      slowStartMs: 0,
      algorithm: 'round_robin',
      stickyMs: undefined,
      minimumHealthyCount: 1,
      minimumHealthyPercent: 0,
    })
  })

  it('reads every attribute it acts on', () => {
    expect(
      parseGroupAttributes({
        'deregistration_delay.timeout_seconds': '0',
        'slow_start.duration_seconds': '30',
        'load_balancing.algorithm.type': 'least_outstanding_requests',
        'stickiness.enabled': 'true',
        'stickiness.type': 'lb_cookie',
        'stickiness.lb_cookie.duration_seconds': '60',
        'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count': '2',
        'target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage': '50',
      }),
    ).toEqual({
      deregistrationDelayMs: 0,
      slowStartMs: 30_000,
      algorithm: 'least_outstanding_requests',
      stickyMs: 60_000,
      minimumHealthyCount: 2,
      minimumHealthyPercent: 50,
    })
  })

  it('takes off for the threshold that is not used', () => {
    const key = 'target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage'
    expect(parseGroupAttributes({ [key]: 'off' }).minimumHealthyPercent).toBe(0)
  })

  it.each([
    { 'slow_start.duration_seconds': 'soon' },
    { 'slow_start.duration_seconds': '' },
    { 'deregistration_delay.timeout_seconds': '-1' },
    { 'load_balancing.algorithm.type': 'fastest' },
  ])('refuses %j and names it', (attributes) => {
    expect(() => parseGroupAttributes(attributes)).toThrow(Object.keys(attributes)[0])
  })
})
