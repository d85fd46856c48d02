import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import * as sdk from '@aws-sdk/client-elastic-load-balancing-v2'
import { afterEach, describe, expect, it } from 'vitest'
import { createElasticLoadBalancing } from '../../local/aws/elastic-load-balancing-v2/service.ts'
import type { AwsServer } from '../../local/aws/server.ts'
import { createManualClock } from '../../local/clock.ts'
import { createDataDir } from '../../local/data-dir.ts'
import { clientSettings, startAwsEndpoint } from '../support/aws-endpoint.ts'
import { createFakeDataPlane } from '../support/fake-data-plane.ts'

const directories: string[] = []

afterEach(async () => {
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true })
})

async function aDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'sluice-endpoint-'))
  directories.push(directory)
  return directory
}

async function anEndpoint(options: { directory?: string } = {}) {
  const clock = createManualClock()
  const dataPlane = createFakeDataPlane()
  const addresses = { next: async (taken: Iterable<string>) => `127.0.0.${2 + [...taken].length}` }
  const service = createElasticLoadBalancing({ dataPlane, clock, addresses })
  const server = await startAwsEndpoint({ services: [service], clock, dataDir: createDataDir(options.directory) })
  return { server, dataPlane, client: new sdk.ElasticLoadBalancingV2Client(clientSettings(server)) }
}

/** A load balancer `web` that forwards by a rule 100:0 to the groups `blue` and `green`. */
async function aBlueGreenStack(client: sdk.ElasticLoadBalancingV2Client) {
  const { LoadBalancers } = await client.send(
    new sdk.CreateLoadBalancerCommand({ Name: 'web', Subnets: ['subnet-a', 'subnet-b'], SecurityGroups: ['sg-1'] }),
  )
  const loadBalancer = one(LoadBalancers)
  const group = async (Name: string) =>
    one(
      (
        await client.send(
          new sdk.CreateTargetGroupCommand({ Name, Protocol: 'HTTP', Port: 8081, VpcId: 'vpc-1', TargetType: 'ip' }),
        )
      ).TargetGroups,
    )
  const blue = await group('blue')
  const green = await group('green')
  const { Listeners } = await client.send(
    new sdk.CreateListenerCommand({
      LoadBalancerArn: loadBalancer.LoadBalancerArn,
      Protocol: 'HTTP',
      Port: 8080,
      DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }],
    }),
  )
  const listener = one(Listeners)
  const { Rules } = await client.send(
    new sdk.CreateRuleCommand({
      ListenerArn: listener.ListenerArn,
      Priority: 10,
      Conditions: [{ Field: 'path-pattern', Values: ['/*'] }],
      Actions: [forward(blue, 100, green, 0)],
    }),
  )
  return { loadBalancer, blue, green, listener, rule: one(Rules) }
}

function forward(blue: sdk.TargetGroup, blueWeight: number, green: sdk.TargetGroup, greenWeight: number): sdk.Action {
  return {
    Type: 'forward',
    ForwardConfig: {
      TargetGroups: [
        { TargetGroupArn: blue.TargetGroupArn, Weight: blueWeight },
        { TargetGroupArn: green.TargetGroupArn, Weight: greenWeight },
      ],
    },
  }
}

function one<Item>(items: readonly Item[] | undefined): Item {
  const [item] = items ?? []
  if (item === undefined || items?.length !== 1) throw new Error(`expected one, got ${items?.length}`)
  return item
}

const put = (server: AwsServer, faults: unknown) =>
  fetch(`${server.url}/_local/faults`, { method: 'PUT', body: JSON.stringify(faults) })

