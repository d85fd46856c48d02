import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withFunctionArns } from '../../local/workflow/definition.ts'
import { functionEntries } from '../../scripts/build-functions.ts'
import { readPackagedDefinition } from '../../scripts/packaged-definition.ts'
import { keys } from '../../shared/adapters/dynamodb/item.ts'
import { tableDefinition, timeToLiveAttribute } from '../../shared/adapters/dynamodb/table.ts'
import { loadAccessConfig } from '../../shared/config-access.ts'
import { isAbout } from '../../shared/domain/access/matches.ts'
import shipped from '../../state-machines/deployment.asl.json' with { type: 'json' }

const run = promisify(execFile)

interface Statement {
  readonly Effect: 'Allow' | 'Deny'
  readonly Action: readonly string[]
  readonly Resource: unknown
}
/** A part of the configuration with its variables filled in, as the command line chooses them. */
async function printConfig(...parameters: readonly string[]) {
  const { stdout } = await run('npx', ['osls', 'print', '--format', 'json', ...parameters], { timeout: 60_000 })
  return JSON.parse(stdout)
}

interface Resource {
  readonly Type: string
  readonly DeletionPolicy?: string
  readonly Properties: Record<string, unknown>
}

let packageDir = ''
let resources: Record<string, Resource> = {}

beforeAll(async () => {
  packageDir = await mkdtemp(join(tmpdir(), 'sluice-package-'))
  // Without credentials: packaging must not ask AWS for anything.
  const { AWS_ACCESS_KEY_ID: _id, AWS_SECRET_ACCESS_KEY: _secret, ...env } = process.env
  await run('npx', ['osls', 'package', '--package', packageDir], { env, timeout: 110_000 })
  const template = await readFile(join(packageDir, 'cloudformation-template-update-stack.json'), 'utf8')
  resources = JSON.parse(template).Resources
}, 120_000)

afterAll(() => rm(packageDir, { recursive: true, force: true }))

const ofType = (type: string) => Object.values(resources).filter(({ Type }) => Type === type)

function statementsOf(role: string): Statement[] {
  const policies = resources[role]?.Properties.Policies as { PolicyDocument: { Statement: Statement[] } }[]
  return policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
}

const actionsOf = (role: string) =>
  statementsOf(role).flatMap(({ Effect, Action }) => (Effect === 'Allow' ? Action : []))

/** The roles that may do something, by name. */
function rolesWith(action: string): string[] {
  const roles = Object.keys(resources).filter((name) => resources[name]?.Type === 'AWS::IAM::Role')
  return roles.filter((role) => actionsOf(role).includes(action)).sort()
}

