import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { compose } from '../../shared/compose.ts'
import { composeSlack } from '../../shared/compose-slack.ts'
import type { Deps } from '../../shared/deps.ts'
import { parseTokenText, toTokenText } from '../../shared/domain/api-token.ts'
import { ConfigError, TransientError, UpstreamError } from '../../shared/domain/errors.ts'
import { createLogger } from '../../shared/logger.ts'
import { albArns } from '../support/alb.ts'
import { startAnsweringServer } from '../support/answering-server.ts'
import { anAlbRoute, anAliasRoute } from '../support/builders.ts'
import { aDrivenRoute, anAppSpec } from '../support/driven-stack.ts'
import { aRecordSet, aRoute53Route, hostedZoneId } from '../support/route53.ts'

const config = {
  table: 'sluice',
  stateMachineArn: 'arn:aws:states:eu-west-1:123456789012:stateMachine:sluice',
  rollBackFunction: 'sluice-roll-back',
  rollbackCheckFunction: 'sluice-rollback-check',
  region: 'eu-west-1',
  adminArns: [],
  issuers: [],
}
const slack = {
  workFunction: 'sluice-slack-work',
  signingSecretName: '/sluice-slack/signing-secret',
  botTokenName: '/sluice-slack/bot-token',
  publicUrl: 'https://sluice.example',
}
const at = Date.UTC(2026, 0, 1)
const clock = { now: () => at, realNow: () => at, sleep: async () => undefined }
const logger = createLogger(() => undefined)

