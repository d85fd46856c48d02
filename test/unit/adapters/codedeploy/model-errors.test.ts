import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as sdk from '@aws-sdk/client-codedeploy'
import { mockClient } from 'aws-sdk-client-mock'
import { beforeEach, describe, expect, it } from 'vitest'
import { isKnownError } from '../../../../shared/adapters/codedeploy/codedeploy-error.ts'
import { createCodeDeployDriver } from '../../../../shared/adapters/codedeploy/deployment-driver.ts'
import { createCodeDeployRouteInspector } from '../../../../shared/adapters/codedeploy/group-inspector.ts'
import type { DriverWish } from '../../../../shared/ports/deployment-driver.ts'
import { aDrivenRoute } from '../../../support/driven-stack.ts'

const client = new sdk.CodeDeployClient({ region: 'eu-west-1' })
const codeDeploy = mockClient(client)
const clients = { repeating: client, once: client }
const driver = createCodeDeployDriver(clients, aDrivenRoute())
const noBalancer = () => {
  throw new Error('a group of servers has no load balancer to look at')
}
const inspector = createCodeDeployRouteInspector({
  ...{ region: 'eu-west-1', clients },
  behind: { findPair: noBalancer, routerFor: noBalancer, inspectGroup: noBalancer },
})
const wish = (percent: number): DriverWish => ({
  ...{ tag: 'sluice dep_1', platform: 'ECS', revision: { type: 'app-spec', appSpec: {} } },
  strategy: { type: 'canary', percent, intervalSeconds: 300, bakeSeconds: 0 },
})

/**
 * What an error comes to: one of our classes; `nothing created` for a passing failure that created no deployment;
 * `fine` where it is no error for whoever asked; `noted` where an inspection says it in a sentence.
 */
type Outcome =
  | 'NotFoundError'
  | 'UpstreamError'
  | 'ConflictError'
  | 'TransientError'
  | 'nothing created'
  | 'fine'
  | 'noted'

interface Operation {
  /** Whatever is not listed as something else. */
  readonly refused: readonly string[]
  readonly otherwise: Readonly<Partial<Record<Outcome, readonly string[]>>>
  readonly fail: (error: Error) => unknown
  readonly run: () => Promise<unknown>
  /** What it comes to when it is throttled, and when nobody answers. */
  readonly throttled?: Outcome
  readonly unanswered?: Outcome
  readonly denied?: Outcome
}

const noApplication = ['ApplicationDoesNotExist', 'DeploymentGroupDoesNotExist']
const groupNames = ['ApplicationNameRequired', 'DeploymentGroupNameRequired']
const wrongNames = ['InvalidApplicationName', 'InvalidDeploymentGroupName']
const noDeployment = ['DeploymentDoesNotExist']
const wrongId = ['DeploymentIdRequired', 'InvalidDeploymentId']

