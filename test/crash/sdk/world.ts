import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { Task } from '../../../functions/steps/task.ts'
import { createCloudWatch } from '../../../local/aws/cloudwatch/cloudwatch.ts'
import { createHookFunctions } from '../../../local/aws/codedeploy/hook-functions.ts'
import { createCodeDeploy } from '../../../local/aws/codedeploy/service.ts'
import { createDynamoDb } from '../../../local/aws/dynamodb/service.ts'
import { createElasticLoadBalancing } from '../../../local/aws/elastic-load-balancing-v2/service.ts'
import { createLambda } from '../../../local/aws/lambda/service.ts'
import { createUserFunctions } from '../../../local/aws/lambda/user-functions.ts'
import { createRequestLog, type LoggedRequest } from '../../../local/aws/request-log.ts'
import { createRoute53 } from '../../../local/aws/route53/service.ts'
import { createAwsServer } from '../../../local/aws/server.ts'
import { createStepFunctions } from '../../../local/aws/step-functions/service.ts'
import { createManualClock, type ManualClock } from '../../../local/clock.ts'
import { createWorkflowRunner } from '../../../local/workflow.ts'
import { ensureTable } from '../../../shared/adapters/dynamodb/table.ts'
import { createMemoryNotifier } from '../../../shared/adapters/memory/notifier.ts'
import { toExecutionName } from '../../../shared/adapters/stepfunctions/workflow.ts'
import { compose } from '../../../shared/compose.ts'
import type { Deps } from '../../../shared/deps.ts'
import { checkOpenDeployments, reportOnOpenDeployments } from '../../../shared/use-cases/check-open-deployments.ts'
import { createSilentDataPlane } from '../../support/silent-data-plane.ts'
import { deployedMachine } from '../../support/walked-step-functions.ts'
import type { Disturbance, Fault, FaultWorld } from '../faults.ts'
import type { Watch } from '../invariants.ts'
import { type CrashWorld, checkEveryMs, createIds, createSpawn, spawnTasks, type WorldOptions } from '../world.ts'
import { furnishAccount } from './account.ts'
import { createHttpFaults } from './http-faults.ts'
import { createKnownRecords } from './known-records.ts'
import { createWire, type Wire } from './wire.ts'

const region = 'eu-west-1'
const functions = { rollBack: 'sluice-roll-back', check: 'sluice-rollback-check' } as const

export interface SdkWorldOptions extends Omit<WorldOptions, 'disturbance'> {
  readonly fault: Fault | null
  readonly world: FaultWorld
  readonly watch: Watch
}

export interface SdkWorld extends CrashWorld {
  /** Every HTTP request of ours that reached the endpoint, in order, in words. */
  readonly calls: readonly string[]
  /** The endpoint's own log. */
  readonly requests: () => readonly LoggedRequest[]
}

/**
 * A world of the adapters that ship: AWS SDK clients, real HTTP, dynalite and the local endpoint. Its clock moves only
 * while nobody is at work, so that a request takes none of its time, and leases do not run out because a machine is slow.
 * One at a time in a process: the SDK reads the endpoint from the environment.
 */
export async function startSdkWorld(options: SdkWorldOptions): Promise<SdkWorld> {
  const { watch } = options
  const wire = createWire()
  const clock = createManualClock(undefined, wire.quiet)
  const log = createRequestLog(100_000)
  const http = createHttpFaults({ ...options, wire })
  const tasks: Record<string, Task> = {}
  const endpoint = await startEndpoint({
    clock,
    wire,
    http,
    log,
    tasks,
    check: () => spawn('check', reportOnOpenDeployments),
  })
  const composed = compose(endpoint.config, {
    clock: { now: clock.now, realNow: clock.now, sleep: (ms) => wire.waiting(() => clock.sleep(ms)) },
    logger: { info: quiet, warn: quiet, error: quiet },
  })
  const started = new Set<string>()
  const records = createKnownRecords(composed.deployments, (id) => lookOn(wire, () => composed.deployments.load(id)))
  const own: Deps = {
    ...composed,
    deployments: records.store,
    ...createIds(clock),
    notifier: createMemoryNotifier(),
    // Who looks at many waits in real time for others to ask with, which this clock takes for nobody at work.
    lookTogether: () => ({}),
    workflow: {
      ...composed.workflow,
      async start(id, execution) {
        started.add(toExecutionName(id, execution))
        await composed.workflow.start(id, execution)
      },
    },
  }
  const disturbance: Disturbance = {
    meet: async (call, act, stand) => {
      const answer = await wire.send({ call, stand }, act)
      if (call.method === 'save') await watch.saved()
      return answer
    },
  }
  const spawn = apart(
    wire,
    createSpawn(clock, () => own, { ...options, disturbance }),
  )
  spawnTasks(tasks, own, spawn)
  const endChecks = clock.every(checkEveryMs, () => void spawn('check', checkOpenDeployments).catch(() => undefined))
  return {
    ...{ clock, cloud: endpoint.cloud, ports: lookingOn(wire, own), spawn, endChecks },
    ...{ load: records.load, newest: records.newest },
    ...{ calls: http.calls, requests: () => log.list() },
    async stopExecutions() {
      for (const name of started) await endpoint.stop(name)
    },
    close: endpoint.close,
  }
}