/** One call of each port that talks to AWS, and what it must be signed for. */
const elsewhere = (arn: string) => arn.replace('eu-west-1', 'us-east-2')
const route = { ...anAlbRoute({ ruleArn: elsewhere(albArns.rule) }), test: { ruleArn: elsewhere(albArns.testRule) } }
const elsewhereAlias = anAliasRoute({ functionName: 'arn:aws:lambda:us-east-2:123456789012:function:checkout' })
const groups = [{ targetGroupArn: elsewhere(albArns.green), loadBalancerArn: elsewhere(albArns.loadBalancer) }]
const calls: readonly [name: string, signedFor: string, variable: string, call: (deps: Deps) => Promise<unknown>][] = [
  ['services', 'dynamodb/eu-west-1', 'DYNAMODB', ({ services }) => services.get('web')],
  ['deployments', 'dynamodb/eu-west-1', 'DYNAMODB', ({ deployments }) => deployments.load('dep_1')],
  ['the policy', 'dynamodb/eu-west-1', 'DYNAMODB', ({ policies }) => policies.read()],
  ['API tokens', 'dynamodb/eu-west-1', 'DYNAMODB', ({ tokens }) => tokens.get('01kdvdnc00000000000000t0k1')],
  [
    'the audit',
    'dynamodb/eu-west-1',
    'DYNAMODB',
    ({ audit }) => audit.list({ order: 'newest-first' }, { limit: 1, cursor: null }),
  ],
  ['leases', 'dynamodb/eu-west-1', 'DYNAMODB', ({ leases }) => leases.peek(albArns.rule)],
  ['a router', 'elasticloadbalancing/us-east-2', 'ELASTIC_LOAD_BALANCING_V2', (deps) => deps.routerFor(route).read()],
  [
    'a test router',
    'elasticloadbalancing/us-east-2',
    'ELASTIC_LOAD_BALANCING_V2',
    (deps) => deps.testRouterFor(route.test).read(),
  ],
  [
    'the inspector',
    'elasticloadbalancing/us-east-2',
    'ELASTIC_LOAD_BALANCING_V2',
    ({ inspector }) => inspector.inspect(route),
  ],
  [
    'target health',
    'elasticloadbalancing/us-east-2',
    'ELASTIC_LOAD_BALANCING_V2',
    ({ targetHealth }) => targetHealth.read(elsewhere(albArns.green)),
  ],
  [
    'target groups',
    'elasticloadbalancing/us-east-2',
    'ELASTIC_LOAD_BALANCING_V2',
    ({ targetGroups }) => targetGroups.loadBalancerOf(elsewhere(albArns.green)),
  ],
  ["an alias's router", 'lambda/eu-west-1', 'LAMBDA', (deps) => deps.routerFor(anAliasRoute()).read()],
  ["an alias's router elsewhere", 'lambda/us-east-2', 'LAMBDA', (deps) => deps.routerFor(elsewhereAlias).read()],
  ["an alias's inspector", 'lambda/us-east-2', 'LAMBDA', ({ inspector }) => inspector.inspect(elsewhereAlias)],
  ['a driver', 'codedeploy/eu-west-1', 'CODEDEPLOY', (deps) => deps.driverFor(aDrivenRoute()).read('d-1')],
  [
    'the inspector of deployment groups',
    'codedeploy/eu-west-1',
    'CODEDEPLOY',
    ({ inspector }) => inspector.inspect(aDrivenRoute()),
  ],
  ['hosted zones', 'route53/eu-west-1', 'ROUTE_53', ({ hostedZones }) => hostedZones.zone(hostedZoneId)],
  ['zone changes', 'dynamodb/eu-west-1', 'DYNAMODB', ({ zoneChanges }) => zoneChanges.waiting(hostedZoneId)],
  ['propagation', 'dynamodb/eu-west-1', 'DYNAMODB', ({ propagation }) => propagation.read('C123')],
  ['the request budget', 'dynamodb/eu-west-1', 'DYNAMODB', ({ requestBudget }) => requestBudget.tryTake('plan')],
  [
    'metrics',
    'monitoring/us-east-2',
    'CLOUDWATCH',
    ({ metrics }) => metrics.read({ metric: 'requests', sides: groups, fromMs: at - 600_000, toMs: at }),
  ],
  ['alarms', 'monitoring/eu-west-1', 'CLOUDWATCH', ({ alarms }) => alarms.read(['web-5xx'], null)],
  ['health checks', 'monitoring/us-east-1', 'CLOUDWATCH', ({ healthChecks }) => healthChecks.read(['check-a'])],
  ['secrets', 'ssm/eu-west-1', 'SSM', ({ secrets }) => secrets.read('/sluice/judge')],
  ['the workflow', 'states/eu-west-1', 'SFN', ({ workflow }) => workflow.status('dep_1', 1)],
  [
    'the roll-back function',
    'lambda/eu-west-1',
    'LAMBDA',
    ({ rollBackInvoker }) => rollBackInvoker.rollBack('dep_1', { type: 'command', reason: 'abort' }),
  ],
  ['shown messages', 'dynamodb/eu-west-1', 'DYNAMODB', ({ shownMessages }) => shownMessages.load('dep_1')],
  ['alerts', 'dynamodb/eu-west-1', 'DYNAMODB', ({ alerts }) => alerts.load('dep_1', '1')],
  ['triggers', 'dynamodb/eu-west-1', 'DYNAMODB', ({ seenTriggers }) => seenTriggers.take('1.2.a')],
  ['the check', 'lambda/eu-west-1', 'LAMBDA', ({ checkInvoker }) => checkInvoker.check()],
]

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'any')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'any')
})
afterEach(() => vi.unstubAllEnvs())

