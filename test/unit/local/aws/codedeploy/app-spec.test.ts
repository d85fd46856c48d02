import { describe, expect, it } from 'vitest'
import { parseAppSpec } from '../../../../../local/aws/codedeploy/app-spec.ts'

const taskDefinition = 'arn:aws:ecs:eu-west-1:000000000000:task-definition/web:7'
const ecsYaml = `
version: 0.0
Resources:
  - TargetService:
      Type: AWS::ECS::Service
      Properties:
        TaskDefinition: "${taskDefinition}"
        LoadBalancerInfo:
          ContainerName: web
          ContainerPort: 8080
        PlatformVersion: LATEST
Hooks:
  - BeforeInstall: check-input
  - AfterAllowTestTraffic: arn:aws:lambda:eu-west-1:000000000000:function:smoke
`
const lambdaJson = JSON.stringify({
  version: 0,
  resources: [
    {
      pay: {
        type: 'AWS::Lambda::Function',
        properties: { name: 'pay', alias: 'live', currentversion: '1', targetversion: 2 },
      },
    },
  ],
  hooks: [{ BeforeAllowTraffic: 'smoke' }],
})

describe('an AppSpec', () => {
  it('for ECS is read from YAML', () => {
    expect(parseAppSpec(ecsYaml, 'ECS')).toEqual({
      resource: { platform: 'ECS', taskDefinition, containerName: 'web', containerPort: 8080 },
      hooks: {
        BeforeInstall: 'check-input',
        AfterAllowTestTraffic: 'arn:aws:lambda:eu-west-1:000000000000:function:smoke',
      },
    })
  })

  it('for Lambda is read from JSON, its versions as text', () => {
    expect(parseAppSpec(lambdaJson, 'Lambda')).toEqual({
      resource: { platform: 'Lambda', functionName: 'pay', alias: 'live', currentVersion: '1', targetVersion: '2' },
      hooks: { BeforeAllowTraffic: 'smoke' },
    })
  })

  it('needs no hooks', () => {
    expect(parseAppSpec(ecsYaml.split('Hooks:')[0] ?? '', 'ECS').hooks).toEqual({})
  })

  it.each([
    ['is not YAML', 'version: [', 'not well-formed yaml'],
    ['is text', 'hello', 'expected object'],
    ['has another version', ecsYaml.replace('0.0', '1'), 'version'],
    ['has no resources', 'version: 0.0', 'resources'],
    ['has two resources', ecsYaml.replace('Hooks:', '  - Other: {}\nHooks:'), 'Exactly one resource'],
    ['is for Lambda', lambdaJson, 'AWS::ECS::Service'],
    ['has a task definition without revision', ecsYaml.replace('web:7', 'web'), 'taskdefinition'],
    ['has no container', ecsYaml.replace('ContainerName: web', ''), 'containername'],
    ['has a port out of range', ecsYaml.replace('8080', '70000'), 'containerport'],
    [
      'has a hook on what CodeDeploy does itself',
      ecsYaml.replace('BeforeInstall', 'AllowTraffic'),
      'no lifecycle event',
    ],
    ['has a hook twice', ecsYaml.replace('AfterAllowTestTraffic', 'BeforeInstall'), 'one hook'],
    ['has a hook without function', ecsYaml.replace('check-input', '""'), 'hooks'],
  ])('is refused when it %s', (_, content, reason) => {
    expect(() => parseAppSpec(content, 'ECS')).toThrow(
      expect.objectContaining({
        name: 'DeploymentFailure',
        code: 'INVALID_REVISION',
        message: expect.stringMatching(new RegExp(`AppSpec file[^]*${reason}`)),
      }),
    )
  })
})