describe('the packaged service', () => {
  it('ships the definition that the tests walk', async () => {
    const arnOf = (id: string) => `arn:aws:lambda:eu-west-1:000000000000:function:${id}`
    const logicalId = (name: string) =>
      `${name.charAt(0).toUpperCase()}${name.slice(1).replaceAll('-', 'Dash')}LambdaFunction`
    const packaged = await readPackagedDefinition(packageDir, { arnOf })
    const expected = withFunctionArns(shipped, (name) => arnOf(logicalId(name)))
    // serverless-step-functions writes the default query language onto the states.
    const text = JSON.stringify(packaged, (key, value) =>
      key === 'QueryLanguage' && value === 'JSONPath' ? undefined : value,
    )
    expect(JSON.parse(text)).toEqual(expected)
  })

  it('has the functions that the build makes, on Node 24 and ARM', () => {
    const functions = ofType('AWS::Lambda::Function').map(({ Properties }) => Properties)
    expect(functions.map(({ FunctionName }) => FunctionName).sort()).toEqual(
      Object.keys(functionEntries)
        .map((name) => `sluice-prod-${name}`)
        .sort(),
    )
    for (const properties of functions) {
      expect(properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'] })
      expect(properties.Environment).toMatchObject({
        Variables: {
          SLUICE_ROLL_BACK_FUNCTION: 'sluice-prod-roll-back',
          SLUICE_ROLLBACK_CHECK_FUNCTION: 'sluice-prod-rollback-check',
          SLUICE_OUTBOUND_ALLOW: '',
        },
      })
    }
  })

  it('gives each function a role of its own', () => {
    const roles = ofType('AWS::Lambda::Function').map(({ Properties }) => JSON.stringify(Properties.Role))
    expect(new Set(roles).size).toBe(roles.length)
  })

  const writers = ['EvaluateGatesRole', 'RollBackRole', 'RollbackCheckRole', 'ShiftTrafficRole', 'VerifyCanaryRole']

  it.each([
    'elasticloadbalancing:ModifyRule',
    'elasticloadbalancing:ModifyListener',
    'route53:ChangeResourceRecordSets',
    'lambda:UpdateAlias',
  ])('lets only those functions write traffic that may have to roll back or shift: %s', (action) =>
    expect(rolesWith(action)).toEqual(writers),
  )

  it('lets them change records of hosted zones and ask what became of it, and delete none', () => {
    const zones = { 'Fn::Sub': expect.stringMatching(/:route53:::hostedzone\/\*$/) }
    const isRoute53 = (action: string) => action.startsWith('route53:')
    for (const role of writers)
      expect(statementsOf(role).filter(({ Action }) => Action.some(isRoute53))).toEqual([
        { Effect: 'Allow', Action: ['route53:GetHostedZone', 'route53:ListResourceRecordSets'], Resource: zones },
        {
          ...{ Effect: 'Allow', Action: ['route53:ChangeResourceRecordSets'], Resource: zones },
          Condition: { 'ForAllValues:StringEquals': { 'route53:ChangeResourceRecordSetsActions': ['UPSERT'] } },
        },
        {
          ...{ Effect: 'Allow', Action: ['route53:GetChange'] },
          Resource: { 'Fn::Sub': expect.stringMatching(/:route53:::change\/\*$/) },
        },
      ])
    expect(rolesWith('route53:GetChange')).toEqual(writers)
  })

  it('lets them move aliases of functions, and read their versions only where it is decided what to deploy', () => {
    const readers = rolesWith('elasticloadbalancing:DescribeRules')
    expect(rolesWith('lambda:GetAlias')).toEqual(readers)
    const deciders = ['ApiRole', 'CloseRole', 'PrepareRole', 'RollBackRole', 'RollbackCheckRole', 'SlackWorkRole']
    expect(rolesWith('lambda:ListVersionsByFunction')).toEqual(deciders)
    const functions = { 'Fn::Sub': expect.stringMatching(/:lambda:\*:\$\{AWS::AccountId\}:function:\*$/) }
    const isAlias = (action: string) => action.startsWith('lambda:') && action !== 'lambda:InvokeFunction'
    const resourcesOf = (role: string) => statementsOf(role).filter(({ Action }) => Action.some(isAlias))
    for (const { Resource } of [...readers, ...writers].flatMap(resourcesOf)) expect(Resource).toEqual(functions)
  })

  it('lets those functions drive deployments of CodeDeploy that may have to roll back or shift', () => {
    const on = (resource: string) => ({ 'Fn::Sub': expect.stringMatching(new RegExp(`:codedeploy:.*:${resource}$`)) })
    const allow = (names: readonly string[], target: unknown) => ({
      ...{ Effect: 'Allow', Action: names.map((name) => `codedeploy:${name}`), Resource: target },
    })
    const groups = on('deploymentgroup:\\*')
    const inspects = allow(['BatchGetDeployments', 'GetDeploymentGroup', 'ListDeployments'], groups)
    const follows = [
      allow(['GetDeployment'], groups),
      allow(['BatchGetDeploymentTargets', 'ListDeploymentTargets'], '*'),
    ]
    const drives = [
      allow(['CreateDeployment'], groups),
      allow(['GetApplicationRevision', 'RegisterApplicationRevision'], on('application:\\*')),
      allow(['GetDeploymentConfig'], on('deploymentconfig:\\*')),
      allow(['CreateDeploymentConfig'], on('deploymentconfig:sluice-\\*')),
      allow(['ContinueDeployment', 'StopDeployment'], '*'),
    ]
    const codeDeployOf = (role: string) =>
      statementsOf(role).filter(({ Action }) => Action.some((action) => action.startsWith('codedeploy:')))
    for (const role of writers) expect(codeDeployOf(role)).toEqual([inspects, ...follows, ...drives])
    for (const role of ['ApiRole', 'PrepareRole', 'SlackWorkRole'])
      expect(codeDeployOf(role)).toEqual([inspects, ...follows])
    // It resolves the routes of the next one in the queue.
    expect(codeDeployOf('CloseRole')).toEqual([inspects])
    const all = Object.keys(resources).filter((name) => resources[name]?.Type === 'AWS::IAM::Role')
    expect(all.filter((role) => codeDeployOf(role).length > 0).sort()).toEqual(
      [...writers, 'ApiRole', 'PrepareRole', 'CloseRole', 'SlackWorkRole'].sort(),
    )
  })

  it('lets those functions look at records that look at rules', () => {
    const readers = rolesWith('elasticloadbalancing:DescribeRules')
    expect(readers).toEqual(['ApiRole', 'CloseRole', 'PrepareRole', 'SlackWorkRole', ...writers].sort())
    expect(rolesWith('route53:ListResourceRecordSets')).toEqual(readers)
    expect(rolesWith('route53:GetHostedZone')).toEqual(readers.filter((role) => role !== 'CloseRole'))
  })

  it('lets those functions start workflows that start a deployment, the next one of a queue too', () => {
    const starters = ['ApiRole', 'CloseRole', 'RollBackRole', 'RollbackCheckRole', 'SlackWorkRole']
    expect(rolesWith('states:StartExecution')).toEqual(starters)
    expect(rolesWith('states:DescribeExecution')).toEqual(starters)
    expect(actionsOf('CloseRole').filter((action) => !/^(logs|dynamodb):/.test(action))).toEqual([
      'codedeploy:BatchGetDeployments',
      'codedeploy:GetDeploymentGroup',
      'codedeploy:ListDeployments',
      'elasticloadbalancing:DescribeListeners',
      'elasticloadbalancing:DescribeRules',
      'elasticloadbalancing:DescribeTargetGroups',
      'route53:ListResourceRecordSets',
      'lambda:GetAlias',
      'lambda:ListVersionsByFunction',
      'states:StartExecution',
      'states:DescribeExecution',
      'states:SendTaskSuccess',
    ])
  })

  it('grants no action by a wildcard, and no scan of the table', () => {
    const roles = Object.keys(resources).filter((name) => resources[name]?.Type === 'AWS::IAM::Role')
    expect(roles).toHaveLength(Object.keys(functionEntries).length + 1)
    for (const role of roles) {
      expect(actionsOf(role).filter((action) => action.includes('*') || action === 'dynamodb:Scan')).toEqual([])
    }
  })

  it('lets only those functions read secrets that judge gates, and only secrets of Sluice', () => {
    const statements = Object.entries(resources).flatMap(([name, { Type, Properties }]) => {
      const policies = Type === 'AWS::IAM::Role' ? Properties.Policies : []
      return (policies as { PolicyDocument: { Statement: Statement[] } }[]).flatMap(({ PolicyDocument }) =>
        PolicyDocument.Statement.filter(({ Action }) =>
          Action.some((action) => /^(ssm|secretsmanager|kms):/.test(action)),
        ).map((statement) => ({ name, ...statement })),
      )
    })
    const ssm = (path: string) => ({ 'Fn::Sub': expect.stringMatching(new RegExp(`:ssm:.*:parameter/${path}\\*$`)) })
    for (const role of ['EvaluateGatesRole', 'RollbackCheckRole', 'VerifyCanaryRole'])
      expect(statements.filter(({ name }) => name === role)).toEqual([
        {
          ...{ name: role, Effect: 'Allow', Action: ['ssm:GetParameter'] },
          Resource: [ssm('sluice/'), ssm('aws/reference/secretsmanager/sluice/')],
        },
        {
          ...{ name: role, Effect: 'Allow', Action: ['secretsmanager:GetSecretValue'] },
          Resource: { 'Fn::Sub': expect.stringMatching(/:secretsmanager:.*:secret:sluice\/\*$/) },
        },
      ])
    // No gate can name what is there.
    const slackSecret = (name: string) => [
      {
        ...{ Effect: 'Allow', Action: ['ssm:GetParameter'] },
        Resource: { 'Fn::Sub': expect.stringMatching(new RegExp(`:ssm:.*:parameter/sluice-slack/${name}$`)) },
      },
    ]
    const without = (role: string) => statements.filter(({ name }) => name === role).map(({ name: _, ...rest }) => rest)
    expect(without('SlackRole')).toEqual(slackSecret('signing-secret'))
    for (const role of ['SlackWorkRole', 'NotifyRole']) expect(without(role)).toEqual(slackSecret('bot-token'))
    expect(statements).toHaveLength(9)
  })

  it('lets the API ask the roll-back function and the check, and no other', () => {
    const policies = resources.ApiRole?.Properties.Policies as { PolicyDocument: { Statement: Statement[] } }[]
    const statements = policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
    const invoke = statements.filter(({ Action }) => Action.includes('lambda:InvokeFunction'))
    expect(invoke.map(({ Resource: target }) => target)).toEqual([
      [
        { 'Fn::Sub': expect.stringMatching(/:function:sluice-prod-roll-back$/) },
        { 'Fn::Sub': expect.stringMatching(/:function:sluice-prod-rollback-check$/) },
      ],
    ])
  })

  it('lets what Slack calls remember triggers and hand work on, and nothing else', () => {
    const others = statementsOf('SlackRole').filter(({ Action }) => !Action.some((one) => /^(logs|ssm):/.test(one)))
    expect(others).toEqual([
      {
        ...{ Effect: 'Allow', Action: ['dynamodb:GetItem', 'dynamodb:PutItem'] },
        Resource: { 'Fn::GetAtt': ['Table', 'Arn'] },
        Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [keys.trigger('*').pk] } },
      },
      {
        ...{ Effect: 'Allow', Action: ['lambda:InvokeFunction'] },
        Resource: { 'Fn::Sub': expect.stringMatching(/:function:sluice-prod-slack-work$/) },
      },
    ])
    const invoke = statementsOf('SlackWorkRole').filter(({ Action }) => Action.includes('lambda:InvokeFunction'))
    expect(invoke.map(({ Resource: target }) => target)).toEqual([
      [{ 'Fn::Sub': expect.stringMatching(/:function:sluice-prod-roll-back$/) }],
    ])
  })

  it('has a function that follows deployments and alerts in the table, and goes on from what failed', () => {
    expect(resources.Table?.Properties.StreamSpecification).toEqual({ StreamViewType: 'KEYS_ONLY' })
    const mappings = ofType('AWS::Lambda::EventSourceMapping').map(({ Properties }) => Properties)
    expect(mappings).toMatchObject([
      {
        EventSourceArn: { 'Fn::GetAtt': ['Table', 'StreamArn'] },
        StartingPosition: 'TRIM_HORIZON',
        MaximumRecordAgeInSeconds: 900,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
      },
    ])
    const filters = mappings.flatMap(
      ({ FilterCriteria }) => (FilterCriteria as { Filters: { Pattern: string }[] }).Filters,
    )
    expect(filters.map(({ Pattern }) => JSON.parse(Pattern))).toEqual([
      {
        eventName: ['INSERT', 'MODIFY'],
        dynamodb: {
          Keys: {
            pk: { S: [{ prefix: keys.deployment('').pk }] },
            sk: { S: [keys.deployment('').sk, { prefix: keys.alert('', '').sk }] },
          },
        },
      },
    ])
  })

  it('does not carry out commands that were typed in Slack long ago', () => {
    const limits = ofType('AWS::Lambda::EventInvokeConfig').map(({ Properties }) => Properties)
    expect(limits).toMatchObject([{ MaximumEventAgeInSeconds: 300, MaximumRetryAttempts: 1 }])
  })

  it('has the table that the store was written for', () => {
    const { Properties } = resources.Table ?? {}
    expect(Properties).toMatchObject({
      ...tableDefinition,
      TimeToLiveSpecification: { AttributeName: timeToLiveAttribute, Enabled: true },
    })
  })

  it('keeps the table when the stack goes, with recovery to any point in time', () => {
    expect(ofType('AWS::DynamoDB::Table')).toMatchObject([
      {
        DeletionPolicy: 'Retain',
        Properties: {
          BillingMode: 'PAY_PER_REQUEST',
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          TimeToLiveSpecification: { AttributeName: 'expiresAtSeconds', Enabled: true },
        },
      },
    ])
  })

  it('lets the API and the worker for Slack add to the audit and change nothing in it, and no other function touch callers and rights', () => {
    const roles = Object.keys(resources).filter((name) => resources[name]?.Type === 'AWS::IAM::Role')
    const usesTable = roles.filter((role) => actionsOf(role).includes('dynamodb:PutItem'))
    const denials = (role: string) => statementsOf(role).filter(({ Effect }) => Effect === 'Deny')
    const deny = (verbs: readonly string[], partitions: readonly string[]) => ({
      ...{ Effect: 'Deny', Action: verbs.map((verb) => `dynamodb:${verb}Item`) },
      Resource: { 'Fn::GetAtt': ['Table', 'Arn'] },
      Condition: { 'ForAnyValue:StringEquals': { 'dynamodb:LeadingKeys': partitions } },
    })
    const { policy, token, auditEntry } = keys
    expect(denials('ApiRole')).toEqual([deny(['Update', 'Delete'], [auditEntry(1).pk])])
    const others = deny(['Put', 'Update', 'Delete'], [auditEntry(1).pk, policy.pk, token('').pk])
    expect(denials('SlackWorkRole')).toEqual([
      deny(['Update', 'Delete'], [auditEntry(1).pk]),
      deny(['Put', 'Update', 'Delete'], [policy.pk, token('').pk]),
    ])
    const special = ['ApiRole', 'SlackRole', 'SlackWorkRole']
    for (const role of usesTable.filter((one) => !special.includes(one))) expect(denials(role)).toEqual([others])
    expect(usesTable).toHaveLength(ofType('AWS::Lambda::Function').length)
  })

  it('lets everybody of its own account be admin who is let in below /iam, until there is a policy', () => {
    const environment = resources.ApiLambdaFunction?.Properties.Environment
    expect(environment).toMatchObject({ Variables: { SLUICE_TRUSTED_ISSUERS: '[]' } })
    const { 'Fn::Sub': arns } = (environment as { Variables: { SLUICE_ADMIN_ARNS: { 'Fn::Sub': string } } }).Variables
      .SLUICE_ADMIN_ARNS
    const problems: string[] = []
    const SLUICE_ADMIN_ARNS = arns.replace(/\$\{AWS::AccountId\}/, '123456789012')
    const { adminArns } = loadAccessConfig({ SLUICE_ADMIN_ARNS }, problems)
    expect(problems).toEqual([])
    const isAdmin = (arn: string) => isAbout({ kind: 'iam', arns: adminArns }, { kind: 'iam', arn })
    for (const account of ['123456789012', '210987654321'])
      for (const rest of ['iam::A:user/ci', 'iam::A:root', 'sts::A:assumed-role/team/platform/mei@example.com'])
        expect(isAdmin(`arn:aws:${rest.replace('A', account)}`)).toBe(account === '123456789012')
  })

  it.each([
    { parameters: [], authorizer: undefined, authorizers: {} },
    { parameters: ['--param', 'authorizer=iam'], authorizer: { type: 'aws_iam' }, authorizers: {} },
    {
      parameters: ['--param', 'authorizer=jwt'],
      authorizer: { name: 'issuer' },
      authorizers: {
        issuer: {
          type: 'jwt',
          identitySource: '$request.header.Authorization',
          issuerUrl: 'https://token.actions.githubusercontent.com',
          audience: 'sluice',
        },
      },
    },
  ])('has the outer door that is asked for: $parameters', async ({ parameters, authorizer, authorizers }) => {
    const { functions, provider } = await printConfig(...parameters)
    expect(provider.httpApi.authorizers).toEqual(authorizers)
    expect(functions.api.events.slice(0, 2)).toEqual([
      { httpApi: { method: '*', path: '/v1/{proxy+}', ...(authorizer && { authorizer }) } },
      { httpApi: { method: '*', path: '/iam/v1/{proxy+}', authorizer: { type: 'aws_iam' } } },
    ])
  })

  it('lets signed callers in below /iam, and leaves it to Sluice who else comes in', () => {
    const routes = ofType('AWS::ApiGatewayV2::Route').map(({ Properties }) => [
      Properties.RouteKey,
      Properties.AuthorizationType,
    ])
    expect(Object.fromEntries(routes)).toEqual({
      'ANY /v1/{proxy+}': undefined,
      'ANY /iam/v1/{proxy+}': 'AWS_IAM',
      'GET /healthz': undefined,
      'GET /openapi.json': undefined,
      'GET /docs': undefined,
      'GET /': undefined,
    })
  })

  it('runs the rollback check every minute, on alarms and on dead workflows', () => {
    const rules = ofType('AWS::Events::Rule').map(({ Properties }) => Properties)
    expect(rules.map(({ ScheduleExpression, EventPattern }) => ScheduleExpression ?? EventPattern)).toEqual([
      'rate(1 minute)',
      // Metric and composite alarms alike: both send it, and the way back to OK calls nobody.
      {
        source: ['aws.cloudwatch'],
        'detail-type': ['CloudWatch Alarm State Change'],
        detail: { state: { value: ['ALARM'] } },
      },
      // Of this machine alone: what else runs in the account dies without us.
      {
        source: ['aws.states'],
        'detail-type': ['Step Functions Execution Status Change'],
        detail: {
          stateMachineArn: [{ 'Fn::Sub': expect.stringMatching(/:stateMachine:sluice-prod$/) }],
          status: ['FAILED', 'TIMED_OUT', 'ABORTED'],
        },
      },
    ])
  })
})