describe('what is composed', () => {
  it.each(calls)('lets %s call %s at AWS_ENDPOINT_URL', async (_name, signedFor, _variable, call) => {
    const server = await startAnsweringServer(403)
    vi.stubEnv('AWS_ENDPOINT_URL', server.url)
    await call(compose(config, { clock, logger })).catch(() => undefined)
    expect(new Set(server.signedFor)).toEqual(new Set([signedFor]))
  })

  it.each(calls)('lets %s call %s at AWS_ENDPOINT_URL_%s first', async (_name, signedFor, variable, call) => {
    const general = await startAnsweringServer(403)
    const special = await startAnsweringServer(403)
    vi.stubEnv('AWS_ENDPOINT_URL', general.url)
    vi.stubEnv(`AWS_ENDPOINT_URL_${variable}`, special.url)
    await call(compose(config, { clock, logger })).catch(() => undefined)
    expect(general.signedFor).toEqual([])
    expect(new Set(special.signedFor)).toEqual(new Set([signedFor]))
  })

  it('reads the token of Slack by its name, and only once it is needed', async () => {
    const server = await startAnsweringServer(403)
    vi.stubEnv('AWS_ENDPOINT_URL', server.url)
    const deps = compose({ ...config, slack }, { clock, logger })
    expect(deps.publicUrl()).toBe('https://sluice.example')
    expect(server.signedFor).toEqual([])
    await expect(deps.chat.post('C0123', { text: 'hello', blocks: [] })).rejects.toThrow(UpstreamError)
    expect(server.signedFor).toEqual(['ssm/eu-west-1'])
  })

  it('says what is missing where Slack is not connected', async () => {
    const { chat, publicUrl } = compose(config, { clock, logger })
    await expect(chat.post('C0123', { text: 'hello', blocks: [] })).rejects.toThrow(ConfigError)
    expect(publicUrl).toThrow('SLUICE_SLACK_WORK_FUNCTION')
    expect(() => composeSlack(config)).toThrow('SLUICE_SLACK_WORK_FUNCTION')
  })

  it('lets what Slack calls read its secret, remember triggers and hand work on', async () => {
    const server = await startAnsweringServer(403)
    vi.stubEnv('AWS_ENDPOINT_URL', server.url)
    const { signingSecret, seenTriggers, workStarter } = composeSlack({ ...config, slack }, { clock, logger })
    await expect(signingSecret()).rejects.toThrow(UpstreamError)
    await expect(seenTriggers.take('1.2.a')).rejects.toThrow(UpstreamError)
    await expect(workStarter.start({})).rejects.toThrow(TransientError)
    expect(server.signedFor).toEqual(['ssm/eu-west-1', 'dynamodb/eu-west-1', 'lambda/eu-west-1'])
  })

  it('reads again what failed, and never writes twice', async () => {
    const server = await startAnsweringServer(500)
    vi.stubEnv('AWS_ENDPOINT_URL', server.url)
    const router = compose(config, { clock, logger }).routerFor(route)
    await expect(router.read()).rejects.toThrow(TransientError)
    expect(server.signedFor).toHaveLength(3)
    const actions = [{ Type: 'forward', TargetGroupArn: route.blue }]
    const state = { weights: { blue: 100, green: null }, settings: '', raw: { actions } }
    await expect(router.write(state, state)).rejects.toThrow(TransientError)
    expect(server.signedFor).toHaveLength(4)
  })

  it('reads an alias again where that failed, and never writes it twice', async () => {
    const server = await startAnsweringServer(500)
    vi.stubEnv('AWS_ENDPOINT_URL', server.url)
    const router = compose(config, { clock, logger }).routerFor(anAliasRoute())
    await expect(router.read()).rejects.toThrow(TransientError)
    expect(server.signedFor).toHaveLength(3)
    const raw = { version: '1', additional: null, revisionId: 'r1' }
    const seen = { weights: { blue: 100, green: null }, settings: '', raw }
    const target = router.target(seen, { canary: 'green', percent: 10, keepIdle: true })
    await expect(router.write(seen, target)).rejects.toThrow(TransientError)
    expect(server.signedFor).toHaveLength(4)
  })

  it('asks CodeDeploy once to create a deployment, and repeats what does no harm', async () => {
    const server = await startAnsweringServer(500)
    vi.stubEnv('AWS_ENDPOINT_URL', server.url)
    const driver = compose(config, { clock, logger }).driverFor(aDrivenRoute())
    const wish = { tag: 'sluice dep_1', revision: anAppSpec(2), strategy: null, platform: 'ECS' } as const
    await expect(driver.create(wish)).rejects.toMatchObject({ name: 'TransientError', refused: false })
    expect(server.signedFor).toEqual(['codedeploy/eu-west-1'])
    await expect(driver.stop('d-1')).rejects.toThrow(TransientError)
    expect(server.signedFor).toHaveLength(4)
  })

  it('asks Route 53 once, whatever comes of it: each request counts', async () => {
    const server = await startAnsweringServer(500)
    vi.stubEnv('AWS_ENDPOINT_URL', server.url)
    const { hostedZones } = compose(config, { clock, logger })
    await expect(hostedZones.zone(hostedZoneId)).rejects.toThrow(TransientError)
    await expect(hostedZones.page(hostedZoneId, null)).rejects.toThrow(TransientError)
    await expect(hostedZones.upsert(hostedZoneId, [aRecordSet()], '')).rejects.toThrow(TransientError)
    await expect(hostedZones.changeStatus('C123')).rejects.toThrow(TransientError)
    expect(server.signedFor).toEqual(Array(4).fill('route53/eu-west-1'))
  })

  it('asks the budget before it reads records', async () => {
    const budget = await startAnsweringServer(403)
    const route53 = await startAnsweringServer(403)
    vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', budget.url)
    vi.stubEnv('AWS_ENDPOINT_URL_ROUTE_53', route53.url)
    const { routerFor, inspector } = compose(config, { clock, logger })
    await expect(routerFor(aRoute53Route()).read()).rejects.toThrow(UpstreamError)
    const { notLookedAt } = await inspector.inspect(aRoute53Route())
    expect(notLookedAt).toHaveLength(2)
    expect(budget.signedFor).toEqual(Array(3).fill('dynamodb/eu-west-1'))
    expect(route53.signedFor).toEqual([])
  })

  it('answers what needs no call without one', async () => {
    const router = compose(config, { clock, logger }).routerFor(route)
    const actions = [{ Type: 'forward', TargetGroupArn: route.blue }]
    const seen = { weights: { blue: 100, green: null }, settings: '', raw: { actions } }
    const target = router.target(seen, { canary: 'green', percent: 10, keepIdle: true })
    expect(target.weights).toEqual({ blue: 90, green: 10 })
  })

  it('makes ids that sort by the time of the clock', () => {
    let nowMs = at
    const deps = compose(config, { clock: { ...clock, now: () => nowMs }, logger })
    const first = deps.newDeploymentId()
    nowMs += 1
    const second = deps.newDeploymentId()
    expect(first).toMatch(/^dep_[0-9A-HJKMNP-TV-Z]{26}$/)
    expect(second > first).toBe(true)
    nowMs += 366 * 86_400_000
    expect(deps.newDeploymentId() > second).toBe(true)
  })

  it('makes another holder and another id each time', () => {
    const deps = compose(config, { clock, logger })
    expect(new Set(Array.from({ length: 100 }, deps.newHolder)).size).toBe(100)
    expect(new Set(Array.from({ length: 100 }, deps.newDeploymentId)).size).toBe(100)
  })

  it('opens the doors of local mode only there', () => {
    const adminArns = ['arn:aws:iam::123456789012:user/mei']
    const issuers = [{ issuer: 'https://gitlab.com', audiences: ['sluice'] }]
    const compared = [false, true].map((local) => {
      const { doors, initialPolicy } = compose({ ...config, adminArns, issuers }, { clock, logger, local })
      return { doors, rules: initialPolicy.rules.map(({ name }) => name) }
    })
    expect(compared).toEqual([
      { doors: { local: false, iam: true, issuers: ['https://gitlab.com'] }, rules: ['first-admin'] },
      { doors: { local: true, iam: false, issuers: ['https://gitlab.com'] }, rules: ['local-owner', 'first-admin'] },
    ])
  })

  it('starts with no issuer whose keys would come over an open line', () => {
    const issuers = [{ issuer: 'http://127.0.0.1:9999', audiences: ['sluice'] }]
    expect(() => compose({ ...config, issuers }, { clock, logger })).toThrow(ConfigError)
    expect(() => compose({ ...config, issuers }, { clock, logger, local: true })).not.toThrow()
  })

  it('makes another API token each time, of the shape that is read again', () => {
    const { newTokenParts } = compose(config, { clock, logger })
    const parts = Array.from({ length: 100 }, newTokenParts)
    expect(parts.map((one) => parseTokenText(toTokenText(one)))).toEqual(parts)
    expect(new Set(parts.map(({ secret }) => secret)).size).toBe(100)
  })

  it('runs on the system’s clock by default', async () => {
    const { clock: system } = compose(config)
    const before = Date.now()
    await system.sleep(0)
    const [now, realNow] = [system.now(), system.realNow()]
    expect(now).toBeGreaterThanOrEqual(before)
    expect(realNow).toBeGreaterThanOrEqual(now)
  })
})
