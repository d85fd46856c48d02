import { beforeEach, describe, expect, it } from 'vitest'
import {
  aListener,
  aLoadBalancer,
  aLoadBalancing,
  aRule,
  aTargetGroup,
  forwardTo,
  notFound,
} from '../../../../support/elastic-load-balancing.ts'

let elb: ReturnType<typeof aLoadBalancing>
let loadBalancer: string

beforeEach(async () => {
  elb = aLoadBalancing()
  loadBalancer = await aLoadBalancer(elb.call)
})

const refusedWith = (code: string, message = '') =>
  expect.objectContaining({ name: 'AwsError', code, message: expect.stringContaining(message) })
const https = { Protocol: 'HTTPS' as const, Certificates: [{ CertificateArn: 'arn:aws:acm:cert' }] }

describe('CreateListener', () => {
  it("opens the load balancer's address at the listener's port, with its attributes and metric name", async () => {
    const arn = await aListener(elb.call, loadBalancer, { Port: 8443, ...https })
    expect(elb.dataPlane.listeners.get(arn)).toMatchObject({
      arn,
      loadBalancerArn: loadBalancer,
      loadBalancerDimension: expect.stringMatching(/^app\/web\/[0-9a-f]{16}$/),
      address: '127.0.0.2',
      port: 8443,
      attributes: { 'idle_timeout.timeout_seconds': '60' },
      rules: [{ conditions: [], actions: [notFound] }],
    })
  })

  it('keeps nothing of a listener whose port cannot be had', async () => {
    elb.dataPlane.busy.add('127.0.0.2:8080')
    const refused = refusedWith('InvalidConfigurationRequest', '127.0.0.2:8080: listen EADDRINUSE')
    await expect(aListener(elb.call, loadBalancer)).rejects.toEqual(refused)
    expect((await elb.call('DescribeListeners', { LoadBalancerArn: loadBalancer })).Listeners).toEqual([])
    elb.dataPlane.busy.clear()
    await expect(aListener(elb.call, loadBalancer)).resolves.toMatch(/:listener\/app\/web\//)
  })

  it('is the same listener when called again, and refused with other settings', async () => {
    const arn = await aListener(elb.call, loadBalancer)
    expect(await aListener(elb.call, loadBalancer)).toBe(arn)
    const other = { DefaultActions: [{ Type: 'fixed-response' as const, FixedResponseConfig: { StatusCode: '503' } }] }
    await expect(aListener(elb.call, loadBalancer, other)).rejects.toEqual(refusedWith('DuplicateListener', '8080'))
  })

  it('lets one of two at once have the port', async () => {
    const other = { DefaultActions: [{ Type: 'fixed-response' as const, FixedResponseConfig: { StatusCode: '503' } }] }
    const both = await Promise.allSettled([aListener(elb.call, loadBalancer), aListener(elb.call, loadBalancer, other)])
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
  })

  it.each([
    ['HTTPS without certificate', { Protocol: 'HTTPS' as const }, 'certificate'],
    ['HTTP with certificate', { Certificates: [{ CertificateArn: 'a' }] }, 'Certificates'],
    ['HTTP with a policy', { SslPolicy: 'p' }, 'SslPolicy'],
    ['TCP', { Protocol: 'TCP' as const }, 'Protocol'],
    ['port 0', { Port: 0 }, 'Port'],
    ['port 65536', { Port: 65_536 }, 'Port'],
    ['no action', { DefaultActions: [] }, 'action'],
  ])('refuses %s', async (_name, settings, message) => {
    await expect(aListener(elb.call, loadBalancer, settings)).rejects.toEqual(refusedWith('ValidationError', message))
  })
})

describe('ModifyListener', () => {
  it('moves the weight of the default rule and keeps everything else', async () => {
    const blue = await aTargetGroup(elb.call, 'blue')
    const green = await aTargetGroup(elb.call, 'green')
    const arn = await aListener(elb.call, loadBalancer, {
      ...https,
      DefaultActions: [
        forwardTo([
          [blue, 1],
          [green, 0],
        ]),
      ],
    })
    const rule = await aRule(elb.call, arn)
    const before = (await elb.call('DescribeListeners', { ListenerArns: [arn] })).Listeners?.[0]
    await elb.call('ModifyListener', {
      ListenerArn: arn,
      DefaultActions: [
        forwardTo([
          [blue, 80],
          [green, 20],
        ]),
      ],
    })
    const after = (await elb.call('DescribeListeners', { ListenerArns: [arn] })).Listeners?.[0]
    expect({ ...after, DefaultActions: [] }).toEqual({ ...before, DefaultActions: [] })
    const weights = after?.DefaultActions?.[0]?.ForwardConfig?.TargetGroups?.map(({ Weight }) => Weight)
    expect(weights).toEqual([20, 80])
    const { Rules } = await elb.call('DescribeRules', { ListenerArn: arn })
    expect(Rules?.find(({ IsDefault }) => IsDefault)?.Actions).toEqual(after?.DefaultActions)
    expect(elb.dataPlane.listeners.get(arn)?.rules.map((carried) => carried.arn)[0]).toBe(rule)
    expect(elb.dataPlane.listeners.get(arn)?.rules.at(-1)?.actions).toEqual(after?.DefaultActions)
  })

  it('drops the certificate when the protocol becomes HTTP', async () => {
    const arn = await aListener(elb.call, loadBalancer, https)
    const { Listeners } = await elb.call('ModifyListener', { ListenerArn: arn, Protocol: 'HTTP' })
    expect(Listeners?.[0]).not.toHaveProperty('Certificates')
    expect(Listeners?.[0]).not.toHaveProperty('SslPolicy')
  })

  it('moves to another port, and stays where that cannot be had', async () => {
    const arn = await aListener(elb.call, loadBalancer)
    await aListener(elb.call, loadBalancer, { Port: 9000 })
    elb.dataPlane.busy.add('127.0.0.2:9001')
    const portNow = async () => (await elb.call('DescribeListeners', { ListenerArns: [arn] })).Listeners?.[0]?.Port
    await expect(elb.call('ModifyListener', { ListenerArn: arn, Port: 9000 })).rejects.toEqual(
      refusedWith('DuplicateListener', '9000'),
    )
    await expect(elb.call('ModifyListener', { ListenerArn: arn, Port: 9001 })).rejects.toEqual(
      refusedWith('InvalidConfigurationRequest', '9001'),
    )
    expect([await portNow(), elb.dataPlane.listeners.get(arn)?.port]).toEqual([8080, 8080])
    await elb.call('ModifyListener', { ListenerArn: arn, Port: 9002 })
    expect([await portNow(), elb.dataPlane.listeners.get(arn)?.port]).toEqual([9002, 9002])
  })
})

describe('DeleteListener', () => {
  it('closes the port and takes the rules along', async () => {
    const blue = await aTargetGroup(elb.call, 'blue')
    const arn = await aListener(elb.call, loadBalancer)
    const rule = await aRule(elb.call, arn, { Actions: [forwardTo([[blue]])] })
    await elb.call('DeleteListener', { ListenerArn: arn })
    expect(elb.dataPlane.listeners.size).toBe(0)
    await expect(elb.call('DescribeRules', { RuleArns: [rule] })).rejects.toEqual(refusedWith('RuleNotFound'))
    await expect(elb.call('DeleteListener', { ListenerArn: arn })).rejects.toEqual(refusedWith('ListenerNotFound'))
    await expect(elb.call('DeleteTargetGroup', { TargetGroupArn: blue })).resolves.toEqual({})
  })
})
