import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LocalRun } from '../../local/start.ts'
import { type DrivenCloud, openDrivenCloud, serviceAt } from '../support/driven-cloud.ts'
import { startQuietly } from '../support/local-mode.ts'

/** The CLI of Debian's package: version 2, as most people have it. */
const aws = '/usr/bin/aws'
const isThere = existsSync(aws)
if (!isThere) console.warn(`${aws} is absent (apt-get install awscli): the tests with the real AWS CLI do not run`)

const run = promisify(execFile)
/** Each step is longer than any test. */
const canary = { type: 'canary', percent: 40, intervalSeconds: 86_400, bakeSeconds: 86_400 }

describe.skipIf(!isThere).concurrent('what Sluice starts and stops, seen by the real AWS CLI', () => {
  let local: LocalRun
  let cloud: DrivenCloud

  beforeAll(async () => {
    local = await startQuietly()
    cloud = await openDrivenCloud(local)
  })
  afterAll(async () => {
    await cloud.close()
    await local.close()
  })

  async function cli(...args: readonly string[]): Promise<Record<string, unknown>> {
    const credentials = { AWS_ACCESS_KEY_ID: 'any', AWS_SECRET_ACCESS_KEY: 'thing', AWS_DEFAULT_REGION: 'eu-west-1' }
    const env = { ...process.env, ...credentials }
    const { stdout } = await run(aws, ['--endpoint-url', local.awsUrl, '--output', 'json', ...args], { env })
    return JSON.parse(stdout)
  }
  const getDeployment = async (id: string) =>
    (await cli('deploy', 'get-deployment', '--deployment-id', id)).deploymentInfo as Record<string, unknown>
  const listDeployments = async (name: string, ...filter: readonly string[]) => {
    const group = ['--application-name', name, '--deployment-group-name', 'live']
    return (await cli('deploy', 'list-deployments', ...group, ...filter)).deployments
  }
  const getAlias = (name: string) => cli('lambda', 'get-alias', '--function-name', name, '--name', 'live')

  it.for(['web', 'pay'])('a deployment of CodeDeploy: %s', { timeout: 120_000 }, async (name) => {
    const release = name === 'web' ? await cloud.startEcs({ name }) : await driven(name)
    const service = serviceAt(local.apiUrl, name)
    await service.register({ routes: [release.route], strategy: canary })
    const id = await service.deploy({ codedeploy: release.codedeploy })
    const { driver } = await service.untilBaking(id, 40)
    const ours = String((driver as Record<string, unknown>).deploymentId)
    const platform = name === 'web' ? 'ECS' : 'Lambda'
    expect(await getDeployment(ours)).toMatchObject({
      ...{ applicationName: name, deploymentGroupName: 'live', computePlatform: platform },
      ...{ status: 'InProgress', creator: 'user', description: `sluice ${id}` },
      deploymentConfigName: `sluice-${platform.toLowerCase()}-canary-40-1440m`,
    })
    expect(await listDeployments(name, '--include-only-statuses', 'InProgress')).toEqual([ours])
    if (name === 'pay')
      expect(await getAlias(name)).toMatchObject({
        ...{ FunctionVersion: '1', RoutingConfig: { AdditionalVersionWeights: { 2: 0.4 } } },
      })

    expect((await service.command(id, 'abort', { reason: 'enough' })).status).toBe(200)
    expect(await service.untilEnded(id)).toMatchObject({ phase: 'aborted', weight: 0 })
    const { status, rollbackInfo } = await getDeployment(ours)
    const back = String((rollbackInfo as Record<string, unknown>).rollbackDeploymentId)
    expect(status).toBe('Stopped')
    expect(await getDeployment(back)).toMatchObject({ status: 'Succeeded', creator: 'codeDeployRollback' })
    expect(await listDeployments(name)).toEqual([back, ours])
    if (name === 'pay') {
      const alias = await getAlias(name)
      expect([alias.FunctionVersion, alias.RoutingConfig]).toEqual(['1', undefined])
    }
  })

  async function driven(name: string) {
    const { driverRoute: route, codedeploy } = await cloud.startFunction(name)
    return { route, codedeploy }
  }

  it('an alias that Sluice moves', { timeout: 120_000 }, async () => {
    const { aliasRoute } = await cloud.startFunction('fn')
    const service = serviceAt(local.apiUrl, 'fn')
    await service.register({ routes: [aliasRoute], strategy: canary })
    const id = await service.deploy({ lambda: { versions: { fn: '2' } } })
    await service.untilBaking(id, 40)
    const AliasArn = 'arn:aws:lambda:eu-west-1:000000000000:function:fn:live'
    const split = await getAlias('fn')
    expect(split).toMatchObject({ AliasArn, FunctionVersion: '1' })
    expect(split.RoutingConfig).toEqual({ AdditionalVersionWeights: { 2: 0.4 } })
    expect((await service.command(id, 'promote', { expectedStep: 0 })).status).toBe(200)
    await service.untilBaking(id, 100)
    expect(await getAlias('fn')).toEqual({
      ...{ AliasArn, Name: 'live', FunctionVersion: '2', Description: '', RevisionId: expect.any(String) },
    })
    expect((await service.command(id, 'abort', { reason: 'enough' })).status).toBe(200)
    expect(await getAlias('fn')).toMatchObject({ FunctionVersion: '1' })
  })
})
