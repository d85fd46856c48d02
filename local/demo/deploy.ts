import type { LocalRun } from '../start.ts'
import type { ApiClient, ShownDeployment } from './api-client.ts'
import type { LoadGenerator } from './load-generator.ts'
import { createProgress, type Output, type ToLine } from './progress.ts'
import type { BadRelease, Release, Weights } from './report.ts'
import type { WebService } from './web-service.ts'

/** A deployment of a demo that takes longer than this, real milliseconds, has gone wrong. */
const longestMs = 60_000
/** Real seconds that the load may last: two deployments, and what is between and after them. */
export const longestLoadSeconds = (2 * longestMs) / 1000 + 30
/** Requests per real second. */
export const rate = 400
const finalPhases = ['succeeded', 'rolled-back', 'aborted', 'superseded', 'rejected', 'rollback-failed']

/** What the releases of a demo are played on: v1 serves from blue, v2 waits on green. */
export interface Stage {
  readonly local: LocalRun
  readonly api: ApiClient
  readonly service: string
  readonly load: LoadGenerator
  readonly blueServer: WebService
  readonly output: Output
  /** How the progress view tells where a deployment is. Default: weight, phase, requests, gates. */
  readonly toLine?: ToLine
  /** Told of each look at a deployment. */
  readonly onLook?: (deployment: ShownDeployment) => void
}

/** v2 is good: a canary, then everything. */
export async function playGoodRelease(stage: Stage): Promise<Release> {
  const { deployment, requests, failed } = await deploy(stage, {
    title: 'v2, a good version: canary 20 %, then 100 %',
    revision: 'v2',
  })
  return { id: deployment.id, phase: deployment.phase, requests, failed }
}

/**
 * Green serves now; blue gets v3, and that one is broken.
 *
 * @param afterwards - Looks at what follows its end, before the weights are read back; what it saw joins the result.
 */
export async function playBadRelease<Seen extends object>(
  stage: Stage,
  afterwards: (deployment: ShownDeployment) => Promise<Seen>,
): Promise<BadRelease & Seen> {
  const { api, service, load, local } = stage
  stage.blueServer.deploy('v3', 0.25)
  const snapshot = await readWeights(api, service)
  load.takeFirstFailure()
  const { deployment, requests, failed } = await deploy(stage, {
    title: 'v3, a bad version: every fourth answer is an error',
    revision: 'v3',
  })
  const failedAt = load.takeFirstFailure()
  const { id, phase, cause, endedAt } = deployment
  const secondsToRollback = failedAt === null ? null : secondsBetween(local, failedAt, endedAt)
  const seen = await afterwards(deployment)
  const readBack = await readWeights(api, service)
  return { id, phase, cause, requests, failed, secondsToRollback, snapshot, readBack, ...seen }
}

async function deploy(
  { api, service, load, output, toLine, onLook = () => {} }: Stage,
  { title, revision }: { title: string; revision: string },
) {
  const before = load.counts()
  const since = () => ({
    requests: load.counts().requests - before.requests,
    failed: load.counts().failed - before.failed,
  })
  const progress = createProgress(output, title, toLine)
  const giveUpAt = Date.now() + longestMs
  let deployment = await api.start({ service, revision, reason: 'demo' })
  progress.show(deployment, since())
  while (!finalPhases.includes(deployment.phase)) {
    if (Date.now() > giveUpAt)
      throw new Error(`deployment ${deployment.id} is still ${deployment.phase} after ${longestMs / 1000} s`)
    deployment = await api.watch(deployment.id, deployment.version)
    onLook(deployment)
    progress.show(deployment, since())
  }
  progress.end()
  return { deployment, ...since() }
}

/** A canary of five minutes, judged by the answers of both sides. */
export const canaryOfFiveMinutes = {
  strategy: { type: 'canary', percent: 20, intervalSeconds: 300, bakeSeconds: 300 },
  gates: [
    { name: 'errors', kind: 'metric', metric: 'error-rate', max: 0.01, minRequests: 20 },
    { name: 'latency', kind: 'metric', metric: 'latency-p99', max: 2, minRequests: 20 },
  ],
}

async function readWeights(api: ApiClient, service: string): Promise<Weights> {
  const { routes } = await api.traffic(service)
  return routes[0]?.raw ?? {}
}

/** Local seconds from a real instant to a local one. */
function secondsBetween(local: LocalRun, realMs: number, endedAt: string | null): number | null {
  if (endedAt === null) return null
  const localMs = local.clock.now() - (Date.now() - realMs) * local.clock.speed
  return Math.max(0, Math.round((Date.parse(endedAt) - localMs) / 100) / 10)
}
