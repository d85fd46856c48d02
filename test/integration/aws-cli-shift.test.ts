import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startWebService, type WebService } from '../../local/demo/web-service.ts'
import type { LocalRun } from '../../local/start.ts'
import { callApi, startQuietly, waitForDeployment } from '../support/local-mode.ts'

/** The CLI of Debian's package: version 2, as most people have it. */
const aws = '/usr/bin/aws'
const isThere = existsSync(aws)
if (!isThere) console.warn(`${aws} is absent (apt-get install awscli): the tests with the real AWS CLI do not run`)

const run = promisify(execFile)

describe.skipIf(!isThere)('a deployment, seen by the real AWS CLI', () => {
  let local: LocalRun
  let servers: { blue: WebService; green: WebService }

  beforeAll(async () => {
    local = await startQuietly()
    servers = { blue: await startWebService('v1'), green: await startWebService('v2') }
  })
  afterAll(async () => {
    await local.close()
    await Promise.all([servers.blue.close(), servers.green.close()])
  })

  async function elbv2(...args: readonly string[]): Promise<Record<string, Record<string, unknown>[]>> {
    const env = {
      ...process.env,
      AWS_ACCESS_KEY_ID: 'any',
      AWS_SECRET_ACCESS_KEY: 'thing',
      AWS_DEFAULT_REGION: 'eu-west-1',
    }
    const { stdout } = await run(aws, ['--endpoint-url', local.awsUrl, '--output', 'json', 'elbv2', ...args], { env })
    return stdout.trim() === '' ? {} : JSON.parse(stdout)
  }

  async function createGroup(name: string, port: number): Promise<string> {
    const created = await elbv2(
      ...['create-target-group', '--name', name, '--protocol', 'HTTP', '--port', String(port), '--target-type', 'ip'],
      ...['--vpc-id', 'vpc-1', '--health-check-path', '/health', '--health-check-interval-seconds', '10'],
    )
    const arn = String(created.TargetGroups?.[0]?.TargetGroupArn)
    await elbv2('register-targets', '--target-group-arn', arn, '--targets', `Id=127.0.0.1,Port=${port}`)
    return arn
  }

  async function weightsOf(ruleArn: string, groups: { blue: string; green: string }) {
    const { Rules } = await elbv2('describe-rules', '--rule-arns', ruleArn)
    const [action] = (Rules?.[0]?.Actions ?? []) as {
      ForwardConfig: { TargetGroups: { TargetGroupArn: string; Weight: number }[] }
    }[]
    const weightOf = (arn: string) =>
      action?.ForwardConfig.TargetGroups.find((group) => group.TargetGroupArn === arn)?.Weight
    return { blue: weightOf(groups.blue), green: weightOf(groups.green) }
  }

  it('moves what curl reaches, and shows its weights at every step', { timeout: 120_000 }, async () => {
    const blue = await createGroup('web-blue', servers.blue.port)
    const green = await createGroup('web-green', servers.green.port)
    const balancers = await elbv2('create-load-balancer', '--name', 'web', '--subnets', 'subnet-1', 'subnet-2')
    const balancer = balancers.LoadBalancers?.[0] as {
      LoadBalancerArn: string
      AvailabilityZones: { LoadBalancerAddresses: { IpAddress: string }[] }[]
    }
    const address = balancer.AvailabilityZones[0]?.LoadBalancerAddresses[0]?.IpAddress
    const listeners = await elbv2(
      ...['create-listener', '--load-balancer-arn', balancer.LoadBalancerArn, '--protocol', 'HTTP', '--port', '18080'],
      ...['--default-actions', 'Type=fixed-response,FixedResponseConfig={StatusCode=404}'],
    )
    const forward = (weights: { blue: number; green: number }) =>
      JSON.stringify([
        {
          Type: 'forward',
          ForwardConfig: {
            TargetGroups: [
              { TargetGroupArn: blue, Weight: weights.blue },
              { TargetGroupArn: green, Weight: weights.green },
            ],
          },
        },
      ])
    const rules = await elbv2(
      ...['create-rule', '--listener-arn', String(listeners.Listeners?.[0]?.ListenerArn), '--priority', '10'],
      ...['--conditions', 'Field=path-pattern,Values=/*', '--actions', forward({ blue: 70, green: 30 })],
    )
    const ruleArn = String(rules.Rules?.[0]?.RuleArn)

    const curl = async (times: number) => {
      const url = `http://${address}:18080/`
      const { stdout } = await run('curl', ['-s', '-w', '\n', ...Array.from({ length: times }, () => url)])
      const versions = stdout
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line).version)
      return { v1: versions.filter((one) => one === 'v1').length, v2: versions.filter((one) => one === 'v2').length }
    }
    const split = await curl(100)
    expect(split.v1 + split.v2).toBe(100)
    expect(Math.abs(split.v2 - 30)).toBeLessThanOrEqual(1)

    await elbv2('modify-rule', '--rule-arn', ruleArn, '--actions', forward({ blue: 100, green: 0 }))
    expect(await curl(50)).toEqual({ v1: 50, v2: 0 })

    const weights = [25, 50, 100]
    const put = await callApi(local.apiUrl, 'PUT', '/v1/services/web', {
      routes: [{ kind: 'alb', ruleArn, blue, green }],
      strategy: { type: 'steps', steps: weights.map((weight) => ({ weight, bakeSeconds: 86_400 })) },
    })
    expect(put).toMatchObject({ status: 201 })
    const started = await callApi(local.apiUrl, 'POST', '/v1/deployments', { service: 'web', revision: 'v2' })
    expect(started).toMatchObject({ status: 202, body: { stable: 'blue', canary: 'green' } })
    const id = String(started.body.id)

    for (const [step, weight] of weights.entries()) {
      await waitForDeployment(
        local.apiUrl,
        id,
        (deployment) => deployment.phase === 'baking' && deployment.step === step,
      )
      expect(await weightsOf(ruleArn, { blue, green })).toEqual({ blue: 100 - weight, green: weight })
      const reached = await curl(100)
      expect(Math.abs(reached.v2 - weight)).toBeLessThanOrEqual(1)
      const promoted = await callApi(local.apiUrl, 'POST', `/v1/deployments/${id}/promote`, { expectedStep: step })
      expect(promoted.status).toBe(200)
    }
    await waitForDeployment(local.apiUrl, id, (deployment) => deployment.phase === 'succeeded')
    expect(await weightsOf(ruleArn, { blue, green })).toEqual({ blue: 0, green: 100 })
  })
})
