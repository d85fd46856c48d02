import { describe, expect, it } from 'vitest'
import { parseDeploymentRequest, parseService } from '../../../../functions/api/to-domain.ts'
import { ValidationError } from '../../../../shared/domain/errors.ts'
import { webArns } from '../../../support/builders.ts'
import { aServiceBody } from '../../../support/memory-api.ts'

const route = { kind: 'alb', ruleArn: webArns.rule, blue: webArns.blue, green: webArns.green }
const otherRule = `${webArns.rule.slice(0, -1)}c`
const listener = 'arn:aws-cn:elasticloadbalancing:cn-north-1:123456789012:listener/app/shop/50dc6c495c0c9188/f2f7dc8efc'
const canary = { type: 'canary', percent: 10, intervalSeconds: 60, bakeSeconds: 60 }
const metric = { kind: 'metric', metric: 'error-rate', max: 0.01 }
const probe = { kind: 'probe', url: 'http://{side}.example.com/healthz' }
const checks = { kind: 'route53-health', healthCheckIds: ['check-a', 'check-b'] }
const webhook = { kind: 'webhook', url: 'https://judge.example.com/{side}', secretName: '/sluice/judge' }
const freeze = { cron: '0 18 * * 5', durationSeconds: 226_800, timeZone: 'Asia/Tokyo', reason: 'weekend' }
const steps = (...list: unknown[]) => ({ strategy: { type: 'steps', steps: list } })