describe('Elastic Load Balancing through the real SDK client', () => {
  it('creates a load balancer with ARNs, a name and an address as AWS has them', async () => {
    const { client } = await anEndpoint()
    const { loadBalancer, blue, listener, rule } = await aBlueGreenStack(client)
    const prefix = 'arn:aws:elasticloadbalancing:eu-west-1:000000000000'
    expect(loadBalancer).toEqual({
      LoadBalancerArn: expect.stringMatching(new RegExp(`^${prefix}:loadbalancer/app/web/[0-9a-f]{16}$`)),
      DNSName: expect.stringMatching(/^web-\d{9,10}\.eu-west-1\.elb\.amazonaws\.com$/),
      CanonicalHostedZoneId: 'Z32O12XQLNTSW2',
      CreatedTime: new Date('2026-01-01T00:00:00Z'),
      LoadBalancerName: 'web',
      Scheme: 'internet-facing',
      State: { Code: 'active' },
      Type: 'application',
      AvailabilityZones: [
        { ZoneName: 'eu-west-1a', SubnetId: 'subnet-a', LoadBalancerAddresses: [{ IpAddress: '127.0.0.2' }] },
        { ZoneName: 'eu-west-1b', SubnetId: 'subnet-b', LoadBalancerAddresses: [{ IpAddress: '127.0.0.2' }] },
      ],
      SecurityGroups: ['sg-1'],
      IpAddressType: 'ipv4',
    })
    const id = loadBalancer.LoadBalancerArn?.split('/').at(-1)
    expect(blue.TargetGroupArn).toMatch(new RegExp(`^${prefix}:targetgroup/blue/[0-9a-f]{16}$`))
    expect(listener.ListenerArn).toMatch(new RegExp(`^${prefix}:listener/app/web/${id}/[0-9a-f]{16}$`))
    expect(rule.RuleArn).toMatch(new RegExp(`^${prefix}:listener-rule/app/web/${id}/[0-9a-f]{16}/[0-9a-f]{16}$`))
  })

  it('shifts a weight: the rule shows it and the data plane has it before the answer', async () => {
    const { client, dataPlane } = await anEndpoint()
    const { blue, green, listener, rule } = await aBlueGreenStack(client)
    await client.send(new sdk.ModifyRuleCommand({ RuleArn: rule.RuleArn, Actions: [forward(blue, 90, green, 10)] }))
    const { Rules } = await client.send(new sdk.DescribeRulesCommand({ RuleArns: [rule.RuleArn ?? ''] }))
    expect(one(Rules).Actions).toEqual([
      {
        Type: 'forward',
        ForwardConfig: {
          // Not in the order given.
          TargetGroups: [
            { TargetGroupArn: green.TargetGroupArn, Weight: 10 },
            { TargetGroupArn: blue.TargetGroupArn, Weight: 90 },
          ],
          TargetGroupStickinessConfig: { Enabled: false },
        },
      },
    ])
    const carried = dataPlane.listeners.get(listener.ListenerArn ?? '')
    expect(carried?.rules[0]?.actions).toEqual(one(Rules).Actions)
    expect(carried?.rules.map(({ arn }) => arn)[0]).toBe(rule.RuleArn)
  })

  it('throws the exceptions of the SDK', async () => {
    const { client } = await anEndpoint()
    const { blue, listener } = await aBlueGreenStack(client)
    const { Rules } = await client.send(new sdk.DescribeRulesCommand({ ListenerArn: listener.ListenerArn }))
    const standard = Rules?.find(({ IsDefault }) => IsDefault)
    await expect(
      client.send(new sdk.ModifyRuleCommand({ RuleArn: standard?.RuleArn, Actions: [{ Type: 'forward' }] })),
    ).rejects.toThrow(sdk.OperationNotPermittedException)
    await expect(client.send(new sdk.DescribeRulesCommand({ RuleArns: ['none'] }))).rejects.toThrow(
      sdk.RuleNotFoundException,
    )
    await expect(client.send(new sdk.DescribeTargetHealthCommand({ TargetGroupArn: 'none' }))).rejects.toThrow(
      sdk.TargetGroupNotFoundException,
    )
    await expect(client.send(new sdk.DescribeLoadBalancersCommand({ Names: ['none'] }))).rejects.toThrow(
      sdk.LoadBalancerNotFoundException,
    )
    await expect(
      client.send(
        new sdk.ModifyListenerCommand({
          ListenerArn: listener.ListenerArn,
          DefaultActions: [{ ...forward(blue, 1000, blue, 1) }],
        }),
      ),
    ).rejects.toMatchObject({ name: 'ValidationError', $metadata: { httpStatusCode: 400 } })
  })

  it('keeps everything through a kill and a restart, at the same addresses', async () => {
    const directory = await aDirectory()
    const first = await anEndpoint({ directory })
    const { rule, blue, green } = await aBlueGreenStack(first.client)
    const Targets = [{ Id: '127.0.0.1', Port: 9001 }]
    await first.client.send(new sdk.RegisterTargetsCommand({ TargetGroupArn: green.TargetGroupArn, Targets }))
    await first.client.send(
      new sdk.ModifyRuleCommand({ RuleArn: rule.RuleArn, Actions: [forward(blue, 75, green, 25)] }),
    )

    const second = await anEndpoint({ directory })
    const describe = (client: sdk.ElasticLoadBalancingV2Client) =>
      Promise.all([
        client.send(new sdk.DescribeLoadBalancersCommand({})).then(({ LoadBalancers }) => LoadBalancers),
        client.send(new sdk.DescribeTargetGroupsCommand({})).then(({ TargetGroups }) => TargetGroups),
        client.send(new sdk.DescribeRulesCommand({ RuleArns: [rule.RuleArn ?? ''] })).then(({ Rules }) => Rules),
      ])
    expect(await describe(second.client)).toEqual(await describe(first.client))
    expect([...second.dataPlane.listeners]).toEqual([...first.dataPlane.listeners])
    expect([...second.dataPlane.targetGroups]).toEqual([...first.dataPlane.targetGroups])
    expect(second.dataPlane.targets.get(green.TargetGroupArn ?? '')).toEqual(Targets)
    const { LoadBalancers } = await second.client.send(new sdk.CreateLoadBalancerCommand({ Name: 'next' }))
    expect(one(LoadBalancers).AvailabilityZones?.[0]?.LoadBalancerAddresses).toEqual([{ IpAddress: '127.0.0.3' }])
  })
})

