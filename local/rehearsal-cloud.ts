import { join } from 'node:path'
import { createCloudWatch } from './aws/cloudwatch/cloudwatch.ts'
import { createHookFunctions } from './aws/codedeploy/hook-functions.ts'
import { createCodeDeploy } from './aws/codedeploy/service.ts'
import { createDynamoDb } from './aws/dynamodb/service.ts'
import { createTableStream, type StreamKeys } from './aws/dynamodb/table-stream.ts'
import { createElasticLoadBalancing } from './aws/elastic-load-balancing-v2/service.ts'
import { createLambda } from './aws/lambda/service.ts'
import { createUserFunctions } from './aws/lambda/user-functions.ts'
import type { RefusedCounts } from './aws/route53/request-limits.ts'
import { createRoute53, type Route53Settings } from './aws/route53/service.ts'
import { createAwsServer } from './aws/server.ts'
import type { Persistent } from './aws/service.ts'
import { createSsm } from './aws/ssm/service.ts'
import { createStepFunctions } from './aws/step-functions/service.ts'
import type { LocalClock } from './clock.ts'
import type { DataDir } from './data-dir.ts'
import { createDnsServer } from './data-plane/dns/dns-server.ts'
import { createDataPlane } from './data-plane/http-data-plane.ts'
import { type Definition, withFunctionArns } from './workflow/definition.ts'
import { createWorkflowRunner } from './workflow.ts'

export const region = 'eu-west-1'
const accountId = '000000000000'
const stateMachineName = 'sluice-deployment'
/** Local function names, as the API asks for them. */
export const rollBackFunction = 'sluice-roll-back'
export const rollbackCheckFunction = 'sluice-rollback-check'
export const slackWorkFunction = 'sluice-slack-work'

/** How often metrics are saved, real milliseconds: too many to save them at each change. */
const saveMetricsEveryMs = 1000

export type LocalFunction = (event: unknown) => Promise<unknown>

export interface CloudOptions {
  readonly clock: LocalClock
  readonly dataDir: DataDir
  /** Where DynamoDB keeps its tables. Default: in memory. */
  readonly dataPath?: string
  /** How fast Route 53 is, and how much it takes. Default: as AWS. */
  readonly route53?: Route53Settings
  /** Makes again what Sluice needs in the cloud, after everything was reset. */
  readonly afterReset: () => Promise<unknown>
  readonly reportError: (error: unknown) => void
}

/** Every service of local mode behind one port, with the load balancers that carry traffic and the DNS server. */
export interface RehearsalCloud {
  /** 0 takes any free port. @throws {Error} If a port is taken or a saved state cannot be read. */
  listen(ports: { readonly aws: number; readonly dns: number }): Promise<void>
  readonly url: string
  /** Where the DNS server answers, udp and tcp: `127.0.0.1:4553`. */
  readonly dnsAddress: string
  /** How many requests Route 53's limits have refused. */
  readonly route53Refused: RefusedCounts
  /** Gives the Tasks, and what is called by name, their functions; until then executions fail. */
  provide(functions: Readonly<Record<string, LocalFunction>>): void
  /** Creates or updates Sluice's state machine. @returns Its ARN. */
  deploy(definition: unknown): string
  /** Tells of what EventBridge would tell the rollback check: an alarm that fires, a workflow that died. */
  onEvent(listener: () => void): void
  close(): Promise<void>
}

