import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { createAdaptorServer } from '@hono/node-server'
import { createApi } from '../functions/api/app.ts'
import { ensureTable } from '../shared/adapters/dynamodb/table.ts'
import { compose } from '../shared/compose.ts'
import { loadConfig } from '../shared/config.ts'
import type { Deps } from '../shared/deps.ts'
import { createLogger, type Logger } from '../shared/logger.ts'
import { createCloudWatch } from './aws/cloudwatch/cloudwatch.ts'
import { createDynamoDb } from './aws/dynamodb/service.ts'
import { createElasticLoadBalancing } from './aws/elastic-load-balancing-v2/service.ts'
import { createLambda } from './aws/lambda/service.ts'
import { createAwsServer } from './aws/server.ts'
import type { Persistent } from './aws/service.ts'
import { createStepFunctions } from './aws/step-functions/service.ts'
import { createCheckSchedule } from './check-schedule.ts'
import type { LocalClock } from './clock.ts'
import { createDataDir } from './data-dir.ts'
import { createDataPlane } from './data-plane/http-data-plane.ts'
import { createTasks } from './functions.ts'
import { openSavedClock } from './saved-clock.ts'
import { type Definition, withFunctionArns } from './workflow/definition.ts'
import { createWorkflowRunner } from './workflow.ts'

export interface LocalOptions {
  /** Port of the API; 0 takes any free one. Default 4500. */
  readonly port?: number
  /** Port of the AWS-compatible endpoint; 0 takes any free one. Default 4566. */
  readonly awsPort?: number
  /** Local seconds per real second, 1 to 3600. Default 1. */
  readonly speed?: number
  /** Where state outlives the process. Default: in memory. */
  readonly dataDir?: string
  /** Default: JSON lines on standard output. */
  readonly logger?: Logger
}

export interface LocalRun {
  /** `http://127.0.0.1:4500` */
  readonly apiUrl: string
  /** `http://127.0.0.1:4566` */
  readonly awsUrl: string
  readonly clock: LocalClock
  readonly deps: Deps
  /** Runs the rollback check now, as it runs each local minute. */
  check(): Promise<void>
  close(): Promise<void>
}

const region = 'eu-west-1'
const accountId = '000000000000'
const tableName = 'sluice'
const rollBackFunction = 'sluice-roll-back'
const stateMachineName = 'sluice-deployment'

/**
 * Starts local mode in this process: the rehearsal cloud, and Sluice itself on it. Nothing but loopback is used, and no
 * account. Where `AWS_ENDPOINT_URL` (or a service's own variable) is set, the orchestrator talks to that endpoint.
 *
 * @throws {Error} If a port is taken or a saved state cannot be read.
 */