const quiet = () => undefined

/** What a process does is no part of the call that started it. */
function apart(wire: Wire, spawn: CrashWorld['spawn']): CrashWorld['spawn'] {
  return (name, work) => wire.apart(() => spawn(name, work))
}

const lookOn = <Answer>(wire: Wire, look: () => Promise<Answer>): Promise<Answer> =>
  wire.send({ call: null, stand: async () => undefined }, look)

/** The same ports for somebody who meets no fault, and whom the clock waits for all the same. */
function lookingOn(wire: Wire, ports: Deps): Deps {
  const on = <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get(of, name, receiver) {
        const value: unknown = Reflect.get(of, name, receiver)
        if (typeof value !== 'function') return value
        return (...args: readonly unknown[]) => lookOn(wire, async () => value.apply(of, args))
      },
    })
  const { services, deployments, leases, workflow } = ports
  return { ...ports, services: on(services), deployments: on(deployments), leases: on(leases), workflow: on(workflow) }
}

interface EndpointParts {
  readonly clock: ManualClock
  readonly wire: Wire
  readonly http: ReturnType<typeof createHttpFaults>
  readonly log: ReturnType<typeof createRequestLog>
  readonly tasks: Record<string, Task>
  readonly check: () => Promise<unknown>
}

async function startEndpoint({ clock, wire, http, log, tasks, check }: EndpointParts) {
  const healthy = new Map<string, number>()
  const cloudWatch = createCloudWatch({ clock })
  const balancing = createElasticLoadBalancing({
    ...{ dataPlane: createSilentDataPlane(healthy), clock, addresses: { next: async () => '127.0.0.1' } },
  })
  // Its limits count real time, which does not pass here: they would refuse what is minutes apart.
  const route53 = createRoute53({ clock, realNow: clock.now })
  const stepFunctions = createStepFunctions({
    clock,
    createRunner: (definition) => createWorkflowRunner({ definition, tasks, clock, random: () => 0.5 }),
  })
  const { arn, state } = await deployedMachine()
  await stepFunctions.persistent.load(state)
  const called = (run: (event: unknown) => Promise<unknown>) => (event: unknown) => {
    // Whoever called the function waits as long as it takes, of the clock's time.
    const caller = wire.arrival()?.sender ?? null
    return wire.waiting(() => run(event), caller)
  }
  const lambda = createLambda({
    ...{ clock, region },
    functions: {
      [functions.rollBack]: called(async (event) => tasks.RollBack?.(event)),
      [functions.check]: called(check),
    },
  })
  const userFunctions = createUserFunctions({
    ...{ clock, metrics: cloudWatch.metrics, takenNames: Object.values(functions), realNow: clock.now },
  })
  const codeDeploy = createCodeDeploy({
    ...{ clock, elasticLoadBalancing: balancing, cloudWatch: cloudWatch.forServices, reportError: quiet },
    ...{ saveBalancers: async () => undefined, save: async () => undefined },
    aliasesIn: (inRegion) => userFunctions.aliasesIn(inRegion, async () => undefined),
    hooks: createHookFunctions({ functions: {}, clock, reportError: quiet, arnOf: (name) => name }),
  })
  const server = createAwsServer({
    ...{ clock, faults: http.faults, requestLog: log, reportError: quiet },
    services: [
      ...[userFunctions.service, balancing, route53, cloudWatch.service, codeDeploy.service, stepFunctions.service],
    ].map((each) => http.around(each)),
    rawServices: [createDynamoDb().service, lambda].map((each) => http.around(each)),
  })
  await server.listen(0)
  process.env.AWS_ENDPOINT_URL = server.url
  const table = 'sluice'
  const client = new DynamoDBClient({ region })
  await ensureTable(client, table)
  client.destroy()
  return {
    cloud: await furnishAccount({
      elasticLoadBalancing: balancing,
      route53,
      metrics: cloudWatch.metrics,
      ...{ cloudWatch: cloudWatch.service, codeDeploy, functions: userFunctions },
      refuseWrites: http.refuseWrites,
      healthy,
    }),
    config: {
      table,
      stateMachineArn: arn,
      rollBackFunction: functions.rollBack,
      rollbackCheckFunction: functions.check,
      region,
      adminArns: [],
      issuers: [],
    },
    async stop(executionName: string) {
      const executionArn = `${arn.replace(':stateMachine:', ':execution:')}:${executionName}`
      const input = { executionArn, error: 'Stopped', cause: 'by a person' }
      await stepFunctions.service.operations.StopExecution?.handle(input, { requestId: 'person', region })
    },
    async close() {
      stepFunctions.close()
      await codeDeploy.close()
      userFunctions.close()
      route53.close()
      cloudWatch.close()
      await server.close()
    },
  }
}