describe('faults at the endpoint', () => {
  const modify = (stack: Awaited<ReturnType<typeof aBlueGreenStack>>, green: number) =>
    new sdk.ModifyRuleCommand({
      RuleArn: stack.rule.RuleArn,
      Actions: [forward(stack.blue, 100 - green, stack.green, green)],
    })

  it('throttles one operation as often as asked, with the code of the service', async () => {
    const { server, client } = await anEndpoint()
    const stack = await aBlueGreenStack(client)
    await put(server, {
      faults: [{ service: 'elasticloadbalancing', action: 'ModifyRule', kind: 'throttle', count: 1 }],
    })
    await expect(client.send(modify(stack, 5))).rejects.toMatchObject({ name: 'Throttling', message: 'Rate exceeded' })
    await client.send(modify(stack, 5))
    const { faults } = (await (await fetch(`${server.url}/_local/faults`)).json()) as { faults: unknown }
    expect(faults).toEqual([
      { service: 'elasticloadbalancing', action: 'ModifyRule', kind: 'throttle', rate: 1, count: 1, hits: 1 },
    ])
  })

  it('loses an answer after the call took effect', async () => {
    const { server, client, dataPlane } = await anEndpoint()
    const stack = await aBlueGreenStack(client)
    await put(server, { faults: [{ kind: 'lost-answer', action: 'ModifyRule' }] })
    await expect(client.send(modify(stack, 40))).rejects.toMatchObject({ code: 'ECONNRESET' })
    const carried = dataPlane.listeners.get(stack.listener.ListenerArn ?? '')?.rules[0]?.actions[0]
    expect(carried?.ForwardConfig?.TargetGroups?.map(({ Weight }) => Weight)).toEqual([40, 60])
    const { items } = (await (await fetch(`${server.url}/_local/requests`)).json()) as { items: { outcome: string }[] }
    expect(items.at(-1)).toMatchObject({ action: 'ModifyRule', mutates: true, outcome: 'ok, answer lost' })
  })

  it('answers the error that is asked for, and none after they are taken away', async () => {
    const { server, client } = await anEndpoint()
    const stack = await aBlueGreenStack(client)
    const error = { kind: 'error', action: 'DescribeTargetHealth', code: 'HealthUnavailable', message: 'try later' }
    await put(server, { faults: [error] })
    const health = new sdk.DescribeTargetHealthCommand({ TargetGroupArn: stack.blue.TargetGroupArn })
    await expect(client.send(health)).rejects.toThrow(sdk.HealthUnavailableException)
    await fetch(`${server.url}/_local/faults`, { method: 'DELETE' })
    expect((await client.send(health)).TargetHealthDescriptions).toEqual([])
  })

  it.each([
    [{ faults: [{ kind: 'delay' }] }, 'faults.0.kind'],
    [{ faults: [{ kind: 'latency' }] }, 'faults.0.latencyMs'],
    [{ faults: [{ kind: 'error', rate: 2 }] }, 'faults.0.rate'],
    [{ faults: [{ kind: 'throttle', code: 'Mine' }] }, 'faults.0.code'],
    [{ faults: [{ kind: 'error', service: 'elb' }] }, 'faults.0.service'],
    [{ faults: [{ kind: 'error', service: 'elasticloadbalancing', action: 'ModifyRules' }] }, 'faults.0.action'],
    [{ faults: 'none' }, 'faults'],
  ])('refuses %j and names the field', async (body, path) => {
    const { server } = await anEndpoint()
    const answer = await put(server, body)
    expect(answer.status).toBe(422)
    expect(((await answer.json()) as { errors: { path: string }[] }).errors.map((error) => error.path)).toEqual([path])
  })

  it('refuses an unknown field by its name', async () => {
    const { server } = await anEndpoint()
    const answer = await put(server, { faults: [{ kind: 'error', delay: 5 }] })
    expect(answer.status).toBe(422)
    expect(await answer.text()).toContain('Unrecognized key: \\"delay\\"')
  })
})