export async function startLocal(options: LocalOptions = {}): Promise<LocalRun> {
  const logger = options.logger ?? createLogger()
  const dataDir = createDataDir(options.dataDir)
  const { clock, close: closeClock } = await openSavedClock(dataDir, options.speed ?? 1)
  const definition = await readDefinition()

  const cloudWatch = createCloudWatch({ clock, accountId })
  const dataPlane = createDataPlane({ clock, metrics: cloudWatch.metrics })
  const elasticLoadBalancing = createElasticLoadBalancing({ dataPlane, clock, accountId })
  const dynamoDb = createDynamoDb(options.dataDir === undefined ? {} : { path: join(options.dataDir, 'dynamodb') })
  // The functions need the endpoint's address, and the endpoint needs the functions: they are filled in below.
  const tasks: Record<string, (event: unknown) => Promise<unknown>> = {}
  const stepFunctions = createStepFunctions({
    clock,
    accountId,
    createRunner: (machine) => createWorkflowRunner({ definition: machine, tasks, clock }),
  })
  const functions = { [rollBackFunction]: (event: unknown) => call(tasks, 'RollBack', event) }
  const aws = createAwsServer({
    clock,
    dataDir,
    services: [elasticLoadBalancing, cloudWatch.service, stepFunctions.service],
    rawServices: [dynamoDb.service, createLambda({ functions, clock, region, accountId })],
    // Last in the list, so that after a reset Sluice's own table and state machine are there again.
    persistents: [cloudWatch.metricsState, dynamoDb.persistent, afterReset(() => deploySluice())],
  })
  await aws.listen(options.awsPort ?? 4566)
  const restoreEnvironment = useEndpoint(aws.url)

  async function deploySluice(): Promise<string> {
    const client = new DynamoDBClient({ endpoint: aws.url })
    await ensureTable(client, tableName)
    client.destroy()
    const roleArn = `arn:aws:iam::${accountId}:role/sluice`
    return stepFunctions.deploy({ name: stateMachineName, definition, roleArn, region })
  }
  const stateMachineArn = await deploySluice()
  const config = loadConfig({
    ...process.env,
    SLUICE_TABLE: tableName,
    SLUICE_STATE_MACHINE_ARN: stateMachineArn,
    SLUICE_ROLL_BACK_FUNCTION: rollBackFunction,
  })
  const deps = compose(config, {
    clock: { now: () => Math.floor(clock.now()), realNow: () => Date.now(), sleep: (realMs) => sleep(realMs) },
    logger,
  })
  Object.assign(tasks, createTasks(deps))

  // Alarms and executions also change without a call; what is lost of them by a kill, the next check finds.
  const saveState = (state: Persistent | undefined) => {
    if (state)
      dataDir.save(state).catch((error: unknown) => logger.warn('state-not-saved', { name: state.name, error }))
  }
  const schedule = createCheckSchedule({ deps, clock, logger })
  const stopListening = [
    cloudWatch.onAlarmStateChange((event) => {
      saveState(cloudWatch.service.state)
      if (event.detail.state.value === 'ALARM') schedule.soon()
    }),
    stepFunctions.onExecutionStatusChange((event) => {
      saveState(stepFunctions.persistent)
      if (['FAILED', 'TIMED_OUT', 'ABORTED'].includes(event.detail.status)) schedule.soon()
    }),
  ]
  const saveMetrics = setInterval(() => saveState(cloudWatch.metricsState), 1000)
  saveMetrics.unref()
  // What died with the last process is found now, not a minute later.
  schedule.soon()

  const server = createAdaptorServer({ fetch: createApi(deps, { mode: 'local' }).fetch })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 4500, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo

  return {
    apiUrl: `http://127.0.0.1:${port}`,
    awsUrl: aws.url,
    clock,
    deps,
    check: schedule.now,
    async close() {
      clearInterval(saveMetrics)
      for (const stop of stopListening) stop()
      await schedule.close()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
        if ('closeAllConnections' in server) server.closeAllConnections()
      })
      stepFunctions.close()
      cloudWatch.close()
      await dataDir.save(cloudWatch.metricsState)
      await aws.close()
      await dataPlane.close()
      await dynamoDb.close()
      await closeClock()
      restoreEnvironment()
    },
  }
}

async function call(tasks: Record<string, (event: unknown) => Promise<unknown>>, name: string, event: unknown) {
  const task = tasks[name]
  if (!task) throw new Error(`the function ${name} is not ready yet`)
  return task(event)
}

async function readDefinition(): Promise<Definition> {
  const file = new URL('../state-machines/deployment.asl.json', import.meta.url)
  return withFunctionArns(
    JSON.parse(await readFile(file, 'utf8')),
    (name) => `arn:aws:lambda:${region}:${accountId}:function:sluice-${name}`,
  )
}

function afterReset(action: () => Promise<unknown>): Persistent {
  return {
    name: 'sluice',
    save: () => ({}),
    load: () => undefined,
    async reset() {
      await action()
    },
  }
}

/** Points the SDK at the rehearsal cloud, where the environment does not say otherwise. Returns how to undo it. */
function useEndpoint(url: string): () => void {
  const defaults = {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    // Says at every start that Node 20 will do until January 2027; the lock file keeps versions that run on it.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  }
  const added = Object.entries(defaults).filter(([name]) => process.env[name] === undefined)
  for (const [name, value] of added) process.env[name] = value
  return () => {
    for (const [name] of added) delete process.env[name]
  }
}
