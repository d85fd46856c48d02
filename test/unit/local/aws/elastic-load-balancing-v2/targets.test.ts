import type { TargetDescription } from '@aws-sdk/client-elastic-load-balancing-v2'
import { beforeEach, describe, expect, it } from 'vitest'
import { aLoadBalancing, aTargetGroup } from '../../../../support/elastic-load-balancing.ts'

let elb: ReturnType<typeof aLoadBalancing>
let group: string

beforeEach(async () => {
  elb = aLoadBalancing()
  group = await aTargetGroup(elb.call, 'blue')
})

const refusedWith = (code: string, message = '') =>
  expect.objectContaining({ name: 'AwsError', code, message: expect.stringContaining(message) })
const register = (...Targets: TargetDescription[]) => elb.call('RegisterTargets', { TargetGroupArn: group, Targets })
const deregister = (...Targets: TargetDescription[]) =>
  elb.call('DeregisterTargets', { TargetGroupArn: group, Targets })

describe('RegisterTargets', () => {
  it("takes the group's port where none is given, and a target once", async () => {
    await register({ Id: '127.0.0.1' }, { Id: '127.0.0.1', Port: 9001 }, { Id: '127.0.0.1', Port: 8081 })
    await register({ Id: '127.0.0.1', Port: 9001 })
    expect(elb.dataPlane.targets.get(group)).toEqual([
      { Id: '127.0.0.1', Port: 8081 },
      { Id: '127.0.0.1', Port: 9001 },
    ])
  })

  it.each<[string, TargetDescription[], string]>([
    ['no target', [], 'ValidationError'],
    ['a name', [{ Id: 'localhost' }], 'ValidationError'],
    ['an IPv6 address in an IPv4 group', [{ Id: '::1' }], 'ValidationError'],
    ['port 0', [{ Id: '127.0.0.1', Port: 0 }], 'ValidationError'],
  ])('refuses %s and registers nothing', async (_name, targets, code) => {
    await expect(register({ Id: '127.0.0.1' }, ...targets).then(() => register(...targets))).rejects.toEqual(
      refusedWith(code),
    )
    expect(elb.dataPlane.targets.get(group) ?? []).toHaveLength(targets.length === 0 ? 1 : 0)
  })

  it('refuses the 1001st target', async () => {
    await register(...Array.from({ length: 1000 }, (_, index) => ({ Id: '127.0.0.1', Port: index + 1 })))
    await expect(register({ Id: '127.0.0.1', Port: 2000 })).rejects.toEqual(refusedWith('TooManyTargets', '1000'))
  })

  it('takes one function a group', async () => {
    const { TargetGroups } = await elb.call('CreateTargetGroup', { Name: 'fn', TargetType: 'lambda' })
    group = TargetGroups?.[0]?.TargetGroupArn ?? ''
    await register({ Id: 'arn:aws:lambda:eu-west-1:000000000000:function:a' })
    await expect(register({ Id: 'arn:aws:lambda:eu-west-1:000000000000:function:b' })).rejects.toEqual(
      refusedWith('TooManyTargets'),
    )
  })

  it('takes instances, but none is running here', async () => {
    group = await aTargetGroup(elb.call, 'fleet', { TargetType: 'instance' })
    await expect(register({ Id: '127.0.0.1' })).rejects.toEqual(refusedWith('InvalidTarget', '127.0.0.1'))
    await register({ Id: 'i-0123456789abcdef0' })
    expect(elb.dataPlane.targets.get(group)).toBeUndefined()
    const { TargetHealthDescriptions } = await elb.call('DescribeTargetHealth', { TargetGroupArn: group })
    expect(TargetHealthDescriptions).toMatchObject([
      {
        Target: { Id: 'i-0123456789abcdef0', Port: 8081 },
        TargetHealth: { State: 'unused', Reason: 'Target.InvalidState' },
      },
    ])
  })
})

describe('DeregisterTargets', () => {
  it('takes the port given, or every port when none is', async () => {
    await register({ Id: '127.0.0.1', Port: 1 }, { Id: '127.0.0.1', Port: 2 }, { Id: '127.0.0.2', Port: 3 })
    await deregister({ Id: '127.0.0.1', Port: 1 })
    expect(elb.dataPlane.targets.get(group)?.map(({ Port }) => Port)).toEqual([2, 3])
    await deregister({ Id: '127.0.0.1' }, { Id: '127.0.0.9' })
    expect(elb.dataPlane.targets.get(group)?.map(({ Port }) => Port)).toEqual([3])
  })
})

describe('DescribeTargetHealth', () => {
  it('asks the data plane for all, or for those named', async () => {
    await register({ Id: '127.0.0.1' }, { Id: '127.0.0.2' })
    const health = async (Targets?: TargetDescription[]) => {
      const input = { TargetGroupArn: group, ...(Targets && { Targets }) }
      const { TargetHealthDescriptions } = await elb.call('DescribeTargetHealth', input)
      return TargetHealthDescriptions?.map(({ Target, TargetHealth }) => [Target?.Id, TargetHealth?.State])
    }
    expect(await health()).toEqual([
      ['127.0.0.1', 'healthy'],
      ['127.0.0.2', 'healthy'],
    ])
    expect(await health([{ Id: '127.0.0.2' }, { Id: '127.0.0.3' }])).toEqual([
      ['127.0.0.2', 'healthy'],
      ['127.0.0.3', 'unused'],
    ])
    await expect(elb.call('DescribeTargetHealth', { TargetGroupArn: 'x' })).rejects.toEqual(
      refusedWith('TargetGroupNotFound'),
    )
  })
})
