import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AppSpecFields, buildAppSpec, type EcsAppSpec, readAppSpec } from '../../../shared/domain/app-spec.ts'
import { appSpecRules, hookEvents } from '../../../shared/domain/app-spec-rules.ts'
import { ValidationError } from '../../../shared/domain/errors.ts'

const taskDefinition = 'arn:aws:ecs:eu-west-1:123456789012:task-definition/web:7'
const ecs = {
  Type: 'AWS::ECS::Service',
  Properties: { TaskDefinition: taskDefinition, LoadBalancerInfo: { ContainerName: 'web', ContainerPort: 8080 } },
}
const lambda = {
  Type: 'AWS::Lambda::Function',
  Properties: { Name: 'checkout', Alias: 'live', CurrentVersion: '6', TargetVersion: '7' },
}
const ofEcs = (properties: Readonly<Record<string, unknown>> = {}, rest = {}) => ({
  version: 0,
  Resources: [{ TargetService: { ...ecs, Properties: { ...ecs.Properties, ...properties } } }],
  ...rest,
})
const ofLambda = (properties: Readonly<Record<string, unknown>> = {}, rest = {}) => ({
  version: '0.0',
  Resources: [{ checkout: { ...lambda, Properties: { ...lambda.Properties, ...properties } } }],
  ...rest,
})
const atService = 'Resources[0].TargetService'

function problemsOf(appSpec: Readonly<Record<string, unknown>>): readonly (readonly [string, string])[] {
  try {
    readAppSpec(appSpec, 'spec')
    return []
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error
    return error.problems.map(({ path, message }) => [path.replace(/^spec\.?/, ''), message])
  }
}

const matching = (name: keyof typeof appSpecRules) => fc.stringMatching(appSpecRules[name].pattern)
const hooksOf = (platform: AppSpecFields['platform']) =>
  fc
    .subarray<string>([...hookEvents[platform]])
    .chain((events) =>
      fc
        .array(matching('hookFunction'), { minLength: events.length, maxLength: events.length })
        .map((functions) => Object.fromEntries(events.map((event, index) => [event, functions[index] ?? 'check']))),
    )
const whole = (max: number, min = 0) => fc.integer({ min, max })
const anEcsSpec = fc.record(
  {
    platform: fc.constant('ECS' as const),
    taskDefinition: matching('taskDefinition'),
    containerName: matching('containerName'),
    containerPort: whole(65_535, 1),
    hooks: hooksOf('ECS'),
    platformVersion: matching('platformVersion'),
    capacityProviderStrategy: fc.array(
      fc.record(
        { capacityProvider: matching('capacityProvider'), base: whole(100_000), weight: whole(1000) },
        { requiredKeys: ['capacityProvider'] },
      ),
      { minLength: 1, maxLength: 3 },
    ),
    networkConfiguration: fc.record(
      {
        subnets: fc.array(matching('subnet'), { minLength: 1, maxLength: 16 }),
        securityGroups: fc.array(matching('securityGroup'), { maxLength: 5 }),
        assignPublicIp: fc.constantFrom('ENABLED', 'DISABLED'),
      },
      { requiredKeys: ['subnets'] },
    ),
  },
  { requiredKeys: ['platform', 'taskDefinition', 'containerName', 'containerPort', 'hooks'] },
)
const aLambdaSpec = fc
  .record({
    platform: fc.constant('Lambda' as const),
    functionName: matching('functionName'),
    alias: fc.stringMatching(/^[A-Za-z_-][\w-]{0,20}$/),
    currentVersion: matching('version'),
    targetVersion: matching('version'),
    hooks: hooksOf('Lambda'),
  })
  .filter(({ currentVersion, targetVersion }) => currentVersion !== targetVersion)

describe('an AppSpec that was built', () => {
  it('reads back as the fields that it was built from', () => {
    fc.assert(
      fc.property(fc.oneof(anEcsSpec, aLambdaSpec), (fields) => {
        expect(readAppSpec(buildAppSpec(fields))).toEqual(fields)
      }),
    )
  })

  it('survives being sent as JSON, and any letter case of its keys', () => {
    fc.assert(
      fc.property(fc.oneof(anEcsSpec, aLambdaSpec), fc.boolean(), (fields, upper) => {
        const text = JSON.stringify(buildAppSpec(fields)).replaceAll(/"(\w+)":/g, (key) =>
          upper ? key.toUpperCase() : key.toLowerCase(),
        )
        expect(readAppSpec(JSON.parse(text))).toEqual(fields)
      }),
    )
  })

  it('has the keys of the reference for ECS', () => {
    const fields: EcsAppSpec = {
      platform: 'ECS',
      taskDefinition,
      containerName: 'web',
      containerPort: 8080,
      hooks: { AfterAllowTraffic: 'after', BeforeInstall: 'before' },
      platformVersion: '1.4.0',
      capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', base: 1, weight: 2 }],
      networkConfiguration: { subnets: ['subnet-1'], securityGroups: ['sg-1'], assignPublicIp: 'DISABLED' },
    }
    expect(buildAppSpec(fields)).toEqual({
      version: 0,
      Resources: [
        {
          TargetService: {
            Type: 'AWS::ECS::Service',
            Properties: {
              TaskDefinition: taskDefinition,
              LoadBalancerInfo: { ContainerName: 'web', ContainerPort: 8080 },
              PlatformVersion: '1.4.0',
              NetworkConfiguration: {
                AwsvpcConfiguration: { Subnets: ['subnet-1'], SecurityGroups: ['sg-1'], AssignPublicIp: 'DISABLED' },
              },
              CapacityProviderStrategy: [{ CapacityProvider: 'FARGATE_SPOT', Base: 1, Weight: 2 }],
            },
          },
        },
      ],
      Hooks: [{ BeforeInstall: 'before' }, { AfterAllowTraffic: 'after' }],
    })
  })

  it('has the keys of the reference for Lambda', () => {
    const fields = { functionName: 'checkout', alias: 'live', currentVersion: '6', targetVersion: '7', hooks: {} }
    expect(buildAppSpec({ platform: 'Lambda', ...fields })).toEqual({
      version: 0,
      Resources: [{ TargetFunction: lambda }],
    })
  })
})

