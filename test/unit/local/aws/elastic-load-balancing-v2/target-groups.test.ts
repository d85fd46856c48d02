import type { CreateTargetGroupInput } from '@aws-sdk/client-elastic-load-balancing-v2'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  aListener,
  aLoadBalancer,
  aLoadBalancing,
  aRule,
  aTargetGroup,
  forwardTo,
} from '../../../../support/elastic-load-balancing.ts'

let elb: ReturnType<typeof aLoadBalancing>

beforeEach(() => {
  elb = aLoadBalancing()
})

const refusedWith = (code: string, message = '') =>
  expect.objectContaining({ name: 'AwsError', code, message: expect.stringContaining(message) })

describe('CreateTargetGroup', () => {
  it("shows AWS's defaults and gives them to the data plane", async () => {
    const arn = await aTargetGroup(elb.call, 'blue')
    const { TargetGroups } = await elb.call('DescribeTargetGroups', { Names: ['blue'] })
    expect(TargetGroups).toEqual([
      {
        TargetGroupArn: arn,
        TargetGroupName: 'blue',
        Protocol: 'HTTP',
        ProtocolVersion: 'HTTP1',
        Port: 8081,
        VpcId: 'vpc-1',
        HealthCheckProtocol: 'HTTP',
        HealthCheckPort: 'traffic-port',
        HealthCheckEnabled: true,
        HealthCheckIntervalSeconds: 30,
        HealthCheckTimeoutSeconds: 5,
        HealthyThresholdCount: 5,
        UnhealthyThresholdCount: 2,
        HealthCheckPath: '/',
        Matcher: { HttpCode: '200' },
        LoadBalancerArns: [],
        TargetType: 'ip',
        IpAddressType: 'ipv4',
      },
    ])
    expect(elb.dataPlane.targetGroups.get(arn)).toMatchObject({
      arn,
      dimension: expect.stringMatching(/^targetgroup\/blue\/[0-9a-f]{16}$/),
      port: 8081,
      healthCheck: { intervalSeconds: 30, timeoutSeconds: 5, healthyThreshold: 5, matcher: '200' },
      attributes: { 'deregistration_delay.timeout_seconds': '300', 'slow_start.duration_seconds': '0' },
    })
  })

  it('is the same group when called again, and refused with other settings', async () => {
    const arn = await aTargetGroup(elb.call, 'blue')
    expect(await aTargetGroup(elb.call, 'blue')).toBe(arn)
    await expect(aTargetGroup(elb.call, 'blue', { Port: 9999 })).rejects.toEqual(
      refusedWith('DuplicateTargetGroupName', "'blue'"),
    )
    const { TargetGroups } = await elb.call(
      'CreateTargetGroup',
      { Name: 'blue', Protocol: 'HTTP', Port: 9999, VpcId: 'vpc-1', TargetType: 'ip' },
      'us-east-1',
    )
    expect(TargetGroups?.[0]?.TargetGroupArn).toContain(':us-east-1:')
  })

  it.each<[string, Partial<CreateTargetGroupInput>, string]>([
    ['a long name', { Name: 'a'.repeat(33) }, '32'],
    ['a name with a dot', { Name: 'a.b' }, 'alphanumeric'],
    ['a name that ends in a hyphen', { Name: 'a-' }, 'hyphen'],
    ['another protocol', { Protocol: 'TCP' }, 'Protocol'],
    ['port 0', { Port: 0 }, 'Port'],
    ['an interval of 4', { HealthCheckIntervalSeconds: 4 }, 'HealthCheckIntervalSeconds'],
    ['a time-out of 1', { HealthCheckTimeoutSeconds: 1 }, 'HealthCheckTimeoutSeconds'],
    ['a time-out as long as the interval', { HealthCheckTimeoutSeconds: 30 }, 'smaller than the interval'],
    ['a threshold of 1', { HealthyThresholdCount: 1 }, 'HealthyThresholdCount'],
    ['a threshold of 11', { UnhealthyThresholdCount: 11 }, 'UnhealthyThresholdCount'],
    ['a relative path', { HealthCheckPath: 'up' }, 'Health check path'],
    ['a port by name', { HealthCheckPort: 'http' }, 'Health check port'],
    ['a matcher of 500', { Matcher: { HttpCode: '500' } }, 'matcher'],
    ['a matcher backwards', { Matcher: { HttpCode: '299-200' } }, 'matcher'],
    ['an empty matcher', { Matcher: {} }, 'Matcher'],
    ['no health check', { HealthCheckEnabled: false }, 'must be true'],
  ])('refuses %s', async (_name, settings, message) => {
    await expect(aTargetGroup(elb.call, 'blue', settings)).rejects.toEqual(refusedWith('ValidationError', message))
  })

  it('takes a group of functions without port, health checks off', async () => {
    const { TargetGroups } = await elb.call('CreateTargetGroup', { Name: 'fn', TargetType: 'lambda' })
    expect(TargetGroups?.[0]).toMatchObject({ HealthCheckEnabled: false, HealthCheckIntervalSeconds: 35 })
    await expect(aTargetGroup(elb.call, 'fn2', { TargetType: 'lambda' })).rejects.toEqual(
      refusedWith('ValidationError', 'Protocol'),
    )
  })
})

