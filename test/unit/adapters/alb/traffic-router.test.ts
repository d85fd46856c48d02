import {
  DescribeListenersCommand,
  DescribeRulesCommand,
  ElasticLoadBalancingV2Client,
  ElasticLoadBalancingV2ServiceException,
  ModifyListenerCommand,
  ModifyRuleCommand,
  RuleNotFoundException,
  TargetGroupAssociationLimitException,
  TargetGroupNotFoundException,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { mockClient } from 'aws-sdk-client-mock'
import { beforeEach, describe, expect, it } from 'vitest'
import { createAlbTestRouter, createAlbTrafficRouter } from '../../../../shared/adapters/alb/traffic-router.ts'
import { NotFoundError, TransientError, UpstreamError } from '../../../../shared/domain/errors.ts'
import type { AlbRoute } from '../../../../shared/domain/service.ts'
import { aForward, aForwardRequest, albArns, anOidcAction } from '../../../support/alb.ts'
import { anAlbRoute } from '../../../support/builders.ts'

const { blue, green, rule, listener } = albArns
const client = new ElasticLoadBalancingV2Client({ region: 'eu-west-1' })
const clients = { reader: client, writer: client }
const elb = mockClient(client)

const byListener: AlbRoute = { kind: 'alb', listenerArn: listener, blue, green, wave: 1 }
const router = (deadlineMs?: number) => createAlbTrafficRouter(clients, anAlbRoute(), deadlineMs)

/** A rule as AWS answers it, with all that must never be sent back. */
const aRule = (weights: Record<string, number>, stickySeconds?: number) => ({
  RuleArn: rule,
  Priority: '10',
  IsDefault: false,
  Conditions: [{ Field: 'host-header', Values: ['shop.example'], HostHeaderConfig: { Values: ['shop.example'] } }],
  Transforms: [],
  Actions: [anOidcAction(1), aForward(weights, stickySeconds, 2)],
})

function refusal(name: string, httpStatusCode = 400) {
  return new ElasticLoadBalancingV2ServiceException({
    name,
    $fault: httpStatusCode >= 500 ? 'server' : 'client',
    message: `${name} happened`,
    $metadata: { httpStatusCode },
  })
}

beforeEach(() => {
  elb.reset()
  elb.onAnyCommand().rejects(new Error('unexpected command'))
})

describe('a rule', () => {
  it('moves weights with one call that changes nothing else', async () => {
    elb.on(DescribeRulesCommand, { RuleArns: [rule] }).resolves({ Rules: [aRule({ [blue]: 100, [green]: 0 }, 60)] })
    elb.on(ModifyRuleCommand).resolves({})
    const seen = await router().read()
    await router().write(seen, router().target(seen, { canary: 'green', percent: 10, keepIdle: true }))
    expect(elb.commandCalls(ModifyRuleCommand).map(({ args }) => args[0].input)).toEqual([
      {
        RuleArn: rule,
        Actions: [
          {
            ...anOidcAction(1),
            AuthenticateOidcConfig: { ...anOidcAction().AuthenticateOidcConfig, UseExistingClientSecret: true },
          },
          aForwardRequest({ [blue]: 90, [green]: 10 }, 60, 2),
        ],
      },
    ])
  })

  it('refuses the default rule before anything is written, and says how to register it', async () => {
    elb
      .on(DescribeRulesCommand)
      .resolves({ Rules: [{ ...aRule({ [blue]: 1 }), IsDefault: true, Priority: 'default' }] })
    await expect(router().read()).rejects.toThrow(UpstreamError)
    await expect(router().read()).rejects.toThrow('listenerArn')
  })

  it('is not found when AWS answers without it', async () => {
    elb.on(DescribeRulesCommand).resolves({ Rules: [] })
    await expect(router().read()).rejects.toThrow(NotFoundError)
  })
})

describe("a listener's default action", () => {
  it('moves weights without port, protocol or certificates', async () => {
    elb.on(DescribeListenersCommand, { ListenerArns: [listener] }).resolves({
      Listeners: [
        {
          ListenerArn: listener,
          Port: 443,
          Protocol: 'HTTPS',
          Certificates: [{ CertificateArn: 'arn:aws:acm:eu-west-1:123456789012:certificate/1' }],
          DefaultActions: [aForward({ [blue]: 1 })],
        },
      ],
    })
    elb.on(ModifyListenerCommand).resolves({})
    const byDefault = createAlbTrafficRouter(clients, byListener)
    const seen = await byDefault.read()
    await byDefault.write(seen, byDefault.target(seen, { canary: 'green', percent: 0, keepIdle: true }))
    expect(elb.commandCalls(ModifyListenerCommand).map(({ args }) => args[0].input)).toEqual([
      { ListenerArn: listener, DefaultActions: [aForwardRequest({ [blue]: 100, [green]: 0 })] },
    ])
  })

  it('is not found when AWS answers without it', async () => {
    elb.on(DescribeListenersCommand).resolves({ Listeners: [] })
    await expect(createAlbTrafficRouter(clients, byListener).read()).rejects.toThrow(NotFoundError)
  })
})

describe('a write that fails', () => {
  const metadata = { message: 'no', $metadata: { httpStatusCode: 400 } }

  it.each<[string, Error, new (message: string) => Error]>([
    ['throttling', refusal('Throttling'), TransientError],
    ['throttling in the other spelling', refusal('ThrottlingException'), TransientError],
    ['a request time-out', refusal('RequestTimeout', 408), TransientError],
    ['a service failure', refusal('InternalFailure', 500), TransientError],
    ['an unknown failure of the service', refusal('Whatever', 503), TransientError],
    ['a reset connection', Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }), TransientError],
    ['an unreadable answer', Object.assign(new SyntaxError('<'), { $response: { statusCode: 200 } }), TransientError],
    ['a missing rule', new RuleNotFoundException(metadata), NotFoundError],
    ['a missing group', new TargetGroupNotFoundException(metadata), NotFoundError],
    ['a missing listener', refusal('ListenerNotFound'), NotFoundError],
    ['a group of another load balancer', new TargetGroupAssociationLimitException(metadata), UpstreamError],
    ['no permission', refusal('AccessDenied', 403), UpstreamError],
    ['a default rule', refusal('OperationNotPermitted'), UpstreamError],
    ['a wrong value', refusal('ValidationError'), UpstreamError],
    ['no credentials', Object.assign(new Error('none'), { name: 'CredentialsProviderError' }), UpstreamError],
  ])('tells of %s', async (_name, thrown, expected) => {
    elb.on(DescribeRulesCommand).resolves({ Rules: [aRule({ [blue]: 1 })] })
    elb.on(ModifyRuleCommand).rejects(thrown)
    const seen = await router().read()
    const write = router().write(seen, seen)
    await expect(write).rejects.toThrow(expected)
    // What was tried, and on what.
    await expect(write).rejects.toThrow(`elasticloadbalancing:ModifyRule on ${rule}`)
    await expect(write).rejects.toHaveProperty('cause', thrown)
    expect(elb.commandCalls(ModifyRuleCommand)).toHaveLength(1)
  })

  it('is given up after its time, aborted and of unknown outcome', async () => {
    elb.on(DescribeRulesCommand).resolves({ Rules: [aRule({ [blue]: 1 })] })
    elb.on(ModifyRuleCommand).callsFake(() => new Promise(() => undefined))
    const seen = await router().read()
    await expect(router(5).write(seen, seen)).rejects.toThrow(TransientError)
    await expect(router(5).write(seen, seen)).rejects.toThrow('no answer within 5 ms')
  })

  it.each([
    ['AccessDenied', 'allow the action in the role'],
    ['OperationNotPermitted', 'listenerArn'],
    ['TargetGroupAssociationLimit', 'one load balancer'],
    ['TooManyUniqueTargetGroupsPerLoadBalancer', 'detach one'],
  ])('says what helps against %s', async (name, help) => {
    elb.on(DescribeRulesCommand).rejects(refusal(name))
    await expect(router().read()).rejects.toThrow(help)
  })
})

describe('a test rule', () => {
  it('points everything at the canary and can be put back', async () => {
    const test = createAlbTestRouter(clients, { ruleArn: albArns.testRule })
    const live = { ...aRule({ [blue]: 1 }), RuleArn: albArns.testRule }
    elb.on(DescribeRulesCommand, { RuleArns: [albArns.testRule] }).resolves({ Rules: [live] })
    elb.on(ModifyRuleCommand).resolves({})
    const before = await test.read()
    const atGreen = test.pointAt(before, green)
    await test.write(before, atGreen)
    await test.write(atGreen, JSON.parse(JSON.stringify(before)))
    const sent = elb.commandCalls(ModifyRuleCommand).map(({ args }) => args[0].input)
    expect(sent.map(({ RuleArn }) => RuleArn)).toEqual([albArns.testRule, albArns.testRule])
    expect(sent.map(({ Actions }) => Actions?.[1])).toEqual([
      aForwardRequest({ [green]: 100 }, undefined, 2),
      aForwardRequest({ [blue]: 100 }, undefined, 2),
    ])
  })
})