export function createRehearsalCloud(options: CloudOptions): RehearsalCloud {
  const { clock, dataDir, dataPath } = options
  const cloudWatch = createCloudWatch({ clock, accountId })
  const userFunctions = createUserFunctions({
    ...{ clock, accountId, metrics: cloudWatch.metrics },
    takenNames: [rollBackFunction, rollbackCheckFunction, slackWorkFunction],
  })
  const dataPlane = createDataPlane({ clock, metrics: cloudWatch.metrics, functions: userFunctions.targets })
  // The functions need the endpoint's address, and the endpoint needs the functions: `provide` fills them in.
  const tasks: Record<string, LocalFunction> = {}
  const stream = createTableStream({
    deliver: (event) => call(tasks, 'Notify', event),
    filter: isNews,
    reportError: options.reportError,
  })
  const dynamoDb = createDynamoDb({ stream, ...(dataPath !== undefined && { path: join(dataPath, 'dynamodb') }) })
  const stepFunctions = createStepFunctions({
    clock,
    accountId,
    createRunner: (definition) => createWorkflowRunner({ definition, tasks, clock }),
  })
  const elasticLoadBalancing = createElasticLoadBalancing({ dataPlane, clock, accountId })
  // Health checks, alarms and executions also change without a call; what is lost of them by a kill, the next check finds.
  const save = (state: Persistent | undefined) => {
    if (state) dataDir.save(state).catch(options.reportError)
  }
  const { balancers } = elasticLoadBalancing
  const route53 = createRoute53({
    ...options.route53,
    clock,
    balancers,
    metrics: cloudWatch.metrics,
    onHealthTurn: () => save(route53.state),
  })
  const dnsServer = createDnsServer({
    zones: route53.zones,
    health: route53.health,
    balancers,
    reportError: options.reportError,
  })
  const functions = {
    [rollBackFunction]: (event: unknown) => call(tasks, 'RollBack', event),
    [rollbackCheckFunction]: (event: unknown) => call(tasks, 'RollbackCheck', event),
    [slackWorkFunction]: (event: unknown) => call(tasks, 'SlackWork', event),
  }
  const codeDeploy = createCodeDeploy({
    ...{ clock, accountId, elasticLoadBalancing, cloudWatch: cloudWatch.forServices },
    saveBalancers: () => dataDir.save(elasticLoadBalancing.state),
    aliasesIn: (inRegion) => userFunctions.aliasesIn(inRegion, () => dataDir.save(userFunctions.service.state)),
    hooks: createHookFunctions({
      ...{ functions, clock, reportError: options.reportError },
      arnOf: (name) => `arn:aws:lambda:${region}:${accountId}:function:${name}`,
    }),
    save: () => dataDir.save(codeDeploy.service.state),
    reportError: options.reportError,
  })
  const server = createAwsServer({
    clock,
    dataDir,
    services: [
      userFunctions.service,
      elasticLoadBalancing,
      route53,
      cloudWatch.service,
      // After the services that its deployments use, so that these are loaded when it goes on.
      codeDeploy.service,
      stepFunctions.service,
      createSsm({ clock, accountId }),
    ],
    rawServices: [dynamoDb.service, createLambda({ functions, userFunctions, clock, region, accountId })],
    // Last in the list, so that after a reset Sluice's own table and state machine are there again.
    persistents: [cloudWatch.metricsState, dynamoDb.persistent, asLastReset(options.afterReset)],
  })
  const saveMetrics = setInterval(() => save(cloudWatch.metricsState), saveMetricsEveryMs)
  saveMetrics.unref()
  const listeners = new Set<() => void>()
  const tell = () => {
    for (const listener of listeners) listener()
  }
  cloudWatch.onAlarmStateChange((event) => {
    save(cloudWatch.service.state)
    if (event.detail.state.value === 'ALARM') tell()
  })
  stepFunctions.onExecutionStatusChange((event) => {
    save(stepFunctions.persistent)
    if (['FAILED', 'TIMED_OUT', 'ABORTED'].includes(event.detail.status)) tell()
  })

  return {
    async listen(ports) {
      await server.listen(ports.aws)
      await dnsServer.listen(ports.dns)
    },
    get url() {
      return server.url
    },
    get dnsAddress() {
      return dnsServer.address
    },
    route53Refused: route53.refused,
    provide: (functionsByState) => void Object.assign(tasks, functionsByState),
    deploy: (definition) =>
      stepFunctions.deploy({
        name: stateMachineName,
        definition: toLocal(definition),
        roleArn: `arn:aws:iam::${accountId}:role/sluice`,
        region,
      }),
    onEvent: (listener) => void listeners.add(listener),
    async close() {
      listeners.clear()
      stream.close()
      clearInterval(saveMetrics)
      await codeDeploy.close()
      stepFunctions.close()
      route53.close()
      userFunctions.close()
      cloudWatch.close()
      await dataDir.save(cloudWatch.metricsState)
      await dnsServer.close()
      await server.close()
      await dataPlane.close()
      await dynamoDb.close()
    },
  }
}

/** The shipped definition, with the ARNs that its functions would have here. */
function toLocal(definition: unknown): Definition {
  return withFunctionArns(definition, (name) => `arn:aws:lambda:${region}:${accountId}:function:sluice-${name}`)
}

/** As the filter of the function's event source mapping in `serverless.yml`. */
function isNews({ pk, sk }: StreamKeys): boolean {
  return pk.S.startsWith('DEPLOYMENT#') && (sk.S === 'RECORD' || sk.S.startsWith('ALERT#'))
}

function asLastReset(action: () => Promise<unknown>): Persistent {
  return {
    name: 'sluice',
    save: () => ({}),
    load: () => undefined,
    async reset() {
      await action()
    },
  }
}

async function call(tasks: Readonly<Record<string, LocalFunction>>, name: string, event: unknown): Promise<unknown> {
  const task = tasks[name]
  if (!task) throw new Error(`the function ${name} is not ready yet`)
  return task(event)
}
