import { randomUUID } from 'node:crypto'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { ulid } from 'ulid'
import { createLazyAlbAdapters } from './adapters/alb/lazy-adapters.ts'
import { lazy, queueBeyond, toClientConfig } from './adapters/aws-client.ts'
import { byRouteKind } from './adapters/by-route-kind.ts'
import { createLazyCodeDeployAdapters } from './adapters/codedeploy/lazy-adapters.ts'
import { createDynamoDbDeploymentStore } from './adapters/dynamodb/deployment-store.ts'
import type { TableOptions } from './adapters/dynamodb/item-table.ts'
import { createDynamoDbLeases } from './adapters/dynamodb/leases.ts'
import { createDynamoDbLine } from './adapters/dynamodb/line.ts'
import { createDynamoDbPropagation } from './adapters/dynamodb/propagation.ts'
import { createDynamoDbRateCounts } from './adapters/dynamodb/rate-counts.ts'
import { createDynamoDbRequestBudget } from './adapters/dynamodb/request-budget.ts'
import { createDynamoDbServiceStore } from './adapters/dynamodb/service-store.ts'
import { createDynamoDbZoneChanges } from './adapters/dynamodb/zone-changes.ts'
import { createLazyLambdaAdapters } from './adapters/lambda/lazy-adapters.ts'
import { createLookTogether } from './adapters/look-together.ts'
import { createLazyRoute53Adapters } from './adapters/route53/lazy-adapters.ts'
import type { Pace } from './adapters/route53/take-request.ts'
import { systemClock } from './adapters/system-clock.ts'
import { composeAccess } from './compose-access.ts'
import { composeChat, type OwnSlack } from './compose-chat.ts'
import { composeOutside } from './compose-outside.ts'
import { composeCloudWatch, composeSecrets, patient } from './compose-reads.ts'
import type { Config } from './config.ts'
import type { Deps } from './deps.ts'
import { createLogger, type Logger } from './logger.ts'
import type { Clock } from './ports/clock.ts'
import { readPairs } from './use-cases/zone/read-pairs.ts'

/**
 * Fewer than the SDK has connections: what waits must not have its time-out running, and a store that hundreds ask at the
 * same time answers each of them late. At a few milliseconds each they are thousands a second.
 */
const storeCallsAtOnce = 40

/** What a caller may bring along: local mode its clock, tests their logger. */
export interface Overrides {
  readonly clock?: Clock
  readonly logger?: Logger
  /** False where nobody limits load balancing. Default true. */
  readonly paced?: boolean
  /** True in local mode: the owner of the machine may call. Default false. */
  readonly local?: boolean
  /** Another Slack than Slack's own: that of local mode. */
  readonly slack?: OwnSlack
}

/** For the store: it is asked while a lease runs, just before a write, so a call must end within about 3 s in all. */
const quick = { maxAttempts: 3, timeoutMs: 1000 }

/**
 * The composition root: makes everything that the use cases need, of one configuration.
 *
 * Only DynamoDB's client is loaded at once, as no request goes without it. Every other SDK client costs a cold start
 * 5-15 ms and most requests need none, so those adapters are loaded at first use.
 */
export function compose(config: Config, overrides: Overrides = {}): Deps {
  const clock = overrides.clock ?? systemClock
  const logger = overrides.logger ?? createLogger()
  const table = openTable(config)
  const stores = composeStores(table, clock, logger)
  const pace = { budget: stores.requestBudget, clock }
  const traffic = composeTraffic(config, pace)
  const workflow = composeWorkflow(config)
  const { secrets } = composeSecrets(config, clock)
  const alone = { ...traffic, ...workflow }
  return {
    clock,
    logger,
    homeRegion: config.region,
    ...stores,
    ...composeAccess({ config, table, clock, logger, local: overrides.local ?? false }),
    ...traffic,
    ...composeCloudWatch(config, clock),
    ...workflow,
    secrets,
    lookTogether: createLookTogether({
      ...{ ...config, ...overrides, clock, pace, readPairs, alone },
      openStore: () => createDynamoDbDeploymentStore({ ...openTable(config), clock, logger }),
    }),
    ...composeOutside(config.outboundAllow ?? [], clock),
    ...composeChat({ config, table, clock, logger, secrets, ...(overrides.slack && { own: overrides.slack }) }),
    newHolder: () => randomUUID(),
    newDeploymentId: () => `dep_${ulid(clock.now())}`,
  }
}

