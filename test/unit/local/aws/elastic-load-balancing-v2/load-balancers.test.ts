import { beforeEach, describe, expect, it } from 'vitest'
import { aListener, aLoadBalancer, aLoadBalancing, aRule } from '../../../../support/elastic-load-balancing.ts'

let elb: ReturnType<typeof aLoadBalancing>

beforeEach(() => {
  elb = aLoadBalancing()
})

const refusedWith = (code: string, message = '') =>
  expect.objectContaining({ name: 'AwsError', code, message: expect.stringContaining(message) })

const addresses = async () =>
  (await elb.call('DescribeLoadBalancers', {})).LoadBalancers?.map(
    ({ AvailabilityZones }) => AvailabilityZones?.[0]?.LoadBalancerAddresses?.[0]?.IpAddress,
  )

describe('CreateLoadBalancer', () => {
  it('gives each an address of its own, and a free one again', async () => {
    const first = await aLoadBalancer(elb.call, 'a')
    await aLoadBalancer(elb.call, 'b')
    expect(await addresses()).toEqual(['127.0.0.2', '127.0.0.3'])
    await elb.call('DeleteLoadBalancer', { LoadBalancerArn: first })
    await aLoadBalancer(elb.call, 'c')
    expect(await addresses()).toEqual(['127.0.0.3', '127.0.0.2'])
  })

  it('gives two at once two addresses', async () => {
    await Promise.all([aLoadBalancer(elb.call, 'a'), aLoadBalancer(elb.call, 'b')])
    expect(await addresses()).toEqual(['127.0.0.2', '127.0.0.3'])
  })

  it('is the same load balancer when called again, and refused with other settings', async () => {
    const arn = await aLoadBalancer(elb.call, 'web')
    expect(await aLoadBalancer(elb.call, 'web')).toBe(arn)
    await expect(elb.call('CreateLoadBalancer', { Name: 'web', Scheme: 'internal' })).rejects.toEqual(
      refusedWith('DuplicateLoadBalancerName', "'web'"),
    )
  })

  it('is unique in its Region only, and found there only', async () => {
    await aLoadBalancer(elb.call, 'web')
    const other = await elb.call('CreateLoadBalancer', { Name: 'web', Scheme: 'internal' }, 'us-east-1')
    expect(other.LoadBalancers?.[0]?.DNSName).toMatch(/^internal-web-\d+\.us-east-1\.elb\.amazonaws\.com$/)
    expect((await elb.call('DescribeLoadBalancers', {}, 'us-east-1')).LoadBalancers).toEqual(other.LoadBalancers)
  })

  it('has one zone when no subnet is given', async () => {
    const { LoadBalancers } = await elb.call('CreateLoadBalancer', { Name: 'web' })
    expect(LoadBalancers?.[0]?.AvailabilityZones).toEqual([
      { ZoneName: 'eu-west-1a', LoadBalancerAddresses: [{ IpAddress: '127.0.0.2' }] },
    ])
  })

  it('refuses the 51st', async () => {
    for (let index = 1; index <= 50; index++) await aLoadBalancer(elb.call, `web-${index}`)
    await expect(aLoadBalancer(elb.call, 'web-51')).rejects.toEqual(refusedWith('TooManyLoadBalancers', '50'))
  })

  it.each([
    ['a name of AWS', { Name: 'internal-web' }, 'ValidationError'],
    ['a long name', { Name: 'a'.repeat(33) }, 'ValidationError'],
    ['an unknown scheme', { Name: 'web', Scheme: 'public' as 'internal' }, 'ValidationError'],
    ['a subnet twice', { Name: 'web', Subnets: ['a', 'a'] }, 'ValidationError'],
    ['subnets and mappings', { Name: 'web', Subnets: ['a'], SubnetMappings: [{ SubnetId: 'b' }] }, 'ValidationError'],
    ['a network load balancer', { Name: 'web', Type: 'network' as const }, 'NotImplemented'],
    [
      'a tag twice',
      {
        Name: 'web',
        Tags: [
          { Key: 'a', Value: '1' },
          { Key: 'a', Value: '2' },
        ],
      },
      'DuplicateTagKeys',
    ],
  ])('refuses %s and keeps nothing', async (_name, input, code) => {
    await expect(elb.call('CreateLoadBalancer', input)).rejects.toEqual(refusedWith(code))
    expect(await addresses()).toEqual([])
  })
})