/** Every call to CodeDeploy, with every error of its model: without `Exception`, as read by hand from the API reference. */
const operations: Readonly<Record<string, Operation>> = {
  GetDeploymentGroup: {
    fail: (error) => codeDeploy.on(sdk.GetDeploymentGroupCommand).rejects(error),
    run: () => inspector.inspect(aDrivenRoute()),
    refused: [],
    otherwise: { fine: noApplication, noted: ['DeploymentConfigDoesNotExist', ...groupNames, ...wrongNames] },
    denied: 'noted',
  },
  ListDeployments: {
    fail: (error) => codeDeploy.on(sdk.ListDeploymentsCommand).rejects(error),
    run: () => driver.find('sluice dep_1', 0),
    refused: [
      ...[...groupNames, ...wrongNames, 'InvalidDeploymentStatus', 'InvalidExternalId', 'InvalidInput'],
      ...['InvalidNextToken', 'InvalidTimeRange'],
    ],
    otherwise: { NotFoundError: noApplication },
  },
  BatchGetDeployments: {
    fail: (error) => codeDeploy.on(sdk.BatchGetDeploymentsCommand).rejects(error),
    run: () => driver.find('sluice dep_1', 0),
    refused: ['BatchLimitExceeded', ...wrongId],
    otherwise: {},
  },
  GetDeployment: {
    fail: (error) => codeDeploy.on(sdk.GetDeploymentCommand).rejects(error),
    run: () => driver.read('d-1'),
    refused: wrongId,
    otherwise: { NotFoundError: noDeployment },
  },
  ListDeploymentTargets: {
    fail: (error) => codeDeploy.on(sdk.ListDeploymentTargetsCommand).rejects(error),
    run: () => driver.read('d-1'),
    refused: [
      ...[...wrongId, 'InvalidDeploymentInstanceType', 'InvalidInstanceStatus', 'InvalidInstanceType'],
      ...['InvalidNextToken', 'InvalidTargetFilterName'],
    ],
    otherwise: { NotFoundError: [...noApplication, ...noDeployment], fine: ['DeploymentNotStarted'] },
  },
  BatchGetDeploymentTargets: {
    fail: (error) => codeDeploy.on(sdk.BatchGetDeploymentTargetsCommand).rejects(error),
    run: () => driver.read('d-1'),
    refused: [
      ...[...wrongId, 'DeploymentTargetIdRequired', 'DeploymentTargetListSizeExceeded', 'InvalidDeploymentTargetId'],
    ],
    otherwise: {
      NotFoundError: noDeployment,
      TransientError: ['DeploymentNotStarted', 'DeploymentTargetDoesNotExist', 'InstanceDoesNotExist'],
    },
  },
  GetDeploymentConfig: {
    fail: (error) => codeDeploy.on(sdk.GetDeploymentConfigCommand).rejects(error),
    run: () => driver.create(wish(25)),
    refused: ['DeploymentConfigNameRequired', 'InvalidComputePlatform', 'InvalidDeploymentConfigName'],
    otherwise: { fine: ['DeploymentConfigDoesNotExist'] },
    ...{ throttled: 'nothing created', unanswered: 'nothing created' },
  },
  CreateDeploymentConfig: {
    fail: (error) => codeDeploy.on(sdk.CreateDeploymentConfigCommand).rejects(error),
    run: () => driver.create(wish(25)),
    refused: [
      ...['DeploymentConfigLimitExceeded', 'DeploymentConfigNameRequired', 'InvalidComputePlatform'],
      ...['InvalidDeploymentConfigName', 'InvalidMinimumHealthyHostValue', 'InvalidTrafficRoutingConfiguration'],
      'InvalidZonalDeploymentConfiguration',
    ],
    otherwise: { fine: ['DeploymentConfigAlreadyExists'] },
    ...{ throttled: 'nothing created', unanswered: 'nothing created' },
  },
  CreateDeployment: {
    fail: (error) => codeDeploy.on(sdk.CreateDeploymentCommand).rejects(error),
    run: () => driver.create(wish(10)),
    refused: [
      ...['AlarmsLimitExceeded', ...noApplication, ...groupNames, ...wrongNames, 'DeploymentConfigDoesNotExist'],
      ...['DescriptionTooLong', 'InvalidAlarmConfig', 'InvalidAutoRollbackConfig', 'InvalidAutoScalingGroup'],
      ...['InvalidComputePlatform', 'InvalidDeploymentConfigName', 'InvalidECSService', 'InvalidFileExistsBehavior'],
      ...['InvalidGitHubAccountToken', 'InvalidIgnoreApplicationStopFailuresValue', 'InvalidInput'],
      ...['InvalidLoadBalancerInfo', 'InvalidRevision', 'InvalidRole', 'InvalidTargetInstances'],
      ...['InvalidTrafficRoutingConfiguration', 'InvalidUpdateOutdatedInstancesOnlyValue', 'RevisionDoesNotExist'],
      'RevisionRequired',
    ],
    otherwise: { ConflictError: ['DeploymentLimitExceeded'], 'nothing created': ['Throttling'] },
    throttled: 'nothing created',
  },
  ContinueDeployment: {
    fail: (error) => codeDeploy.on(sdk.ContinueDeploymentCommand).rejects(error),
    run: () => driver.continue('d-1', 'ready'),
    refused: [...wrongId, 'InvalidDeploymentStatus', 'InvalidDeploymentWaitType'],
    otherwise: {
      NotFoundError: noDeployment,
      fine: ['DeploymentAlreadyCompleted', 'DeploymentIsNotInReadyState', 'UnsupportedActionForDeploymentType'],
    },
  },
  StopDeployment: {
    fail: (error) => codeDeploy.on(sdk.StopDeploymentCommand).rejects(error),
    run: () => driver.stop('d-1'),
    refused: [...wrongId, 'UnsupportedActionForDeploymentType'],
    otherwise: {
      NotFoundError: [...noDeployment, 'DeploymentGroupDoesNotExist'],
      fine: ['DeploymentAlreadyCompleted'],
    },
  },
}