describe('a service document', () => {
  it('gets every default', () => {
    expect(parseService('web', aServiceBody({ gates: [metric] }))).toEqual({
      name: 'web',
      routes: [{ ...route, wave: 1 }],
      strategy: { type: 'canary', percent: 10, intervalSeconds: 1800, bakeSeconds: 600 },
      gates: [
        { ...gateDefaults('target-health'), minHealthyPercent: 100 },
        { ...gateDefaults('metric'), metric: 'error-rate', max: 0.01, failures: 2, minRequests: 100 },
      ],
      settleSeconds: 10,
      approvals: { required: 1, timeoutSeconds: 86_400 },
      concurrency: 'reject',
      onDrift: 'halt',
      freeze: [],
      lateWatch: { seconds: 3600, action: 'notify' },
    })
  })

  it('keeps settings of the gate that is always on', () => {
    const { gates } = parseService('web', aServiceBody({ gates: [{ kind: 'target-health', minHealthyPercent: 50 }] }))
    expect(gates).toEqual([{ ...gateDefaults('target-health'), minHealthyPercent: 50 }])
  })

  it('gives a probe its defaults', () => {
    const { gates } = parseService('web', aServiceBody({ gates: [probe] }))
    expect(gates[1]).toEqual({
      ...gateDefaults('probe'),
      url: 'http://{side}.example.com/healthz',
      method: 'GET',
      headers: {},
      expectStatus: '200-299',
      timeoutSeconds: 5,
      failures: 3,
      successes: 2,
      when: 'both',
    })
  })

  it.each([
    [undefined, 2],
    [1, 1],
  ])('gives health checks their defaults, and with minHealthy %s needs %i', (minHealthy, expected) => {
    const gate = { ...checks, ...(minHealthy !== undefined && { minHealthy }) }
    const { gates } = parseService('web', aServiceBody({ gates: [gate] }))
    expect(gates[1]).toEqual({
      ...gateDefaults('route53-health'),
      healthCheckIds: ['check-a', 'check-b'],
      minHealthy: expected,
    })
  })

  it('gives a webhook its defaults', () => {
    const { gates } = parseService('web', aServiceBody({ gates: [webhook] }))
    expect(gates[1]).toEqual({
      ...gateDefaults('webhook'),
      url: 'https://judge.example.com/{side}',
      secretName: '/sluice/judge',
      timeoutSeconds: 10,
      when: 'both',
    })
  })

  it('keeps freeze windows as written, in UTC by default', () => {
    const daily = { cron: '*/30 22 * * MON-FRI', durationSeconds: 60 }
    expect(parseService('web', aServiceBody({ freeze: [freeze, daily] })).freeze).toEqual([
      freeze,
      { ...daily, timeZone: 'UTC' },
    ])
  })

  it('bakes blue-green for ten minutes by default', () => {
    const { strategy } = parseService('web', aServiceBody({ strategy: { type: 'blue-green' } }))
    expect(strategy).toEqual({ type: 'blue-green', bakeSeconds: 600 })
  })

  it('takes a listener of any partition, and a test entry', () => {
    const { routes } = parseService(
      'web',
      aServiceBody({ routes: [{ ...without(route, 'ruleArn'), listenerArn: listener, test: { ruleArn: otherRule } }] }),
    )
    expect(routes).toEqual([
      { ...without(route, 'ruleArn'), listenerArn: listener, test: { ruleArn: otherRule }, wave: 1 },
    ])
  })

  it.each([
    ['concurrency reject', { concurrency: 'reject' }],
    ['a queue', { concurrency: 'queue' }],
    ['superseding', { concurrency: 'supersede' }],
    ['an empty freeze', { freeze: [] }],
    ['a late watch of 0 s', { lateWatch: { seconds: 0, action: 'roll-back' } }],
    ['an empty notify', { notify: {} }],
    ['no notify', { notify: null }],
    ['a Slack channel', { notify: { slackChannel: 'C0123' } }],
    ['no webhooks', { notify: { webhooks: [] } }],
    ['wave 1', { routes: [{ ...route, wave: 1 }] }],
    ['wave 20', { routes: [{ ...route, wave: 20 }] }],
    ['one decimal', { strategy: { ...canary, percent: 33.3 } }],
    [
      'all numbers at their least',
      { strategy: { type: 'linear', percent: 0.1, intervalSeconds: 0, bakeSeconds: 0 }, settleSeconds: 0 },
    ],
    ['one step', steps({ weight: 100, bakeSeconds: 0, approval: true })],
    ['a preset', { strategy: { type: 'preset', name: 'CodeDeployDefault.ECSCanary10Percent5Minutes' } }],
    ['a hundred alarms', { gates: [{ kind: 'alarms', alarmNames: Array.from({ length: 100 }, (_, n) => `a${n}`) }] }],
    ['a body to expect at a path', { gates: [{ ...probe, expectBody: { path: '$.status', value: 'ok' } }] }],
    ['two gates of a kind', { gates: [metric, { ...metric, name: 'errors-2' }] }],
  ])('takes %s', (_, part) => {
    expect(() => parseService('web', aServiceBody(part))).not.toThrow()
  })

  it.each<[string, Record<string, unknown>, string[]]>([
    ['an unknown field', { routs: [] }, ['routs']],
    ['no routes', { routes: [] }, ['routes']],
    ['routes that are no list', { routes: {} }, ['routes']],
    [
      'too many routes',
      { routes: Array.from({ length: 21 }, (_, n) => ({ ...route, ruleArn: `${webArns.rule}${n}` })) },
      ['routes'],
    ],
    ['an unknown kind', { routes: [{ ...route, kind: 'nlb' }] }, ['routes[0].kind']],
    ['no kind', { routes: [without(route, 'kind')] }, ['routes[0].kind']],
    ['neither rule nor listener', { routes: [without(route, 'ruleArn')] }, ['routes[0].ruleArn']],
    ['rule and listener', { routes: [{ ...route, listenerArn: listener }] }, ['routes[0].listenerArn']],
    ['a wrong ARN', { routes: [{ ...route, blue: 'web-blue' }] }, ['routes[0].blue']],
    ['a rule in place of a group', { routes: [{ ...route, green: webArns.rule }] }, ['routes[0].green']],
    [
      'a network load balancer',
      { routes: [{ ...route, ruleArn: webArns.rule.replace('/app/', '/net/') }] },
      ['routes[0].ruleArn'],
    ],
    ['no green', { routes: [without(route, 'green')] }, ['routes[0].green']],
    ['blue as green', { routes: [{ ...route, green: webArns.blue }] }, ['routes[0].green']],
    ['a rule twice', { routes: [route, { ...route }] }, ['routes[1].ruleArn']],
    ['its rule as test rule', { routes: [{ ...route, test: { ruleArn: webArns.rule } }] }, ['routes[0].test.ruleArn']],
    ['an empty test entry', { routes: [{ ...route, test: {} }] }, ['routes[0].test.ruleArn']],
    ['an unknown route field', { routes: [{ ...route, weight: 3 }] }, ['routes[0].weight']],
    ['wave 0', { routes: [{ ...route, wave: 0 }] }, ['routes[0].wave']],
    ['wave 21', { routes: [{ ...route, wave: 21 }] }, ['routes[0].wave']],
    ['half a wave', { routes: [{ ...route, wave: 1.5 }] }, ['routes[0].wave']],
    ['no strategy', { strategy: undefined }, ['strategy']],
    ['an unknown strategy', { strategy: { type: 'rolling' } }, ['strategy.type']],
    ['0 percent', { strategy: { ...canary, percent: 0 } }, ['strategy.percent']],
    ['100 percent at once as canary', { strategy: { ...canary, percent: 100 } }, ['strategy.percent']],
    ['two decimals', { strategy: { ...canary, percent: 1.25 } }, ['strategy.percent']],
    ['text as percent', { strategy: { ...canary, percent: '10' } }, ['strategy.percent']],
    ['a negative bake', { strategy: { ...canary, bakeSeconds: -1 } }, ['strategy.bakeSeconds']],
    ['half seconds', { strategy: { ...canary, bakeSeconds: 1.5 } }, ['strategy.bakeSeconds']],
    ['over a week', { strategy: { ...canary, intervalSeconds: 604_801 } }, ['strategy.intervalSeconds']],
    ['no steps', steps(), ['strategy.steps']],
    [
      'falling steps',
      steps({ weight: 50, bakeSeconds: 1 }, { weight: 20, bakeSeconds: 1 }, { weight: 100, bakeSeconds: 1 }),
      ['strategy.steps[1].weight'],
    ],
    ['steps that end below 100', steps({ weight: 50, bakeSeconds: 1 }), ['strategy.steps[0].weight']],
    ['an unknown preset', { strategy: { type: 'preset', name: 'CodeDeployDefault.OneAtATime' } }, ['strategy.name']],
    ['an unknown gate', { gates: [{ kind: 'vibes' }] }, ['gates[0].kind']],
    ['no alarm names', { gates: [{ kind: 'alarms', alarmNames: [] }] }, ['gates[0].alarmNames']],
    ['an alarm twice', { gates: [{ kind: 'alarms', alarmNames: ['a', 'a'] }] }, ['gates[0].alarmNames']],
    ['a metric without limit', { gates: [without(metric, 'max')] }, ['gates[0].max']],
    ['a limit above 1 for a fraction', { gates: [{ ...metric, max: 5 }] }, ['gates[0].max']],
    ['min above max', { gates: [{ ...metric, metric: 'requests', min: 9, max: 1 }] }, ['gates[0].min']],
    ['an unknown metric', { gates: [{ ...metric, metric: 'errors' }] }, ['gates[0].metric']],
    ['gate names twice', { gates: [metric, metric] }, ['gates[1].name']],
    ['the reserved gate name', { gates: [{ ...metric, name: 'target-health' }] }, ['gates[0].name']],
    ['a probe of a file', { gates: [{ ...probe, url: 'file:///etc/passwd' }] }, ['gates[0].url']],
    ['a password in a URL', { gates: [{ ...probe, url: 'http://a:b@example.com' }] }, ['gates[0].url']],
    ['a wrong status range', { gates: [{ ...probe, expectStatus: '2xx' }] }, ['gates[0].expectStatus']],
    ['a range that runs backwards', { gates: [{ ...probe, expectStatus: '299-200' }] }, ['gates[0].expectStatus']],
    ['a header with a line break', { gates: [{ ...probe, headers: { 'X-A': 'a\r\nb' } }] }, ['gates[0].headers.X-A']],
    ['half an expected body', { gates: [{ ...probe, expectBody: { path: '$.a' } }] }, ['gates[0].expectBody.value']],
    ['no health checks', { gates: [{ ...checks, healthCheckIds: [] }] }, ['gates[0].healthCheckIds']],
    ['a health check twice', { gates: [{ ...checks, healthCheckIds: ['a', 'a'] }] }, ['gates[0].healthCheckIds']],
    ['an ARN for an id', { gates: [{ ...checks, healthCheckIds: ['arn:x'] }] }, ['gates[0].healthCheckIds[0]']],
    ['more healthy ones than there are', { gates: [{ ...checks, minHealthy: 3 }] }, ['gates[0].minHealthy']],
    ['none healthy', { gates: [{ ...checks, minHealthy: 0 }] }, ['gates[0].minHealthy']],
    ['a webhook without a secret', { gates: [without(webhook, 'secretName')] }, ['gates[0].secretName']],
    ['a secret in the name', { gates: [{ ...webhook, secretName: 'hunter 2!' }] }, ['gates[0].secretName']],
    ['a webhook that waits for ever', { gates: [{ ...webhook, timeoutSeconds: 31 }] }, ['gates[0].timeoutSeconds']],
    ['a password in a webhook', { gates: [{ ...webhook, url: 'https://a:b@example.com' }] }, ['gates[0].url']],
    ['an unknown gate field', { gates: [{ ...probe, retries: 2 }] }, ['gates[0].retries']],
    ['a wrong mode', { gates: [{ ...metric, mode: 'off' }] }, ['gates[0].mode']],
    ['no approvers', { approvals: { required: 0 } }, ['approvals.required']],
    ['an unknown drift word', { onDrift: 'ignore' }, ['onDrift']],
    ['a freeze of six fields', { freeze: [{ ...freeze, cron: '0 0 18 * * 5' }] }, ['freeze[0].cron']],
    ['a freeze that never comes', { freeze: [freeze, { ...freeze, cron: '0 0 31 2 *' }] }, ['freeze[1].cron']],
    ['a freeze in no zone', { freeze: [{ ...freeze, timeZone: 'Mars/Olympus' }] }, ['freeze[0].timeZone']],
    ['a freeze without an end', { freeze: [without(freeze, 'durationSeconds')] }, ['freeze[0].durationSeconds']],
    ['a freeze of a minute less', { freeze: [{ ...freeze, durationSeconds: 59 }] }, ['freeze[0].durationSeconds']],
    ['a freeze for ever', { freeze: [{ ...freeze, durationSeconds: 2_592_001 }] }, ['freeze[0].durationSeconds']],
    ['a blank reason of a freeze', { freeze: [{ ...freeze, reason: ' ' }] }, ['freeze[0].reason']],
    ['21 freezes', { freeze: Array.from({ length: 21 }, () => freeze) }, ['freeze']],
  ])('refuses %s', (_, part, paths) => {
    expect(problemPaths(() => parseService('web', aServiceBody(part)))).toEqual(paths)
  })

  it.each([
    ['half of it', { seconds: 60 }, { seconds: 60, action: 'notify' }],
    ['the other half', { action: 'roll-back' }, { seconds: 3600, action: 'roll-back' }],
    ['none', { seconds: 0 }, { seconds: 0, action: 'notify' }],
  ])('takes a late watch: %s', (_, lateWatch, expected) => {
    expect(parseService('web', aServiceBody({ lateWatch })).lateWatch).toEqual(expected)
  })

  it.each([
    ['seconds', { seconds: -1 }],
    ['seconds', { seconds: 604_801 }],
    ['action', { action: 'halt' }],
  ])('refuses a late watch with wrong %s', (path, lateWatch) => {
    expect(problemPaths(() => parseService('web', aServiceBody({ lateWatch })))).toEqual([`lateWatch.${path}`])
  })

  it.each<[string, Record<string, unknown>, string]>([
    [
      'another account',
      { routes: [{ ...route, assumeRole: { arn: 'arn:aws:iam::123456789012:role/x', externalId: 'id' } }] },
      'routes[0].assumeRole',
    ],
    ['webhooks', { notify: { webhooks: [{ url: 'https://a.example', secretName: '/a' }] } }, 'notify.webhooks'],
  ])('says that %s is not available yet', (_, part, path) => {
    expect(problemsOf(() => parseService('web', aServiceBody(part)))).toEqual([{ path, message: 'not available yet' }])
  })

  it('lists every problem at once', () => {
    const body = {
      routes: [{ ...route, blue: 'x', wave: 21 }, route, { ...route }],
      strategy: { type: 'canary', percent: 200 },
      gates: [metric, { ...metric, failures: 0 }, probe],
      settleSeconds: -1,
      colour: 'red',
    }
    expect(problemPaths(() => parseService('web', body)).sort()).toEqual([
      'colour',
      'gates[1].failures',
      'gates[1].name',
      'routes[0].blue',
      'routes[0].wave',
      'routes[1].ruleArn',
      'routes[2].ruleArn',
      'settleSeconds',
      'strategy.bakeSeconds',
      'strategy.intervalSeconds',
      'strategy.percent',
    ])
  })

  it.each([
    [
      'an unknown kind',
      { routes: [{ ...route, kind: 'nlb' }] },
      'must be one of "alb", "route53", "lambda-alias", "codedeploy"',
    ],
    ['a missing number', { strategy: without(canary, 'percent') }, 'is required: a number'],
    ['an unknown word', { onDrift: 'ignore' }, 'must be one of "halt", "overwrite", "roll-back"'],
    ['an unknown field', { approvals: { count: 1 } }, 'is not known here; known are required, timeoutSeconds'],
    ['a long list', { gates: [{ kind: 'alarms', alarmNames: [] }] }, 'must have at least 1 entries'],
    ['a fraction', { settleSeconds: 1.5 }, 'must be a whole number'],
    ['a large number', { settleSeconds: 3601 }, 'must be at most 3600'],
    [
      'four fields',
      { freeze: [{ ...freeze, cron: '0 18 * *' }] },
      'must have five fields: minute, hour, day of the month, month, day of the week',
    ],
    [
      'a wrong hour',
      { freeze: [{ ...freeze, cron: '0 24 * * *' }] },
      'must be a cron expression of five fields, such as "0 18 * * 5": Invalid value for hour: 24',
    ],
    [
      'an offset',
      { freeze: [{ ...freeze, timeZone: '+09:00' }] },
      'must be the name of a time zone, such as "Europe/Berlin" or "UTC"',
    ],
  ])('says what is allowed: %s', (_, part, message) => {
    expect(problemsOf(() => parseService('web', aServiceBody(part)))[0]?.message).toBe(message)
  })

  it.each(['', 'Web', '1web', 'web_1', 'w'.repeat(64)])('refuses the name %j', (name) => {
    expect(() => parseService(name, aServiceBody())).toThrow(ValidationError)
  })

  it.each([[null], [[]], ['text'], [3]])('refuses %j as a document', (body) => {
    expect(problemPaths(() => parseService('web', body))).toEqual([''])
  })
})

