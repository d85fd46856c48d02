import type { ComputePlatform, MinimumHealthyHosts, TrafficRoutingConfig } from '@aws-sdk/client-codedeploy'
import { describe, expect, it } from 'vitest'
import { checkHealthyHosts, checkRouting } from '../../../../../local/aws/codedeploy/traffic-routing.ts'

const canary = (canaryPercentage?: number, canaryInterval?: number): TrafficRoutingConfig => ({
  type: 'TimeBasedCanary',
  timeBasedCanary: { canaryPercentage, canaryInterval },
})
const linear = (linearPercentage: number, linearInterval: number): TrafficRoutingConfig => ({
  type: 'TimeBasedLinear',
  timeBasedLinear: { linearPercentage, linearInterval },
})
const refusedWith = (code: string) => expect.objectContaining({ name: 'AwsError', code })

describe('a custom traffic routing', () => {
  it.each([canary(1, 1), canary(99, 2880), linear(50, 2880), linear(1, 29), { type: 'AllAtOnce' } as const])(
    'is taken within the limits: %j',
    (routing) => {
      expect(checkRouting('ECS', routing)).toEqual(routing)
    },
  )

  it.each<[string, TrafficRoutingConfig | undefined, ComputePlatform]>([
    ['is missing', undefined, 'Lambda'],
    ['is for instances', canary(10, 5), 'Server'],
    ['has no type', {}, 'ECS'],
    ['has a type that does not exist', { type: 'Sudden' as 'AllAtOnce' }, 'ECS'],
    ['has the part of another type', { ...canary(10, 5), type: 'TimeBasedLinear' }, 'ECS'],
    ['shifts nothing', canary(0, 5), 'ECS'],
    ['shifts everything', canary(100, 5), 'Lambda'],
    ['shifts half a percent', canary(0.5, 5), 'ECS'],
    ['has no percentage', canary(undefined, 5), 'ECS'],
    ['has no interval', canary(10), 'ECS'],
    ['has an interval of 0', linear(10, 0), 'ECS'],
    ['waits longer than two days', canary(10, 2881), 'Lambda'],
    ['takes longer than two days in all', linear(10, 321), 'Lambda'],
  ])('is refused when it %s', (_, routing, platform) => {
    expect(() => checkRouting(platform, routing)).toThrow(refusedWith('InvalidTrafficRoutingConfigurationException'))
  })
})

describe('a number of healthy hosts', () => {
  it('is taken for instances', () => {
    expect(checkHealthyHosts('Server', { type: 'HOST_COUNT', value: 0 })).toEqual({ type: 'HOST_COUNT', value: 0 })
    expect(checkHealthyHosts('Server', { type: 'FLEET_PERCENT', value: 99 })).toEqual({
      type: 'FLEET_PERCENT',
      value: 99,
    })
    expect(checkHealthyHosts('ECS', undefined)).toBeUndefined()
  })

  it.each<[string, MinimumHealthyHosts | undefined, ComputePlatform]>([
    ['is missing', undefined, 'Server'],
    ['is for ECS', { type: 'HOST_COUNT', value: 1 }, 'ECS'],
    ['is negative', { type: 'HOST_COUNT', value: -1 }, 'Server'],
    ['is all of the fleet', { type: 'FLEET_PERCENT', value: 100 }, 'Server'],
    ['is of the type that only AWS uses', { type: 'MOST_CONCURRENCY' as 'HOST_COUNT', value: 1 }, 'Server'],
  ])('is refused when it %s', (_, hosts, platform) => {
    expect(() => checkHealthyHosts(platform, hosts)).toThrow(refusedWith('InvalidMinimumHealthyHostValueException'))
  })
})