/** The errors of each operation's model, as the SDK documents them beside its command. */
function modelled(operation: string): string[] {
  const main = fileURLToPath(import.meta.resolve('@aws-sdk/client-codedeploy'))
  const file = join(dirname(dirname(main)), 'dist-types', 'commands', `${operation}Command.d.ts`)
  const names = [...readFileSync(file, 'utf8').matchAll(/@throws \{@link (\w+)Exception\}/g)].map(([, name]) => name)
  return names.filter((name): name is string => name !== undefined && name !== 'CodeDeployService').sort()
}

function outcomesOf({ refused, otherwise }: Operation): [name: string, outcome: Outcome][] {
  return Object.entries({ UpstreamError: refused, ...otherwise }).flatMap(([outcome, names]) =>
    names.map((name): [string, Outcome] => [name, outcome as Outcome]),
  )
}

async function outcomeOf(run: () => Promise<unknown>): Promise<Outcome> {
  try {
    const answer = await run()
    const isNoted = answer && typeof answer === 'object' && 'notLookedAt' in answer && String(answer.notLookedAt) !== ''
    return isNoted ? 'noted' : 'fine'
  } catch (error) {
    const { name, refused } = error as { name: Outcome; refused?: boolean }
    return name === 'TransientError' && refused ? 'nothing created' : name
  }
}

function failure(name: string, httpStatusCode = 400) {
  const $fault = httpStatusCode >= 500 ? ('server' as const) : ('client' as const)
  return new sdk.CodeDeployServiceException({ name, $fault, message: 'no', $metadata: { httpStatusCode } })
}

beforeEach(() => {
  codeDeploy.reset()
  codeDeploy.onAnyCommand().rejects(new Error('unexpected command'))
  codeDeploy.on(sdk.ListDeploymentsCommand).resolves({ deployments: ['d-1'] })
  codeDeploy.on(sdk.BatchGetDeploymentsCommand).resolves({})
  codeDeploy.on(sdk.GetDeploymentCommand).resolves({ deploymentInfo: { deploymentId: 'd-1', status: 'InProgress' } })
  codeDeploy.on(sdk.ListDeploymentTargetsCommand).resolves({ targetIds: ['i-1'] })
  codeDeploy.on(sdk.BatchGetDeploymentTargetsCommand).resolves({})
  codeDeploy.on(sdk.GetDeploymentConfigCommand).rejects(failure('DeploymentConfigDoesNotExistException'))
  codeDeploy.on(sdk.CreateDeploymentConfigCommand).resolves({})
  codeDeploy.on(sdk.CreateDeploymentCommand).resolves({ deploymentId: 'd-1' })
})

describe.each(Object.entries(operations))('%s', (name, operation) => {
  it('has every error of its model in the table, and no other', () => {
    expect(
      outcomesOf(operation)
        .map(([error]) => error)
        .sort(),
    ).toEqual(modelled(name))
  })

  it.each(outcomesOf(operation))('makes of %sException: %s', async (error, outcome) => {
    operation.fail(failure(`${error}Exception`))
    expect(await outcomeOf(operation.run)).toBe(outcome)
    expect(error === 'Throttling' || isKnownError(`${error}Exception`)).toBe(true)
  })

  const unanswered = operation.unanswered ?? 'TransientError'
  it.each<[string, Error, Outcome]>([
    ['throttling', failure('ThrottlingException'), operation.throttled ?? 'nothing created'],
    ['a service failure', failure('InternalFailure', 500), unanswered],
    ['no answer in time', Object.assign(new Error('slow'), { name: 'TimeoutError' }), unanswered],
    ['a reset connection', Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }), unanswered],
    ['a missing permission', failure('AccessDeniedException'), operation.denied ?? 'UpstreamError'],
    ['an error that is not in its model', failure('SomethingNewException'), operation.denied ?? 'UpstreamError'],
  ])('tells of %s', async (_, error, outcome) => {
    operation.fail(error)
    expect(await outcomeOf(operation.run)).toBe(outcome)
  })
})
