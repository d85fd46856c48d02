import type * as z from 'zod'
import { type ApiOptions, createApi } from '../../functions/api/app.ts'
import { createMemoryCloud } from '../../shared/adapters/memory/cloud.ts'
import { createMemoryDeploymentStore } from '../../shared/adapters/memory/deployment-store.ts'
import { createMemoryLeases } from '../../shared/adapters/memory/leases.ts'
import { createMemoryLine } from '../../shared/adapters/memory/line.ts'
import { createMemoryNotifier } from '../../shared/adapters/memory/notifier.ts'
import { createMemoryRateCounts } from '../../shared/adapters/memory/rate-counts.ts'
import { createMemoryServiceStore } from '../../shared/adapters/memory/service-store.ts'
import { createMemoryWorkflow } from '../../shared/adapters/memory/workflow.ts'
import { createMemoryZoneQueue } from '../../shared/adapters/memory/zone-queue.ts'
import type { Deps } from '../../shared/deps.ts'
import { initialPolicy } from '../../shared/domain/access/policy.ts'
import { createVerifiedTokens } from '../../shared/use-cases/access/verified-tokens.ts'
import { reportOnOpenDeployments } from '../../shared/use-cases/check-open-deployments.ts'
import { createMemoryAccess } from './access.ts'
import { webArns } from './builders.ts'
import { createMemoryChatDeps } from './chat.ts'
import { checkAgainstDocument } from './openapi-check.ts'

/** The owner of the machine and everybody in the account: tests of what is done need not care who does it. */
const everybodysPolicy = initialPolicy({ local: true, adminArns: [{ glob: 'arn:aws:*::123456789012:**' }] })

const startMs = Date.UTC(2026, 0, 1)

export interface Call {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/**
 * The API on memory adapters, in local mode, with the load balancer of the service `web`: its rule sends everything to
 * blue, and both groups have two healthy targets. Time moves only by `sleep`.
 */
export function createMemoryApi(options: ApiOptions = { mode: 'local' }) {
  let nowMs = startMs
  let ids = 0
  const logged: { readonly event: string; readonly fields: unknown }[] = []
  const slept: number[] = []
  const onSleep: (() => void | Promise<void>)[] = []
  const clock = {
    now: () => nowMs,
    realNow: () => nowMs,
    async sleep(ms: number) {
      nowMs += ms
      slept.push(ms)
      await onSleep.shift()?.()
    },
  }
  const cloud = createMemoryCloud(clock)
  const log = (event: string, fields?: unknown) => void logged.push({ event, fields })
  const rollBacks: string[] = []
  const deps: Deps = {
    ...createMemoryAccess({ clock, initialPolicy: everybodysPolicy, verifiedTokens: createVerifiedTokens(clock) }).deps,
    ...createMemoryChatDeps(clock),
    clock,
    services: createMemoryServiceStore(),
    deployments: createMemoryDeploymentStore(),
    leases: createMemoryLeases(clock),
    line: createMemoryLine(),
    ...createMemoryZoneQueue(clock),
    rateCounts: createMemoryRateCounts(clock),
    hostedZones: cloud.hostedZones,
    targetGroups: cloud.targetGroups,
    routerFor: cloud.routerFor,
    testRouterFor: cloud.testRouterFor,
    driverFor: cloud.driverFor,
    inspector: cloud.inspector,
    targetHealth: cloud.targetHealth,
    metrics: cloud.metrics,
    alarms: cloud.alarms,
    healthChecks: cloud.healthChecks,
    prober: cloud.prober,
    webhookJudge: cloud.webhookJudge,
    outboundRules: cloud.outboundRules,
    secrets: cloud.secrets,
    workflow: createMemoryWorkflow(),
    rollBackInvoker: {
      async rollBack(id) {
        rollBacks.push(id)
        return 'under-way'
      },
    },
    checkInvoker: { check: () => reportOnOpenDeployments(deps) },
    notifier: createMemoryNotifier(),
    logger: { info: log, warn: log, error: log },
    lookTogether: () => ({}),
    homeRegion: 'eu-west-1',
    newHolder: () => `holder-${++ids}`,
    newDeploymentId: () => `dep_01KDVDNC0000000000000000${String(++ids).padStart(2, '0')}`,
  }
  cloud.setGroup(webArns.blue)
  cloud.setGroup(webArns.green)
  cloud.routing.set(webArns.rule, { weights: { [webArns.blue]: 100 } })
  const app = createApi(deps, options)

  /** Sends a request as a client would; `body` as JSON. Every answer is held against the published document. */
  async function call(method: string, path: string, { body, headers = {} }: Call = {}): Promise<Response> {
    const response = await app.request(`http://localhost${path}`, {
      method,
      headers: { ...(body !== undefined && { 'Content-Type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    await checkAgainstDocument(method, path, response)
    return response
  }
  return { app, call, deps, cloud, clock, logged, slept, onSleep, rollBacks }
}

/** A document of the service `web` as its owner writes it. */
export function aServiceBody(overrides: Readonly<Record<string, unknown>> = {}) {
  return {
    routes: [{ kind: 'alb', ruleArn: webArns.rule, blue: webArns.blue, green: webArns.green }],
    strategy: { type: 'canary', percent: 10, intervalSeconds: 1800, bakeSeconds: 600 },
    ...overrides,
  }
}

/** The JSON of an answer as `schema` says it is. */
export async function readAs<T extends z.ZodType>(schema: T, response: Response): Promise<z.output<T>> {
  return schema.parse(await response.json())
}