describe('a deployment request', () => {
  it('takes the service alone', () => {
    expect(parseDeploymentRequest({ service: 'web' })).toEqual({ service: 'web' })
  })

  it('keeps everything it is given', () => {
    const body = {
      service: 'web',
      to: 'green',
      revision: 'git:3f2a91c',
      reason: 'release 42',
      links: { build: 'https://ci.example.com/1' },
      strategy: canary,
      gates: [],
      override: [{ finding: 'alarm-firing:web-5xx', reason: 'known' }],
    }
    expect(parseDeploymentRequest(body)).toEqual(body)
  })

  it.each<[string, Record<string, unknown>, string[]]>([
    ['no service', { service: undefined }, ['service']],
    ['a slot of no name', { to: 'red' }, ['to']],
    ['a blank reason', { reason: ' ' }, ['reason']],
    ['a link to a script', { links: { build: 'javascript:alert(1)' } }, ['links.build']],
    ['a link that is ours', { links: { self: 'https://example.com' } }, ['links.self']],
    ['an override without reason', { override: [{ finding: 'freeze' }] }, ['override[0].reason']],
    [
      'an empty AppSpec',
      { codedeploy: { appSpec: {} } },
      ['codedeploy.appSpec.version', 'codedeploy.appSpec.Resources'],
    ],
    ['an unknown field', { weight: 10 }, ['weight']],
  ])('refuses %s', (_, part, paths) => {
    expect(problemPaths(() => parseDeploymentRequest({ service: 'web', ...part }))).toEqual(paths)
  })
})

function gateDefaults(kind: string) {
  return {
    kind,
    name: kind,
    mode: 'enforce',
    onFail: 'roll-back',
    noDataLimit: 3,
    onNoData: 'roll-back',
    graceSeconds: 240,
    maxExtendSeconds: 900,
  }
}

function without(object: Readonly<Record<string, unknown>>, field: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== field))
}

function problemsOf(action: () => unknown) {
  try {
    action()
  } catch (error) {
    if (error instanceof ValidationError) return error.problems
    throw error
  }
  return []
}

function problemPaths(action: () => unknown): string[] {
  return problemsOf(action).map(({ path }) => path)
}
