import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { LocalRun } from '../start.ts'
import { type ApiClient, createApiClient, type ShownDeployment } from './api-client.ts'
import { type LoadGenerator, startLoad } from './load-generator.ts'
import { createProgress } from './progress.ts'
import { buildShop } from './shop.ts'

export interface DemoReport {
  readonly good: { readonly id: string; readonly phase: string; readonly requests: number; readonly failed: number }
  readonly bad: {
    readonly id: string
    readonly phase: string
    readonly cause: ShownDeployment['cause']
    readonly requests: number
    readonly failed: number
    /** Local seconds from the first failed request to traffic verified back on the old version; null without either. */
    readonly secondsToRollback: number | null
    /** Raw weights by slot before the bad deployment, and as read from the load balancer after it. */
    readonly snapshot: Weights
    readonly readBack: Weights
  }
}

type Weights = Readonly<Record<string, number | null>>

/** Requests per real second, all through the local load balancer. */
const rate = 400
/** A deployment of the demo that takes longer than this, real milliseconds, has gone wrong. */
const longestMs = 60_000
const finalPhases = ['succeeded', 'rolled-back', 'aborted', 'superseded', 'rejected', 'rollback-failed']

/** Runs a good canary to success and a bad one to its rollback, under load, through the public API only. */
export async function runDemo(local: LocalRun, output: NodeJS.WriteStream): Promise<DemoReport> {
  const elb = new ElasticLoadBalancingV2Client({})
  const shop = await buildShop(elb)
  const api = createApiClient(local.apiUrl)
  await api.putService('shop', serviceDocument(shop.ruleArn, shop.groups))
  const load = startLoad({ url: shop.url, rate, longestSeconds: (2 * longestMs) / 1000 + 30 })
  try {
    const good = await deploy(api, load, output, {
      title: 'v2, a good version: canary 20 %, then 100 %',
      revision: 'v2',
    })
    // Green serves now; blue gets the next version, and this one is broken.
    shop.servers.blue.deploy('v3', 0.25)
    const snapshot = await weights(api)
    load.takeFirstFailure()
    const bad = await deploy(api, load, output, {
      title: 'v3, a bad version: every fourth answer is an error',
      revision: 'v3',
    })
    const failedAt = load.takeFirstFailure()
    const { id, phase, cause } = bad.deployment
    return {
      good: { id: good.deployment.id, phase: good.deployment.phase, requests: good.requests, failed: good.failed },
      bad: {
        id,
        phase,
        cause,
        requests: bad.requests,
        failed: bad.failed,
        secondsToRollback: failedAt === null ? null : secondsBetween(local, failedAt, bad.deployment.endedAt),
        snapshot,
        readBack: await weights(api),
      },
    }
  } finally {
    await load.stop()
    await shop.close()
    elb.destroy()
  }
}

interface Outcome {
  readonly deployment: ShownDeployment
  readonly requests: number
  readonly failed: number
}

async function deploy(
  api: ApiClient,
  load: LoadGenerator,
  output: NodeJS.WriteStream,
  { title, revision }: { title: string; revision: string },
): Promise<Outcome> {
  const before = load.counts()
  const since = () => ({
    requests: load.counts().requests - before.requests,
    failed: load.counts().failed - before.failed,
  })
  const progress = createProgress(output, title)
  const giveUpAt = Date.now() + longestMs
  let deployment = await api.start({ service: 'shop', revision, reason: 'demo' })
  progress.show(deployment, since())
  while (!finalPhases.includes(deployment.phase)) {
    if (Date.now() > giveUpAt)
      throw new Error(`deployment ${deployment.id} is still ${deployment.phase} after ${longestMs / 1000} s`)
    deployment = await api.watch(deployment.id, deployment.version)
    progress.show(deployment, since())
  }
  progress.end()
  return { deployment, ...since() }
}

function serviceDocument(ruleArn: string, groups: { blue: string; green: string }) {
  return {
    routes: [{ kind: 'alb', ruleArn, blue: groups.blue, green: groups.green }],
    strategy: { type: 'canary', percent: 20, intervalSeconds: 300, bakeSeconds: 300 },
    gates: [
      { name: 'errors', kind: 'metric', metric: 'error-rate', max: 0.01, minRequests: 20 },
      { name: 'latency', kind: 'metric', metric: 'latency-p99', max: 2, minRequests: 20 },
    ],
  }
}

async function weights(api: ApiClient): Promise<Weights> {
  const { routes } = await api.traffic('shop')
  return routes[0]?.raw ?? {}
}

/** Local seconds from a real instant to a local one. */
function secondsBetween(local: LocalRun, realMs: number, endedAt: string | null): number | null {
  if (endedAt === null) return null
  const localMs = local.clock.now() - (Date.now() - realMs) * local.clock.speed
  return Math.max(0, Math.round((Date.parse(endedAt) - localMs) / 100) / 10)
}
