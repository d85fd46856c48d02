import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ShownDeployment } from '../../local/demo/api-client.ts'
import { loadBalancerArnOf } from '../../shared/domain/elb-arn.ts'
import { type LookForBreach, putAlarm, watchAlarm, watchMetric } from './breach.ts'
import { type Site, startSite } from './site.ts'

/** What has to notice: the check of each minute, an alarm's event, or the event of a composite alarm. */
export type Rescuer = 'minute check' | 'alarm event' | 'composite alarm event'

export interface Rescue {
  readonly rescuer: Rescuer
  readonly phase: string
  readonly cause: string
  /** From CloudWatch showing the breach to the rollback read back, local seconds. */
  readonly seconds: number
  /** How late this process got its turn meanwhile, 99th percentile, real milliseconds: the machine's part of it. */
  readonly lagMs: number
  /** What is wrong, one sentence each. */
  readonly faults: readonly string[]
}

export interface Pace {
  /** Local seconds per real second. */
  readonly speed: number
  /** Requests per real second. */
  readonly rate: number
}

const finalPhases = ['succeeded', 'rolled-back', 'aborted', 'superseded', 'rejected', 'rollback-failed']
const pollMs = 20
/** Local time that one wait may take. */
const longestLocalMs = 15 * 60_000

/**
 * Kills the workflow of a canary that bakes, forbids successors, lets the canary turn bad, and waits for the rollback.
 *
 * @throws {Error} If nothing happens for 15 local minutes.
 */
export async function playRescue(rescuer: Rescuer, pace: Pace): Promise<Rescue> {
  const site = await startSite(pace.speed, pace.rate)
  try {
    const { ruleArn, groups, servers } = site.shop
    const group = { targetGroupArn: groups.green, loadBalancerArn: loadBalancerArnOf(ruleArn) }
    const alarm =
      rescuer === 'minute check'
        ? null
        : await putAlarm(site.cloudWatch, { group, composite: rescuer === 'composite alarm event' })
    const id = await bake(site, alarm === null ? errorsGate : { name: 'alarm', kind: 'alarms', alarmNames: [alarm] })
    await site.forbidSuccessors()
    await site.stopExecution(id)
    // The check that this very event asks for comes first; it finds nothing wrong but the workflow.
    await until(site, async () => (await isToBeSucceeded(site, id)) || null)
    const { now } = site.local.clock
    const badFromMs = now()
    servers.green.deploy('v2', 0.25)
    const look =
      alarm === null ? watchMetric(site.cloudWatch, { group, badFromMs, now }) : watchAlarm(site.cloudWatch, alarm)
    return { rescuer, ...(await observe(site, id, look)) }
  } finally {
    await site.close()
  }
}

/**
 * Stops the workflow of a canary that bakes, with nothing in the way.
 *
 * @returns How long the successor took to begin, local seconds: the event of Step Functions asks for a check at once.
 */
export async function playSuccession(pace: Pace): Promise<number> {
  const site = await startSite(pace.speed, pace.rate)
  try {
    const id = await bake(site, errorsGate)
    const stoppedAt = await site.stopExecution(id)
    const startedAt = await until(site, () => site.startedAt(`${id}-2`))
    return (startedAt - stoppedAt) / 1000
  } finally {
    await site.close()
  }
}

const errorsGate = { name: 'errors', kind: 'metric', metric: 'error-rate', max: 0.01, failures: 1, minRequests: 20 }

/** Starts a canary of 20 % that bakes for half an hour, and waits until it does. @returns Its id. */
async function bake(site: Site, gate: object): Promise<string> {
  await site.api.putService('shop', {
    routes: [{ kind: 'alb', ruleArn: site.shop.ruleArn, ...site.shop.groups }],
    strategy: { type: 'canary', percent: 20, intervalSeconds: 1800, bakeSeconds: 60 },
    gates: [gate],
  })
  const { id } = await site.api.start({ service: 'shop', revision: 'v2', reason: 'bench:rescue' })
  await until(site, async () => {
    const seen = await site.api.watch(id, 0)
    if (finalPhases.includes(seen.phase)) throw new Error(`${id} ended before it baked: ${JSON.stringify(seen)}`)
    return seen.phase === 'baking' && seen.weight === 20 ? seen : null
  })
  return id
}

async function isToBeSucceeded(site: Site, id: string): Promise<boolean> {
  return (await site.api.events(id)).some(({ reason }) => reason.endsWith('execution 2 goes on'))
}

async function observe(site: Site, id: string, look: LookForBreach): Promise<Omit<Rescue, 'rescuer'>> {
  const lag = monitorEventLoopDelay({ resolution: 10 })
  lag.enable()
  let shownAt: number | null = null
  const ended = await until(site, async () => {
    // Both are asked in this order, so that the breach is not missed when the rollback follows at once.
    const seen = await site.api.watch(id, 0)
    shownAt = (await look()) ?? shownAt
    return finalPhases.includes(seen.phase) ? seen : null
  })
  lag.disable()
  const faults = await findFaults(site, ended)
  const seconds = shownAt === null ? Number.NaN : (Date.parse(ended.endedAt ?? '') - shownAt) / 1000
  const { cause, phase } = ended
  const because = cause === null ? '-' : `${cause.gate ?? cause.type}: ${cause.reason}`
  return { phase, cause: because, seconds, lagMs: lag.percentile(99) / 1e6, faults }
}

async function findFaults(site: Site, { phase }: ShownDeployment): Promise<readonly string[]> {
  const [green, running] = await Promise.all([site.greenPercent(), site.runningExecutions()])
  return [
    ...(phase === 'rolled-back' ? [] : [`ended "${phase}", not "rolled-back"`]),
    ...(green === 0 ? [] : [`green still has ${green} %`]),
    ...(running === 0 ? [] : [`${running} executions were running: the workflow was not dead`]),
  ]
}

/** @throws {Error} After 15 local minutes. */
async function until<T>({ local }: Site, look: () => Promise<T | null>): Promise<T> {
  const giveUpAt = local.clock.now() + longestLocalMs
  for (;;) {
    const found = await look()
    if (found !== null) return found
    if (local.clock.now() > giveUpAt) throw new Error(`nothing happened for ${longestLocalMs / 60_000} local minutes`)
    await sleep(pollMs)
  }
}