function composeStores(
  options: TableOptions,
  clock: Clock,
  logger: Logger,
): Pick<
  Deps,
  'services' | 'deployments' | 'leases' | 'line' | 'zoneChanges' | 'propagation' | 'requestBudget' | 'rateCounts'
> {
  return {
    services: createDynamoDbServiceStore(options),
    deployments: createDynamoDbDeploymentStore({ ...options, clock, logger }),
    leases: createDynamoDbLeases({ ...options, clock }),
    line: createDynamoDbLine(options),
    zoneChanges: createDynamoDbZoneChanges({ ...options, clock }),
    propagation: createDynamoDbPropagation({ ...options, clock }),
    requestBudget: createDynamoDbRequestBudget({ ...options, clock }),
    rateCounts: createDynamoDbRateCounts({ ...options, clock }),
  }
}

/** The table, over connections and a queue of its own. */
function openTable(config: Config): TableOptions {
  const database = new DynamoDBClient(toClientConfig(config.region, quick))
  queueBeyond(storeCallsAtOnce, database.middlewareStack)
  return { client: DynamoDBDocumentClient.from(database), table: config.table }
}

/** What every kind of route stands on: each asks the service of its kind. */
function composeTraffic(
  config: Config,
  pace: Pace,
): Pick<
  Deps,
  'routerFor' | 'testRouterFor' | 'driverFor' | 'inspector' | 'targetHealth' | 'targetGroups' | 'hostedZones'
> {
  const alb = createLazyAlbAdapters()
  const inspectGroup = alb.inspector.inspectGroup
  const route53 = createLazyRoute53Adapters({ region: config.region, pace, inspectGroup })
  const codedeploy = createLazyCodeDeployAdapters({ region: config.region, alb })
  return {
    ...byRouteKind({ alb, route53, lambdaAlias: createLazyLambdaAdapters(config.region), codedeploy }),
    driverFor: codedeploy.driverFor,
    testRouterFor: alb.testRouterFor,
    targetHealth: alb.targetHealth,
    targetGroups: alb.targetGroups,
    hostedZones: route53.hostedZones,
  }
}

function composeWorkflow(config: Config): Pick<Deps, 'workflow' | 'rollBackInvoker' | 'checkInvoker'> {
  const workflow = lazy(async () => {
    const [{ SFNClient }, { createStepFunctionsWorkflow }] = await Promise.all([
      import('@aws-sdk/client-sfn'),
      import('./adapters/stepfunctions/workflow.ts'),
    ])
    return createStepFunctionsWorkflow(new SFNClient(toClientConfig(config.region, patient)), config.stateMachineArn)
  })
  const invokers = lazy(async () => {
    const [{ LambdaClient }, { invokeLimits }, { createLambdaRollBackInvoker }, { createLambdaCheckInvoker }] =
      await Promise.all([
        import('@aws-sdk/client-lambda'),
        import('./adapters/lambda/invoke.ts'),
        import('./adapters/lambda/roll-back-invoker.ts'),
        import('./adapters/lambda/check-invoker.ts'),
      ])
    const client = new LambdaClient(toClientConfig(config.region, invokeLimits))
    return {
      rollBack: createLambdaRollBackInvoker(client, config.rollBackFunction),
      check: createLambdaCheckInvoker(client, config.rollbackCheckFunction),
    }
  })
  return {
    workflow: {
      start: async (id, execution) => (await workflow()).start(id, execution),
      wake: async (token) => (await workflow()).wake(token),
      status: async (id, execution) => (await workflow()).status(id, execution),
    },
    rollBackInvoker: { rollBack: async (id, cause) => (await invokers()).rollBack.rollBack(id, cause) },
    checkInvoker: { check: async () => (await invokers()).check.check() },
  }
}
