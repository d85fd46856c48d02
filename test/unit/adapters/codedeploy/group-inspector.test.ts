import * as sdk from '@aws-sdk/client-codedeploy'
import { mockClient } from 'aws-sdk-client-mock'
import { beforeEach, describe, expect, it } from 'vitest'
import type { PairWish } from '../../../../shared/adapters/alb/pair-route.ts'
import { createCodeDeployRouteInspector } from '../../../../shared/adapters/codedeploy/group-inspector.ts'
import { NotFoundError, TransientError, UpstreamError } from '../../../../shared/domain/errors.ts'
import type { GroupFacts } from '../../../../shared/domain/route-facts.ts'
import type { AlbRoute } from '../../../../shared/domain/service.ts'
import type { RouteState } from '../../../../shared/domain/traffic.ts'
import { albArns } from '../../../support/alb.ts'
import { anAlbRoute } from '../../../support/builders.ts'
import { aDrivenRoute } from '../../../support/driven-stack.ts'

const client = new sdk.CodeDeployClient({ region: 'eu-west-1' })
const codeDeploy = mockClient(client)
const state: RouteState = { weights: { blue: 100, green: null }, settings: '', raw: null }
const groupFacts = (arn: string) => ({ arn }) as GroupFacts

/** @param behind - What the load balancer does, where it is not the usual. */
function anInspector(behind: {
  readonly findPair?: (wish: PairWish) => Promise<AlbRoute | null>
  readonly read?: () => Promise<RouteState>
}) {
  const asked: PairWish[] = []
  const inspector = createCodeDeployRouteInspector({
    ...{ region: 'eu-west-1', clients: { repeating: client, once: client } },
    behind: {
      async findPair(wish) {
        asked.push(wish)
        return behind.findPair ? behind.findPair(wish) : anAlbRoute({ wave: wish.wave })
      },
      routerFor: () => ({ read: behind.read ?? (async () => state) }),
      inspectGroup: async (arn) => groupFacts(arn),
    },
  })
  return { inspect: () => inspector.inspect(aDrivenRoute({ wave: 3 })), asked }
}

const ecsGroup: sdk.DeploymentGroupInfo = {
  ...{ computePlatform: 'ECS', deploymentConfigName: 'CodeDeployDefault.ECSAllAtOnce' },
  loadBalancerInfo: {
    targetGroupPairInfoList: [
      {
        targetGroups: [{ name: 'web-blue' }, { name: 'web-green' }],
        prodTrafficRoute: { listenerArns: [albArns.listener] },
        testTrafficRoute: { listenerArns: [`${albArns.listener}0`] },
      },
    ],
  },
  blueGreenDeploymentConfiguration: {
    deploymentReadyOption: { actionOnTimeout: 'STOP_DEPLOYMENT', waitTimeInMinutes: 30 },
    terminateBlueInstancesOnDeploymentSuccess: { action: 'TERMINATE', terminationWaitTimeInMinutes: 60 },
  },
  alarmConfiguration: { enabled: true, alarms: [{ name: 'web-5xx' }, {}] },
  autoRollbackConfiguration: { enabled: true, events: ['DEPLOYMENT_FAILURE'] },
}

const answerGroup = (deploymentGroupInfo: sdk.DeploymentGroupInfo) =>
  codeDeploy.on(sdk.GetDeploymentGroupCommand).resolves({ deploymentGroupInfo })

beforeEach(() => {
  codeDeploy.reset()
  codeDeploy.onAnyCommand().rejects(new Error('unexpected command'))
  codeDeploy.on(sdk.ListDeploymentsCommand).resolves({ deployments: [] })
})

function denied() {
  return Object.assign(new Error('no'), { name: 'AccessDeniedException' })
}

