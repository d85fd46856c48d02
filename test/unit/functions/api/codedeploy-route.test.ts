import { describe, expect, it } from 'vitest'
import { parseDeploymentRequest, parseService } from '../../../../functions/api/to-domain.ts'
import { ValidationError } from '../../../../shared/domain/errors.ts'
import { webArns } from '../../../support/builders.ts'
import { aServiceBody } from '../../../support/memory-api.ts'

const group = { kind: 'codedeploy', applicationName: 'web', deploymentGroupName: 'prod' }
const alias = { kind: 'lambda-alias', functionName: 'checkout', alias: 'live' }
const arn = 'arn:aws:lambda:eu-west-1:123456789012:function:checkout'
const elsewhere = 'arn:aws:lambda:us-east-1:123456789012:function:checkout'
const taskDefinition = 'arn:aws:ecs:eu-west-1:123456789012:task-definition/web:7'
const assumeRole = { arn: 'arn:aws:iam::123456789012:role/x' }

const parseRoutes = (...routes: unknown[]) => parseService('web', aServiceBody({ routes })).routes
const parseRevision = (codedeploy: unknown) => parseDeploymentRequest({ service: 'web', codedeploy }).codedeploy

function problemsOf(call: () => unknown): readonly (readonly [string, string])[] {
  try {
    call()
    return []
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error
    return error.problems.map(({ path, message }) => [path, message])
  }
}

describe('a codedeploy route', () => {
  it('gets its defaults, and keeps what it is given', () => {
    expect(parseRoutes(group)).toEqual([{ ...group, onForeignDeployment: 'refuse', wave: 1 }])
    const adopting = { ...group, onForeignDeployment: 'adopt', wave: 1 }
    expect(parseRoutes(adopting)).toEqual([adopting])
  })

  it('has no gate that looks at target groups, before they are known', () => {
    expect(parseService('web', aServiceBody({ routes: [group], gates: [] })).gates).toEqual([])
  })

  const named = (of: string) => `must be the name of ${of}: letters, digits and ._+=,@-, at most 100`
  it.each<[string, readonly unknown[], readonly (readonly [string, string])[]]>([
    ['another wave', [{ ...group, wave: 2 }], [['routes[0].wave', 'must be 1']]],
    ['another account', [{ ...group, assumeRole }], [['routes[0].assumeRole', 'not available yet']]],
    [
      'another policy',
      [{ ...group, onForeignDeployment: 'wait' }],
      [['routes[0].onForeignDeployment', 'must be one of "refuse", "adopt"']],
    ],
    [
      'a slash in a name',
      [{ ...group, applicationName: 'a/b' }],
      [['routes[0].applicationName', named('an application')]],
    ],
    [
      'no group',
      [{ ...group, deploymentGroupName: '' }],
      [['routes[0].deploymentGroupName', named('a deployment group')]],
    ],
    [
      'what only its driver fills in',
      [{ ...group, moves: {} }],
      [
        [
          'routes[0].moves',
          'is not known here; known are kind, applicationName, deploymentGroupName, onForeignDeployment, assumeRole, wave',
        ],
      ],
    ],
    ['company', [group, alias], [['routes[0]', 'a codedeploy route stands alone in its service']]],
  ])('is refused with %s', (_, routes, problems) => {
    expect(problemsOf(() => parseRoutes(...routes))).toEqual(problems)
  })
})

describe('a lambda-alias route', () => {
  it('gets its defaults, stands beside others, and may be in a wave', () => {
    const rule = { kind: 'alb', ruleArn: webArns.rule, blue: webArns.blue, green: webArns.green }
    expect(parseRoutes(alias, { ...alias, alias: 'eu', wave: 2 }, rule)).toEqual([
      { ...alias, wave: 1 },
      { ...alias, alias: 'eu', wave: 2 },
      { ...rule, wave: 1 },
    ])
    expect(parseRoutes({ ...alias, functionName: arn }, { ...alias, functionName: elsewhere })).toHaveLength(2)
  })

  it.each<[string, readonly unknown[], readonly (readonly [string, string])[]]>([
    ['an alias twice', [alias, alias], [['routes[1].functionName', 'is named twice: each alias at most once']]],
    [
      'a name after an ARN',
      [{ ...alias, functionName: arn }, { ...alias, alias: 'eu' }, alias],
      [['routes[2].functionName', 'may be the function of routes[0]: give both by name, or both by ARN']],
    ],
    [
      'an ARN after a name',
      [alias, { ...alias, functionName: arn }],
      [['routes[1].functionName', 'may be the function of routes[0]: give both by name, or both by ARN']],
    ],
    [
      'a qualifier',
      [{ ...alias, functionName: `${arn}:live` }],
      [['routes[0].functionName', 'must be the name of a function, or its ARN without a version or alias']],
    ],
    [
      'a version for an alias',
      [{ ...alias, alias: '7' }],
      [['routes[0].alias', 'must be the name of an alias: letters, digits, - and _, not digits alone']],
    ],
    ['another account', [{ ...alias, assumeRole }], [['routes[0].assumeRole', 'not available yet']]],
  ])('is refused with %s', (_, routes, problems) => {
    expect(problemsOf(() => parseRoutes(...routes))).toEqual(problems)
  })

  it('takes versions by function', () => {
    const request = parseDeploymentRequest({ service: 'web', lambda: { versions: { checkout: '7', [arn]: '8' } } })
    expect(request).toEqual({ service: 'web', lambda: { checkout: '7', [arn]: '8' } })
  })

  it.each([
    ['$LATEST', { checkout: '$LATEST' }, 'lambda.versions.checkout'],
    ['no function', { 'a b': '7' }, 'lambda.versions.a b'],
  ])('refuses %s as a version', (_, versions, path) => {
    expect(
      problemsOf(() => parseDeploymentRequest({ service: 'web', lambda: { versions } })).map(([at]) => at),
    ).toEqual([path])
  })
})

