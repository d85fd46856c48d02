import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { createAdaptorServer } from '@hono/node-server'
import { createApi } from '../functions/api/app.ts'
import { ensureTable } from '../shared/adapters/dynamodb/table.ts'
import { compose } from '../shared/compose.ts'
import { loadConfig } from '../shared/config.ts'
import type { Deps } from '../shared/deps.ts'
import { createLogger, type Logger } from '../shared/logger.ts'
import type { RefusedCounts } from './aws/route53/request-limits.ts'
import type { Route53Settings } from './aws/route53/service.ts'
import { createCheckSchedule } from './check-schedule.ts'
import type { LocalClock } from './clock.ts'
import { createDataDir } from './data-dir.ts'
import { createFunctions } from './functions.ts'
import { createLocalSlack, localSlackSettings, slackStandInPath, withStandInPeople } from './local-slack.ts'
import { createRehearsalCloud, region, rollBackFunction, rollbackCheckFunction } from './rehearsal-cloud.ts'
import { openSavedClock } from './saved-clock.ts'

export interface LocalOptions {
  /** Port of the API; 0 takes any free one. Default 4500. */
  readonly port?: number
  /** Port of the AWS-compatible endpoint; 0 takes any free one. Default 4566. */
  readonly awsPort?: number
  /** Port of the DNS server, udp and tcp; 0 takes one that is free for both. Default 4553. */
  readonly dnsPort?: number
  /** Local seconds per real second, 1 to 3600. Default 1. */
  readonly speed?: number
  /** Where state outlives the process. Default: in memory. */
  readonly dataDir?: string
  /** How fast Route 53 is, and how much it takes. Default: `INSYNC` after 30 local seconds, AWS's limits. */
  readonly route53?: Route53Settings
  /** Default: JSON lines on standard output. */
  readonly logger?: Logger
}

export interface LocalRun {
  /** `http://127.0.0.1:4500` */
  readonly apiUrl: string
  /** `http://127.0.0.1:4566` */
  readonly awsUrl: string
  /** `127.0.0.1:4553` */
  readonly dnsAddress: string
  /** How many requests Route 53's limits have refused since the start; goes on counting. */
  readonly route53Refused: RefusedCounts
  readonly clock: LocalClock
  readonly deps: Deps
  close(): Promise<void>
}

const tableName = 'sluice'

/**
 * Starts local mode in this process: the rehearsal cloud, and Sluice itself on it. Nothing but loopback is used, and no
 * account. Where `AWS_ENDPOINT_URL` or a service's own variable is set, the orchestrator talks to that endpoint; its own
 * table, state machine and functions stay here unless their variables say otherwise.
 *
 * @throws {Error} If a port is taken or a saved state cannot be read. Nothing of it stays behind.
 */
export async function startLocal(options: LocalOptions = {}): Promise<LocalRun> {
  const closers: (() => Promise<unknown> | unknown)[] = []
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer()
  }
  try {
    return await start(options, { onClose: (closer) => void closers.push(closer), close })
  } catch (error) {
    await close()
    throw error
  }
}

interface Lifetime {
  /** Run in reverse order when local mode ends, or does not come up. */
  onClose(closer: () => Promise<unknown> | unknown): void
  close(): Promise<void>
}

async function start(options: LocalOptions, { onClose, close }: Lifetime): Promise<LocalRun> {
  const logger = options.logger ?? createLogger()
  const dataDir = createDataDir(options.dataDir)
  const definition = await readDefinition()
  const { clock, close: closeClock } = await openSavedClock(dataDir, options.speed ?? 1)
  onClose(closeClock)

  const cloud = createRehearsalCloud({
    clock,
    dataDir,
    ...(options.dataDir !== undefined && { dataPath: options.dataDir }),
    ...(options.route53 && { route53: options.route53 }),
    afterReset: deploySluice,
    reportError: (error) => logger.warn('state-not-saved', { error }),
  })
  onClose(() => cloud.close())
  await cloud.listen({ aws: options.awsPort ?? 4566, dns: options.dnsPort ?? 4553 })
  onClose(useEndpoint(cloud.url))

  async function deploySluice(): Promise<string> {
    const client = new DynamoDBClient({})
    await ensureTable(client, tableName)
    client.destroy()
    return cloud.deploy(definition)
  }
  const config = loadConfig({
    ...process.env,
    SLUICE_TABLE: tableName,
    SLUICE_STATE_MACHINE_ARN: await deploySluice(),
    SLUICE_ROLL_BACK_FUNCTION: rollBackFunction,
    SLUICE_ROLLBACK_CHECK_FUNCTION: rollbackCheckFunction,
    ...localSlackSettings,
    // What is rehearsed runs on this machine.
    SLUICE_OUTBOUND_ALLOW: `127.0.0.0/8,::1,${process.env.SLUICE_OUTBOUND_ALLOW ?? ''}`,
  })
  const own: { url?: string } = {}
  const publicUrl = () => own.url ?? notListening()
  const composed = compose(config, {
    clock: { now: () => Math.floor(clock.now()), realNow: () => Date.now(), sleep: (realMs) => sleep(realMs) },
    logger,
    local: true,
    slack: { publicUrl, apiUrl: () => `${publicUrl()}${slackStandInPath}/api/` },
    // Another cloud that the orchestrator was pointed at may have rates.
    paced: process.env.AWS_ENDPOINT_URL !== cloud.url,
  })
  const deps = { ...composed, initialPolicy: withStandInPeople(composed.initialPolicy) }
  cloud.provide(createFunctions(deps))

  const schedule = createCheckSchedule({ deps, clock, logger })
  onClose(schedule.close)
  cloud.onEvent(schedule.soon)
  // What died with the last process is found now, not a minute later.
  schedule.soon()

  const slack = createLocalSlack({ deps, config, publicUrl })
  const api = createApi(deps, { mode: 'local' })
  const apiUrl = await serve((request, env) => slack(request) ?? api.fetch(request, env), options.port ?? 4500, onClose)
  own.url = apiUrl
  const { url: awsUrl, dnsAddress, route53Refused } = cloud
  return { apiUrl, awsUrl, dnsAddress, route53Refused, clock, deps, close }
}

function notListening(): never {
  throw new Error('the API does not listen yet')
}

type Fetch = NonNullable<Parameters<typeof createAdaptorServer>[0]['fetch']>

async function serve(fetch: Fetch, port: number, onClose: Lifetime['onClose']): Promise<string> {
  const server = createAdaptorServer({ fetch })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: Error) =>
      reject(new Error(`the API cannot listen on 127.0.0.1:${port}: ${cause.message}`, { cause })),
    )
    server.listen(port, '127.0.0.1', resolve)
  })
  onClose(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        if ('closeAllConnections' in server) server.closeAllConnections()
      }),
  )
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function readDefinition(): Promise<unknown> {
  return JSON.parse(await readFile(new URL('../state-machines/deployment.asl.json', import.meta.url), 'utf8'))
}

/** Points the SDK at the rehearsal cloud, where the environment does not say otherwise. Returns how to undo it. */
function useEndpoint(url: string): () => void {
  const defaults = {
    AWS_ENDPOINT_URL: url,
    // Sluice's own plumbing: pointing the orchestrator at another cloud does not take it along.
    AWS_ENDPOINT_URL_DYNAMODB: url,
    AWS_ENDPOINT_URL_SFN: url,
    AWS_ENDPOINT_URL_LAMBDA: url,
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