describe('DeleteLoadBalancer', () => {
  it('takes listeners, rules and tags along, and succeeds again', async () => {
    const arn = await aLoadBalancer(elb.call)
    const listener = await aListener(elb.call, arn)
    const rule = await aRule(elb.call, listener)
    await elb.call('AddTags', { ResourceArns: [arn, listener, rule], Tags: [{ Key: 'a', Value: '1' }] })
    await elb.call('DeleteLoadBalancer', { LoadBalancerArn: arn })
    expect(elb.dataPlane.listeners.size).toBe(0)
    expect(elb.service.state.save()).toEqual({
      loadBalancers: [],
      listeners: [],
      rules: [],
      targetGroups: [],
      tags: [],
    })
    await expect(elb.call('DeleteLoadBalancer', { LoadBalancerArn: arn })).resolves.toEqual({})
  })

  it('refuses one that is protected', async () => {
    const arn = await aLoadBalancer(elb.call)
    const Attributes = [{ Key: 'deletion_protection.enabled', Value: 'true' }]
    await elb.call('ModifyLoadBalancerAttributes', { LoadBalancerArn: arn, Attributes })
    await expect(elb.call('DeleteLoadBalancer', { LoadBalancerArn: arn })).rejects.toEqual(
      refusedWith('OperationNotPermitted', 'deletion protection'),
    )
  })
})

describe('ModifyLoadBalancerAttributes', () => {
  it('reaches listeners that are open', async () => {
    const arn = await aLoadBalancer(elb.call)
    const listener = await aListener(elb.call, arn)
    const Attributes = [{ Key: 'idle_timeout.timeout_seconds', Value: '5' }]
    await elb.call('ModifyLoadBalancerAttributes', { LoadBalancerArn: arn, Attributes })
    expect(elb.dataPlane.listeners.get(listener)?.attributes['idle_timeout.timeout_seconds']).toBe('5')
  })
})

describe('tags', () => {
  it('are added, replaced and removed by key, on every kind of resource', async () => {
    const arn = await aLoadBalancer(elb.call)
    const listener = await aListener(elb.call, arn)
    const both = { ResourceArns: [arn, listener] }
    await elb.call('AddTags', {
      ...both,
      Tags: [
        { Key: 'a', Value: '1' },
        { Key: 'b', Value: '1' },
      ],
    })
    await elb.call('AddTags', { ...both, Tags: [{ Key: 'a', Value: '2' }] })
    await elb.call('RemoveTags', { ResourceArns: [arn], TagKeys: ['b'] })
    const { TagDescriptions } = await elb.call('DescribeTags', both)
    expect(TagDescriptions).toEqual([
      { ResourceArn: arn, Tags: [{ Key: 'a', Value: '2' }] },
      {
        ResourceArn: listener,
        Tags: [
          { Key: 'b', Value: '1' },
          { Key: 'a', Value: '2' },
        ],
      },
    ])
  })

  it('are refused above 50, and on what is not there', async () => {
    const arn = await aLoadBalancer(elb.call)
    const tags = (from: number) => Array.from({ length: 30 }, (_, index) => ({ Key: `k${from + index}`, Value: 'v' }))
    await elb.call('AddTags', { ResourceArns: [arn], Tags: tags(0) })
    await expect(elb.call('AddTags', { ResourceArns: [arn], Tags: tags(30) })).rejects.toEqual(
      refusedWith('TooManyTags'),
    )
    await expect(elb.call('DescribeTags', { ResourceArns: [`${arn}0`] })).rejects.toEqual(
      refusedWith('LoadBalancerNotFound'),
    )
    await expect(elb.call('DescribeTags', { ResourceArns: ['arn:aws:s3:::a'] })).rejects.toEqual(
      refusedWith('ValidationError', 'valid ARN'),
    )
  })
})

describe('the saved state', () => {
  it('is refused when it is not ours', async () => {
    await expect(elb.service.state.load({ loadBalancers: 'none' })).rejects.toThrow('cannot be read')
  })

  it('makes an equal call after a restart the same resource', async () => {
    const arn = await aLoadBalancer(elb.call)
    const listener = await aListener(elb.call, arn)
    const saved: unknown = JSON.parse(JSON.stringify(elb.service.state.save()))
    const restarted = aLoadBalancing()
    await restarted.service.state.load(saved)
    expect(await aLoadBalancer(restarted.call)).toBe(arn)
    expect(await aListener(restarted.call, arn)).toBe(listener)
    expect(restarted.service.state.save()).toEqual(elb.service.state.save())
  })

  it('is not loaded without its ports', async () => {
    const arn = await aLoadBalancer(elb.call)
    await aListener(elb.call, arn)
    const restarted = aLoadBalancing()
    restarted.dataPlane.busy.add('127.0.0.2:8080')
    await expect(restarted.service.state.load(elb.service.state.save())).rejects.toThrow('127.0.0.2:8080')
  })
})

it('finds the address behind a DNS name', async () => {
  const { LoadBalancers } = await elb.call('CreateLoadBalancer', { Name: 'web' })
  const name = LoadBalancers?.[0]?.DNSName ?? ''
  expect(elb.service.addressOf(`${name.toUpperCase()}.`)).toBe('127.0.0.2')
  expect(elb.service.addressOf('other.test')).toBeUndefined()
})