describe('what CodeDeploy is to deploy', () => {
  const appSpec = {
    version: 0,
    Resources: [
      {
        TargetService: {
          Type: 'AWS::ECS::Service',
          Properties: {
            TaskDefinition: taskDefinition,
            LoadBalancerInfo: { ContainerName: 'web', ContainerPort: 8080 },
          },
        },
      },
    ],
  }
  const ecs = { taskDefinition, containerName: 'web', containerPort: 8080 }
  const lambda = { functionName: 'checkout', alias: 'live', currentVersion: '6', targetVersion: '7' }
  const s3 = { bucket: 'builds', key: 'web.zip', bundleType: 'zip', version: 'v1', eTag: 'abc' }
  const github = { repository: 'acme/web', commitId: '3f2a91c0d5b6e7f8a9b0c1d2e3f4a5b6c7d8e9f0' }

  it('is an AppSpec, kept as it was given', () => {
    expect(parseRevision({ appSpec })).toEqual({ type: 'app-spec', appSpec })
  })

  it('is an AppSpec built from fields', () => {
    expect(parseRevision({ ecs })).toEqual({ type: 'app-spec', appSpec })
    const hooks = { AfterInstall: 'smoke', BeforeInstall: 'prepare' }
    expect(parseRevision({ ecs: { ...ecs, hooks } })).toEqual({
      type: 'app-spec',
      appSpec: { ...appSpec, Hooks: [{ BeforeInstall: 'prepare' }, { AfterInstall: 'smoke' }] },
    })
    expect(parseRevision({ lambda })).toEqual({
      type: 'app-spec',
      appSpec: {
        version: 0,
        Resources: [
          {
            TargetFunction: {
              Type: 'AWS::Lambda::Function',
              Properties: { Name: 'checkout', Alias: 'live', CurrentVersion: '6', TargetVersion: '7' },
            },
          },
        ],
      },
    })
  })

  it('is a bundle in S3, or a commit on GitHub', () => {
    expect(parseRevision({ s3 })).toEqual({ type: 's3', ...s3 })
    expect(parseRevision({ github })).toEqual({ type: 'github', ...github })
  })

  it.each<[string, unknown, readonly (readonly [string, string])[]]>([
    ['nothing', {}, [['codedeploy', 'needs one of appSpec, ecs, lambda, s3 or github']]],
    ['two things', { ecs, s3 }, [['codedeploy.s3', 'must be left out beside ecs: give one of them']]],
    [
      'an AppSpec with a misspelt hook section',
      { appSpec: { ...appSpec, Hoks: [] } },
      [['codedeploy.appSpec.Hoks', 'is not known here; known are version, Resources, Hooks']],
    ],
    [
      'fields of an AppSpec that break its rules',
      { ecs: { ...ecs, taskDefinition: 'web:7', containerPort: 0, hooks: { AllowTraffic: 'x' } } },
      [
        [
          'codedeploy.ecs.taskDefinition',
          'must be the ARN of a task definition with its revision: arn:…:task-definition/web:7',
        ],
        ['codedeploy.ecs.containerPort', 'must be at least 1'],
        [
          'codedeploy.ecs.hooks.AllowTraffic',
          'is not known here; known are BeforeInstall, AfterInstall, AfterAllowTestTraffic, BeforeAllowTraffic, AfterAllowTraffic',
        ],
      ],
    ],
    [
      'a shift from a version to itself',
      { lambda: { ...lambda, targetVersion: '6' } },
      [['codedeploy.lambda.targetVersion', 'must be another version than currentVersion']],
    ],
    [
      'a short commit',
      { github: { repository: 'web', commitId: '3f2a91c' } },
      [
        ['codedeploy.github.repository', 'must be owner/name, such as "acme/web"'],
        ['codedeploy.github.commitId', 'must be the full id of a commit: 40 hexadecimal digits'],
      ],
    ],
    ['text', 'web', [['codedeploy', 'must be an object']]],
  ])('is refused: %s', (_, codedeploy, problems) => {
    expect(problemsOf(() => parseRevision(codedeploy))).toEqual(problems)
  })
})
