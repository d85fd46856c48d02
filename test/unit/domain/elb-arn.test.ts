import { describe, expect, it } from 'vitest'
import { listenerArnOf, loadBalancerArnOf, parseElbArn, regionOf } from '../../../shared/domain/elb-arn.ts'
import { ValidationError } from '../../../shared/domain/errors.ts'
import { albArns } from '../../support/alb.ts'

const { rule, listener, loadBalancer, blue } = albArns
const inGov = (arn: string) => arn.replace('arn:aws:', 'arn:aws-us-gov:').replace('eu-west-1', 'us-gov-west-1')

describe('an ARN of Elastic Load Balancing', () => {
  it('tells its parts in any partition', () => {
    expect(parseElbArn(inGov(blue))).toEqual({
      partition: 'aws-us-gov',
      region: 'us-gov-west-1',
      account: '123456789012',
      kind: 'targetgroup',
      path: 'web-blue/73e2d6bc24d8a067',
    })
    expect(regionOf(inGov(rule))).toBe('us-gov-west-1')
  })

  it.each([rule, listener])('leads from %s to its load balancer', (arn) => {
    expect(loadBalancerArnOf(arn)).toBe(loadBalancer)
    expect(loadBalancerArnOf(inGov(arn))).toBe(inGov(loadBalancer))
  })

  it('leads from a rule to its listener', () => {
    expect(listenerArnOf(inGov(rule))).toBe(inGov(listener))
  })

  it.each(['', 'web', 'arn:aws:s3:::bucket', 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:pizza/1'])(
    'is not %j',
    (arn) => {
      expect(() => parseElbArn(arn)).toThrow(ValidationError)
    },
  )

  it('leads nowhere from the wrong kind', () => {
    expect(() => loadBalancerArnOf(blue)).toThrow(ValidationError)
    expect(() => listenerArnOf(listener)).toThrow(ValidationError)
  })
})