describe('the paths of the endpoint itself', () => {
  it.each(['/_local/reset', '/moto-api/reset'])('%s forgets every resource, fault and request', async (path) => {
    const directory = await aDirectory()
    const { server, client, dataPlane } = await anEndpoint({ directory })
    await aBlueGreenStack(client)
    await put(server, { faults: [{ kind: 'error' }] })
    expect((await fetch(server.url + path, { method: 'POST' })).status).toBe(200)
    expect((await client.send(new sdk.DescribeLoadBalancersCommand({}))).LoadBalancers).toEqual([])
    expect([dataPlane.listeners.size, dataPlane.targetGroups.size]).toEqual([0, 0])
    const again = await anEndpoint({ directory })
    expect((await again.client.send(new sdk.DescribeTargetGroupsCommand({}))).TargetGroups).toEqual([])
  })

  it('shows the clock, the state and the calls', async () => {
    const { server, client } = await anEndpoint()
    await client.send(new sdk.CreateLoadBalancerCommand({ Name: 'web' }))
    await expect(client.send(new sdk.DescribeRulesCommand({}))).rejects.toThrow()
    const get = async (path: string) => (await fetch(server.url + path)).json()
    expect(await get('/_local/clock')).toMatchObject({ now: '2026-01-01T00:00:00.000Z', speed: 1 })
    expect(await get('/_local/state')).toMatchObject({ 'elastic-load-balancing': { loadBalancers: [{ name: 'web' }] } })
    const at = '2026-01-01T00:00:00.000Z'
    const service = 'elasticloadbalancing'
    const refused = {
      seq: 2,
      at,
      service,
      action: 'DescribeRules',
      mutates: false,
      input: {},
      outcome: 'ValidationError',
    }
    expect(await get('/_local/requests')).toEqual({
      items: [
        { seq: 1, at, service, action: 'CreateLoadBalancer', mutates: true, input: { Name: 'web' }, outcome: 'ok' },
        refused,
      ],
    })
    expect(await get('/_local/requests?after=1')).toEqual({ items: [refused] })
  })

  it.each([
    ['GET', '/_local/nothing', 404],
    ['POST', '/_local/clock', 405],
    ['GET', '/_local/requests?after=x', 400],
    ['PUT', '/_local/faults', 400],
  ])('answers %s %s with %d in JSON', async (method, path, status) => {
    const { server } = await anEndpoint()
    const answer = await fetch(server.url + path, { method })
    expect(answer.status).toBe(status)
    expect(await answer.json()).toMatchObject({ status, detail: expect.any(String) })
  })
})

