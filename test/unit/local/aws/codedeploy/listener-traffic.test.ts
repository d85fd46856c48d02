import { beforeEach, describe, expect, it } from 'vitest'
import { type BalancerCalls, createBalancerCalls } from '../../../../../local/aws/codedeploy/balancer-calls.ts'
import { divideTraffic } from '../../../../../local/aws/codedeploy/listener-traffic.ts'
import {
  aListener,
  aLoadBalancer,
  aLoadBalancing,
  aRule,
  aTargetGroup,
  forwardTo,
} from '../../../../support/elastic-load-balancing.ts'

let elb: ReturnType<typeof aLoadBalancing>
let calls: BalancerCalls
let saves: number
let balancer: string
let pair: { blue: string; green: string }

beforeEach(async () => {
  elb = aLoadBalancing()
  saves = 0
  calls = createBalancerCalls(elb.service, 'eu-west-1', async () => void saves++)
  balancer = await aLoadBalancer(elb.call)
  pair = { blue: await aTargetGroup(elb.call, 'blue'), green: await aTargetGroup(elb.call, 'green') }
})

const signIn = {
  Type: 'authenticate-oidc' as const,
  Order: 1,
  AuthenticateOidcConfig: {
    ...{ Issuer: 'https://id.example', AuthorizationEndpoint: 'https://id.example/a', ClientId: 'web' },
    ...{ TokenEndpoint: 'https://id.example/t', UserInfoEndpoint: 'https://id.example/u', ClientSecret: 's' },
  },
}

describe('dividing the traffic of a listener', () => {
  it('keeps everything of a rule but the weights: sign-in, order, stickiness', async () => {
    const Certificates = [{ CertificateArn: 'arn:aws:acm:eu-west-1:000000000000:certificate/1' }]
    const listener = await aListener(elb.call, balancer, { Protocol: 'HTTPS', Certificates })
    const TargetGroupStickinessConfig = { Enabled: true, DurationSeconds: 60 }
    const { ForwardConfig } = forwardTo([[pair.blue, 1]])
    const forward = {
      Type: 'forward' as const,
      Order: 2,
      ForwardConfig: { ...ForwardConfig, TargetGroupStickinessConfig },
    }
    const arn = await aRule(elb.call, listener, { Actions: [signIn, forward] })
    await divideTraffic(calls, listener, pair, 30)
    const { Rules } = await elb.call('DescribeRules', { RuleArns: [arn] })
    const { ClientSecret: _secret, ...shown } = signIn.AuthenticateOidcConfig
    expect(Rules?.[0]?.Actions).toEqual([
      { ...signIn, AuthenticateOidcConfig: expect.objectContaining(shown) },
      {
        ...{ Type: 'forward', Order: 2 },
        ForwardConfig: {
          TargetGroups: expect.arrayContaining([
            { TargetGroupArn: pair.blue, Weight: 70 },
            { TargetGroupArn: pair.green, Weight: 30 },
          ]),
          TargetGroupStickinessConfig,
        },
      },
    ])
  })

  it('writes nothing where it is divided so already, and saves what it writes', async () => {
    const listener = await aListener(elb.call, balancer, { DefaultActions: [forwardTo([[pair.blue, 1]])] })
    await divideTraffic(calls, listener, pair, 0)
    expect(saves).toBe(1)
    await divideTraffic(calls, listener, pair, 0)
    expect(saves).toBe(1)
  })

  it('leaves rules alone that forward to a third group, too', async () => {
    const third = await aTargetGroup(elb.call, 'third')
    const actions = [
      forwardTo([
        [pair.blue, 1],
        [third, 1],
      ]),
    ]
    const listener = await aListener(elb.call, balancer, { DefaultActions: actions })
    await expect(divideTraffic(calls, listener, pair, 10)).rejects.toMatchObject({
      code: 'ELASTIC_LOAD_BALANCING_INVALID',
    })
  })

  it('reports what the load balancer refuses in the words of CodeDeploy', async () => {
    await expect(divideTraffic(calls, 'none', pair, 10)).rejects.toMatchObject({
      ...{ name: 'DeploymentFailure', code: 'ELASTIC_LOAD_BALANCING_INVALID' },
      message: "The ELB could not be updated due to the following error: Listener 'none' not found",
    })
  })
})