describe('ModifyTargetGroup', () => {
  it('changes what is given, keeps the rest, and tells the data plane', async () => {
    const arn = await aTargetGroup(elb.call, 'blue')
    const before = (await elb.call('DescribeTargetGroups', {})).TargetGroups?.[0]
    const change = { HealthCheckIntervalSeconds: 10, HealthCheckPath: '/up', Matcher: { HttpCode: '200,204-206' } }
    const { TargetGroups } = await elb.call('ModifyTargetGroup', { TargetGroupArn: arn, ...change })
    expect(TargetGroups).toEqual([{ ...before, ...change }])
    expect(elb.dataPlane.targetGroups.get(arn)?.healthCheck).toMatchObject({ intervalSeconds: 10, path: '/up' })
  })
})

describe('ModifyTargetGroupAttributes', () => {
  const modify = async (arn: string, attributes: Record<string, string>) =>
    elb.call('ModifyTargetGroupAttributes', {
      TargetGroupArn: arn,
      Attributes: Object.entries(attributes).map(([Key, Value]) => ({ Key, Value })),
    })

  it('changes what is given and tells the data plane', async () => {
    const arn = await aTargetGroup(elb.call, 'blue')
    await modify(arn, { 'deregistration_delay.timeout_seconds': '0', 'slow_start.duration_seconds': '30' })
    expect(elb.dataPlane.targetGroups.get(arn)?.attributes).toMatchObject({
      'deregistration_delay.timeout_seconds': '0',
      'slow_start.duration_seconds': '30',
      'stickiness.enabled': 'false',
    })
  })

  it.each([
    ['an unknown key', { deregistration_delay: '5' }, 'ValidationError'],
    ['an inherited key', { constructor: '5' }, 'ValidationError'],
    ['a delay over an hour', { 'deregistration_delay.timeout_seconds': '3601' }, 'InvalidConfigurationRequest'],
    ['a slow start of 29 s', { 'slow_start.duration_seconds': '29' }, 'InvalidConfigurationRequest'],
    ['a flag that is none', { 'stickiness.enabled': 'yes' }, 'InvalidConfigurationRequest'],
    [
      'random choice with slow start',
      { 'load_balancing.algorithm.type': 'weighted_random', 'slow_start.duration_seconds': '30' },
      'InvalidConfigurationRequest',
    ],
    [
      'random choice with stickiness',
      { 'load_balancing.algorithm.type': 'weighted_random', 'stickiness.enabled': 'true' },
      'InvalidConfigurationRequest',
    ],
    [
      'an app cookie without name',
      { 'stickiness.enabled': 'true', 'stickiness.type': 'app_cookie' },
      'InvalidConfigurationRequest',
    ],
    ['a cookie name of AWS', { 'stickiness.app_cookie.cookie_name': 'AWSALBTG' }, 'InvalidConfigurationRequest'],
    [
      'mitigation without random choice',
      { 'load_balancing.algorithm.anomaly_mitigation': 'on' },
      'InvalidConfigurationRequest',
    ],
  ])('refuses %s and keeps what was', async (_name, attributes, code) => {
    const arn = await aTargetGroup(elb.call, 'blue')
    const before = elb.dataPlane.targetGroups.get(arn)
    await expect(modify(arn, attributes)).rejects.toEqual(refusedWith(code))
    expect(elb.dataPlane.targetGroups.get(arn)).toBe(before)
  })
})

describe('DeleteTargetGroup', () => {
  it('refuses a group in use, at weight 0 too, and takes it once it is free', async () => {
    const blue = await aTargetGroup(elb.call, 'blue')
    const green = await aTargetGroup(elb.call, 'green')
    const listener = await aListener(elb.call, await aLoadBalancer(elb.call))
    const rule = await aRule(elb.call, listener, {
      Actions: [
        forwardTo([
          [blue, 1],
          [green, 0],
        ]),
      ],
    })
    const remove = () => elb.call('DeleteTargetGroup', { TargetGroupArn: green })
    await expect(remove()).rejects.toEqual(refusedWith('ResourceInUse', green))
    await elb.call('ModifyRule', { RuleArn: rule, Actions: [forwardTo([[blue]])] })
    await remove()
    expect([...elb.dataPlane.targetGroups.keys()]).toEqual([blue])
    await expect(remove()).resolves.toEqual({})
  })
})

describe('DescribeTargetGroups', () => {
  it('finds groups by the load balancer that uses them, and says which one that is', async () => {
    const blue = await aTargetGroup(elb.call, 'blue')
    await aTargetGroup(elb.call, 'idle')
    const loadBalancer = await aLoadBalancer(elb.call)
    await aListener(elb.call, loadBalancer, { DefaultActions: [forwardTo([[blue]])] })
    const { TargetGroups } = await elb.call('DescribeTargetGroups', { LoadBalancerArn: loadBalancer })
    expect(TargetGroups?.map(({ TargetGroupName, LoadBalancerArns }) => [TargetGroupName, LoadBalancerArns])).toEqual([
      ['blue', [loadBalancer]],
    ])
    await expect(elb.call('DescribeTargetGroups', { Names: ['none'] })).rejects.toEqual(
      refusedWith('TargetGroupNotFound'),
    )
    await expect(elb.call('DescribeTargetGroups', { LoadBalancerArn: 'none' })).rejects.toEqual(
      refusedWith('LoadBalancerNotFound'),
    )
  })
})