describe('the inspection of a deployment group', () => {
  it('tells of an ECS group, of its traffic, and of what runs in it', async () => {
    answerGroup(ecsGroup)
    codeDeploy.on(sdk.ListDeploymentsCommand).resolves({ deployments: ['d-1', 'd-2', 'd-3'] })
    codeDeploy.on(sdk.BatchGetDeploymentsCommand).resolves({
      deploymentsInfo: [
        { deploymentId: 'd-1', status: 'Ready', description: 'by hand', creator: 'user', createTime: new Date(0) },
        { deploymentId: 'd-2', status: 'InProgress', creator: 'codeDeployRollback', createTime: new Date(1000) },
        // It ended between the list and this answer.
        { deploymentId: 'd-3', status: 'Succeeded', createTime: new Date(2000) },
      ],
    })
    const { inspect, asked } = anInspector({})
    expect(await inspect()).toEqual({
      kind: 'codedeploy',
      state,
      groups: { blue: groupFacts(albArns.blue), green: groupFacts(albArns.green) },
      group: {
        ...{ platform: 'ECS', deploymentConfigName: 'CodeDeployDefault.ECSAllAtOnce', moves: anAlbRoute({ wave: 3 }) },
        testListenerArn: `${albArns.listener}0`,
        alarms: { enabled: true, names: ['web-5xx'] },
        autoRollback: { enabled: true, events: ['DEPLOYMENT_FAILURE'] },
        ...{ readyWaitMinutes: 30, terminationWaitMinutes: 60 },
        running: [
          {
            ...{ deploymentId: 'd-2', description: '', creator: 'codeDeployRollback' },
            createdAt: '1970-01-01T00:00:01.000Z',
          },
          { deploymentId: 'd-1', description: 'by hand', creator: 'user', createdAt: '1970-01-01T00:00:00.000Z' },
        ],
      },
      notLookedAt: [],
    })
    const groupNames = ['web-blue', 'web-green'] as const
    expect(asked).toEqual([{ region: 'eu-west-1', listenerArn: albArns.listener, groupNames, wave: 3 }])
    expect(codeDeploy.commandCalls(sdk.ListDeploymentsCommand).map(({ args }) => args[0].input)).toEqual([
      {
        ...{ applicationName: 'web', deploymentGroupName: 'live' },
        includeOnlyStatuses: ['Created', 'Queued', 'InProgress', 'Baking', 'Ready'],
      },
    ])
  })

  it('has little to tell of groups that shift nothing by a load balancer', async () => {
    answerGroup({ computePlatform: 'Lambda', deploymentConfigName: 'CodeDeployDefault.LambdaAllAtOnce' })
    const { inspect, asked } = anInspector({})
    expect(await inspect()).toEqual({
      ...{ kind: 'codedeploy', state: null, groups: { blue: null, green: null }, notLookedAt: [] },
      group: {
        ...{ platform: 'Lambda', deploymentConfigName: 'CodeDeployDefault.LambdaAllAtOnce', moves: null },
        ...{ testListenerArn: null, alarms: { enabled: false, names: [] } },
        ...{ autoRollback: { enabled: false, events: [] }, readyWaitMinutes: null, terminationWaitMinutes: 0 },
        running: [],
      },
    })
    expect(asked).toEqual([])
  })

  it('takes a group without a platform for one of servers, whose waits are not those of tasks', async () => {
    const { loadBalancerInfo: _pair, computePlatform: _platform, ...settings } = ecsGroup
    answerGroup(settings)
    expect((await anInspector({}).inspect()).group).toMatchObject({
      ...{ platform: 'Server', moves: null, readyWaitMinutes: 30, terminationWaitMinutes: 0 },
    })
  })

  it.each([
    ['application', 'ApplicationDoesNotExistException'],
    ['deployment group', 'DeploymentGroupDoesNotExistException'],
  ])('says that there is no such %s', async (_, name) => {
    codeDeploy.on(sdk.GetDeploymentGroupCommand).rejects(Object.assign(new Error('no'), { name }))
    expect(await anInspector({}).inspect()).toEqual({
      ...{ kind: 'codedeploy', state: null, groups: { blue: null, green: null }, group: null, notLookedAt: [] },
    })
  })

  it('says what it may not look at, naming the group', async () => {
    codeDeploy.on(sdk.GetDeploymentGroupCommand).rejects(denied())
    expect(await anInspector({}).inspect()).toMatchObject({
      group: null,
      notLookedAt: [expect.stringMatching(/deployment group web\/live could not be looked at: .*AccessDenied/)],
    })
  })

  it('tells of the group though its deployments or its load balancer may not be looked at', async () => {
    answerGroup(ecsGroup)
    codeDeploy.on(sdk.ListDeploymentsCommand).rejects(denied())
    const findPair = async () => {
      throw new UpstreamError('denied')
    }
    expect(await anInspector({ findPair }).inspect()).toMatchObject({
      ...{ state: null, group: { platform: 'ECS', moves: null, running: [] } },
      notLookedAt: expect.arrayContaining([
        expect.stringContaining('the load balancer of deployment group web/live could not be looked at: denied'),
        expect.stringContaining('the deployments of web/live could not be looked at'),
      ]),
    })
  })

  it('has no routing where the rule is gone, and says so where it may not be read', async () => {
    answerGroup(ecsGroup)
    const reading = (error: Error) => anInspector({ read: () => Promise.reject(error) }).inspect()
    expect(await reading(new NotFoundError('gone'))).toMatchObject({ state: null, notLookedAt: [] })
    expect(await reading(new UpstreamError('no forward action'))).toMatchObject({
      ...{ state: null, notLookedAt: ['the routing could not be looked at: no forward action'] },
    })
  })

  it('fails where CodeDeploy cannot be asked now', async () => {
    codeDeploy.on(sdk.GetDeploymentGroupCommand).rejects(Object.assign(new Error('slow'), { name: 'TimeoutError' }))
    await expect(anInspector({}).inspect()).rejects.toThrow(TransientError)
  })
})