const cliPath = '/usr/bin/aws'

describe.skipIf(!existsSync(cliPath))(
  `Elastic Load Balancing through ${cliPath} (skipped where it is not installed)`,
  () => {
    async function cli(server: AwsServer, ...words: string[]): Promise<unknown> {
      const env = {
        PATH: process.env.PATH,
        AWS_ACCESS_KEY_ID: 'any',
        AWS_SECRET_ACCESS_KEY: 'any',
        AWS_DEFAULT_REGION: 'eu-west-1',
        AWS_MAX_ATTEMPTS: '1',
        AWS_EC2_METADATA_DISABLED: 'true',
      }
      const all = ['--endpoint-url', server.url, '--output', 'json', 'elbv2', ...words]
      const { stdout } = await promisify(execFile)(cliPath, all, { env, timeout: 60_000 })
      return stdout === '' ? undefined : JSON.parse(stdout)
    }

    it('creates, describes and shifts, and reads errors', { timeout: 120_000 }, async () => {
      const { server, client } = await anEndpoint()
      const { blue, green, listener, rule } = await aBlueGreenStack(client)
      const described = (await cli(server, 'describe-load-balancers', '--names', 'web')) as {
        LoadBalancers: { AvailabilityZones: { LoadBalancerAddresses: unknown }[] }[]
      }
      expect(described.LoadBalancers[0]?.AvailabilityZones[0]?.LoadBalancerAddresses).toEqual([
        { IpAddress: '127.0.0.2' },
      ])
      const actions = JSON.stringify([forward(blue, 60, green, 40)])
      await cli(server, 'modify-rule', '--rule-arn', rule.RuleArn ?? '', '--actions', actions)
      const { Rules } = (await cli(server, 'describe-rules', '--listener-arn', listener.ListenerArn ?? '')) as {
        Rules: sdk.Rule[]
      }
      expect(Rules.map(({ Priority, IsDefault }) => [Priority, IsDefault])).toEqual([
        ['10', false],
        ['default', true],
      ])
      expect(Rules[0]?.Actions?.[0]?.ForwardConfig?.TargetGroups?.map(({ Weight }) => Weight)).toEqual([40, 60])
      await expect(cli(server, 'describe-rules', '--rule-arns', 'none')).rejects.toThrow(
        /\(RuleNotFound\) when calling the DescribeRules operation.*: Rule 'none' not found/,
      )
      await cli(
        server,
        'register-targets',
        '--target-group-arn',
        blue.TargetGroupArn ?? '',
        '--targets',
        'Id=127.0.0.1,Port=9000',
      )
      expect(
        await cli(server, 'describe-target-health', '--target-group-arn', blue.TargetGroupArn ?? ''),
      ).toMatchObject({
        TargetHealthDescriptions: [{ Target: { Id: '127.0.0.1', Port: 9000 }, TargetHealth: { State: 'healthy' } }],
      })
    })
  },
)