describe('an AppSpec that is given', () => {
  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['version 0', ofEcs()],
    ['version "0"', ofEcs({}, { version: '0' })],
    ['version "0.0"', ofEcs({}, { version: '0.0' })],
    ['a port as text', ofEcs({ LoadBalancerInfo: { ContainerName: 'web', ContainerPort: '8080' } })],
    ['hooks left empty, as YAML reads them', ofEcs({}, { Hooks: null })],
    ['lower-case keys', JSON.parse(JSON.stringify(ofEcs()).replaceAll(/"(\w+)":/g, (key) => key.toLowerCase()))],
  ])('is read: %s', (_, appSpec) => {
    expect(readAppSpec(appSpec)).toEqual({
      ...{ platform: 'ECS', taskDefinition, containerName: 'web', containerPort: 8080, hooks: {} },
    })
  })

  it('may write versions as numbers and hooks in one object', () => {
    const hooks = {
      AfterAllowTraffic: 'arn:aws:lambda:eu-west-1:123456789012:function:check:live',
      BeforeAllowTraffic: 'x',
    }
    expect(readAppSpec(ofLambda({ CurrentVersion: 6 }, { hooks: [hooks] }))).toEqual({
      ...{
        platform: 'Lambda',
        functionName: 'checkout',
        alias: 'live',
        currentVersion: '6',
        targetVersion: '7',
        hooks,
      },
    })
  })

  const known = (names: string) => `is not known here; known are ${names}`
  const listOfOne = 'must be a list of one entry'
  it.each<[string, Readonly<Record<string, unknown>>, readonly (readonly [string, string])[]]>([
    [
      'nothing at all',
      {},
      [
        ['version', 'is required: 0.0'],
        ['Resources', 'is required: a list of one entry'],
      ],
    ],
    ['another version', ofEcs({}, { version: 1 }), [['version', 'must be 0.0']]],
    ['no resource', ofEcs({}, { Resources: [] }), [['Resources', listOfOne]]],
    ['two resources', ofEcs({}, { Resources: [{ a: ecs }, { b: ecs }] }), [['Resources', listOfOne]]],
    [
      'two resources in one entry',
      ofEcs({}, { Resources: [{ a: ecs, b: ecs }] }),
      [['Resources[0]', 'must be an object with one member: the resource by a name of your choice']],
    ],
    [
      'an entry that is text',
      ofEcs({}, { Resources: ['web'] }),
      [['Resources[0]', 'must be an object with one member: the resource by a name of your choice']],
    ],
    ['a resource that is text', ofEcs({}, { Resources: [{ web: 'x' }] }), [['Resources[0].web', 'must be an object']]],
    [
      'another type',
      ofEcs({}, { Resources: [{ web: { ...ecs, Type: 'AWS::ECS::TaskSet' } }] }),
      [['Resources[0].web.Type', 'must be "AWS::ECS::Service" or "AWS::Lambda::Function"']],
    ],
    [
      'no properties for ECS',
      ofEcs({}, { Resources: [{ web: { Type: ecs.Type } }] }),
      [['Resources[0].web.Properties', 'is required: an object']],
    ],
    [
      'no properties for Lambda',
      ofEcs({}, { Resources: [{ web: { Type: lambda.Type } }] }),
      [['Resources[0].web.Properties', 'is required: an object']],
    ],
    [
      'a task definition without revision, and no load balancer',
      ofEcs({ TaskDefinition: 'web', LoadBalancerInfo: undefined }),
      [
        [`${atService}.Properties.LoadBalancerInfo`, 'is required: an object'],
        [
          `${atService}.Properties.TaskDefinition`,
          'must be the ARN of a task definition with its revision: arn:…:task-definition/web:7',
        ],
      ],
    ],
    [
      'a port out of range',
      ofEcs({ LoadBalancerInfo: { ContainerName: 'web', ContainerPort: 0 } }),
      [[`${atService}.Properties.LoadBalancerInfo.ContainerPort`, 'must be a whole number from 1 to 65535']],
    ],
    ['a misspelt hook section', ofEcs({}, { Hoks: [] }), [['Hoks', known('version, Resources, Hooks')]]],
    ['a key that is there twice', ofEcs({}, { VERSION: 0 }), [['VERSION', 'is version once more, in other letters']]],
    [
      'a hook of an event that has none',
      ofEcs({}, { Hooks: [{ AllowTraffic: 'check' }] }),
      [['Hooks[0].AllowTraffic', known(hookEvents.ECS.join(', '))]],
    ],
    [
      'a hook of another platform',
      ofLambda({}, { Hooks: [{ BeforeInstall: 'check' }] }),
      [['Hooks[0].BeforeInstall', known(hookEvents.Lambda.join(', '))]],
    ],
    [
      'two hooks of one event',
      ofLambda({}, { Hooks: [{ BeforeAllowTraffic: 'a' }, { BeforeAllowTraffic: 'b' }] }),
      [['Hooks[1].BeforeAllowTraffic', 'must be left out: BeforeAllowTraffic has a hook already']],
    ],
    [
      'more entries than events',
      ofLambda({}, { Hooks: [{}, {}, {}] }),
      [['Hooks', 'must be a list of 0 to 2 entries']],
    ],
    ['an entry of hooks that is text', ofLambda({}, { Hooks: ['check'] }), [['Hooks[0]', 'must be an object']]],
    [
      'a hook that is no function',
      ofLambda({}, { Hooks: [{ BeforeAllowTraffic: 'not a name' }] }),
      [['Hooks[0].BeforeAllowTraffic', 'must be the name or ARN of a function']],
    ],
    [
      'versions that are not published',
      ofLambda({ CurrentVersion: '$LATEST', TargetVersion: '0' }),
      [
        [
          'Resources[0].checkout.Properties.CurrentVersion',
          'must be the number of a published version, such as "7"; never $LATEST',
        ],
        [
          'Resources[0].checkout.Properties.TargetVersion',
          'must be the number of a published version, such as "7"; never $LATEST',
        ],
      ],
    ],
    [
      'nothing to shift',
      ofLambda({ TargetVersion: '6' }),
      [['Resources[0].checkout.Properties.TargetVersion', 'must be another version than CurrentVersion, 6']],
    ],
    [
      'an alias of digits and a function with a qualifier',
      ofLambda({ Alias: '7', Name: 'arn:aws:lambda:eu-west-1:123456789012:function:checkout:live' }),
      [
        [
          'Resources[0].checkout.Properties.Name',
          'must be the name of a function, or its ARN without a version or alias',
        ],
        [
          'Resources[0].checkout.Properties.Alias',
          'must be the name of an alias: letters, digits, - and _, not digits alone',
        ],
      ],
    ],
    [
      'a network without its configuration',
      ofEcs({ NetworkConfiguration: {} }),
      [[`${atService}.Properties.NetworkConfiguration.AwsvpcConfiguration`, 'is required: an object']],
    ],
    [
      'a network that is text',
      ofEcs({ NetworkConfiguration: 'x' }),
      [[`${atService}.Properties.NetworkConfiguration`, 'must be an object']],
    ],
    [
      'a network with a wrong subnet',
      ofEcs({ NetworkConfiguration: { AwsvpcConfiguration: { Subnets: ['vpc-1'] } } }),
      [
        [
          `${atService}.Properties.NetworkConfiguration.AwsvpcConfiguration.Subnets[0]`,
          'must be the id of a subnet: subnet-…',
        ],
      ],
    ],
    [
      'capacity that is no list of objects',
      ofEcs({ CapacityProviderStrategy: ['FARGATE'] }),
      [[`${atService}.Properties.CapacityProviderStrategy[0]`, 'must be an object']],
    ],
    [
      'more than the record can keep',
      ofEcs({ TaskDefinition: 'x'.repeat(40_000) }),
      [['', 'must have at most 32768 bytes as JSON; this has 40173']],
    ],
  ])('is refused with %s', (_, appSpec, problems) => {
    expect(problemsOf(appSpec)).toEqual(problems)
  })

  it.each([[null], [[]], ['text']])('is refused as %j', (document) => {
    expect(problemsOf(document as unknown as Readonly<Record<string, unknown>>)).toEqual([
      ['', document === null ? 'is required: an object' : 'must be an object'],
    ])
  })

  it('stands at codedeploy.appSpec unless somebody says otherwise', () => {
    expect(() => readAppSpec({ version: 1, Resources: [{ web: ecs }] })).toThrow(
      expect.objectContaining({
        name: 'ValidationError',
        problems: [{ path: 'codedeploy.appSpec.version', message: 'must be 0.0' }],
      }),
    )
  })
})
