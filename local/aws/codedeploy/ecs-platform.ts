import { randomInt } from 'node:crypto'
import type { TargetGroupPairInfo } from '@aws-sdk/client-codedeploy'
import { parseAppSpec } from './app-spec.ts'
import type { BalancerCalls } from './balancer-calls.ts'
import { DeploymentFailure } from './failure.ts'
import type { EventRecord } from './lifecycle.ts'
import { divideTraffic, notBehind, percentOf, refused, rulesOfPair } from './listener-traffic.ts'
import { briefly, newTarget, type Platform, type Work } from './platform.ts'
import type { DeploymentRecord, Route, TaskSetGroup } from './records.ts'
import { contentOf } from './revision.ts'
import { trafficAt } from './traffic-steps.ts'

const HEALTHY_WITHIN_MS = 3_600_000

type EcsRoute = Extract<Route, { platform: 'ECS' }>

/**
 * Deployments to ECS services. There is no ECS here: what is registered in the replacement's target group counts as its
 * task set. The load balancer's listeners carry real traffic, so weights and health are real.
 *
 * @see CodeDeploy user guide, "What happens during an Amazon ECS deployment"
 */
export function createEcsPlatform(callsIn: (region: string) => BalancerCalls): Platform {
  return {
    async prepare(deployment, now) {
      const spec = deployment.spec ?? parseAppSpec(contentOf(deployment.revision), 'ECS')
      const route = deployment.route ?? (await findRoute(deployment, callsIn(deployment.region)))
      const [service] = deployment.settings.ecsServices ?? []
      const id = `${service?.clusterName}:${service?.serviceName}`
      return { spec, route, targets: [newTarget(id, deployment, spec, now)] }
    },
    async work(deployment, event, now) {
      const { route } = deployment
      if (route?.platform !== 'ECS') throw new Error(`deployment ${deployment.id} has no target groups`)
      return workOn(deployment, route, event, { calls: callsIn(deployment.region), now })
    },
  }
}

/**
 * Which target group is live alternates with each deployment: the weights of the production listener say it. The group
 * that is not live becomes the replacement's.
 *
 * @throws {DeploymentFailure} `ELASTIC_LOAD_BALANCING_INVALID` when a listener does not forward to the live group.
 */
async function findRoute(deployment: DeploymentRecord, calls: BalancerCalls): Promise<EcsRoute> {
  const pair = pairOf(deployment)
  const [first, second] = await Promise.all(
    (pair?.targetGroups ?? []).map(async ({ name = '' }) => ({
      name,
      arn: await refused(calls.targetGroupArn(name)),
      taskSetId: `ecs-svc/${randomInt(2 ** 40)}`,
    })),
  )
  if (!first || !second) throw new Error(`deployment ${deployment.id} has no pair of target groups`)
  const arns = { blue: first.arn, green: second.arn }
  const [carrying] = await rulesOfPair(calls, listenersOf(deployment).production, arns)
  if (!carrying) throw notBehind()
  const isSecondLive = percentOf(carrying.forward, second.arn) > 50
  const [blue, green]: [TaskSetGroup, TaskSetGroup] = isSecondLive ? [second, first] : [first, second]
  await checkTestListener(deployment, calls, blue.arn, green.arn)
  return { platform: 'ECS', blue, green }
}

/** @throws {DeploymentFailure} When there is a test listener, and the live group is not behind it. */
async function checkTestListener(deployment: DeploymentRecord, calls: BalancerCalls, blue: string, green: string) {
  const { test } = listenersOf(deployment)
  if (test === undefined) return
  const rules = await rulesOfPair(calls, test, { blue, green })
  const isBehind = rules.some(({ forward }) =>
    forward.ForwardConfig?.TargetGroups?.some(({ TargetGroupArn: arn }) => arn === blue),
  )
  if (!isBehind) throw notBehind()
}

async function workOn(
  deployment: DeploymentRecord,
  { blue, green }: EcsRoute,
  event: EventRecord,
  { calls, now }: { readonly calls: BalancerCalls; readonly now: number },
): Promise<Work> {
  const pair = { blue: blue.arn, green: green.arn }
  const { production, test } = listenersOf(deployment)
  switch (event.name) {
    case 'Install':
      // The task set that a rollback goes back to is installed already.
      if (deployment.creator === 'codeDeployRollback') return briefly(event, now)
      // The replacement's group stays attached at weight 0, so that its targets are health-checked before they serve.
      await divideTraffic(calls, production, pair, 0)
      return awaitHealth(await refused(calls.targetHealth(green.arn)), event, now)
    case 'AllowTestTraffic':
      if (test !== undefined) await divideTraffic(calls, test, pair, 100)
      return briefly(event, now)
    case 'AllowTraffic': {
      const { percent, nextInMs } = trafficAt(deployment.steps, now - (event.startedAt ?? now))
      // Between two steps a foreign change stays. A rollback always compares: what it undoes may be half written.
      if (percent !== deployment.percent || deployment.creator === 'codeDeployRollback') {
        await divideTraffic(calls, production, pair, percent)
      }
      return nextInMs === undefined ? { done: true, percent } : { done: false, percent, againInMs: nextInMs }
    }
    default:
      return briefly(event, now)
  }
}

/** @throws {DeploymentFailure} `TIMEOUT` when the targets are not all healthy an hour after the event began. */
function awaitHealth(
  targets: readonly { readonly TargetHealth?: { readonly State?: string | undefined } | undefined }[],
  event: EventRecord,
  now: number,
): Work {
  const isHealthy = targets.length > 0 && targets.every(({ TargetHealth }) => TargetHealth?.State === 'healthy')
  if (isHealthy) return briefly(event, now)
  if (now - (event.startedAt ?? now) < HEALTHY_WITHIN_MS) return { done: false }
  throw new DeploymentFailure(
    'TIMEOUT',
    'The deployment timed out while waiting for the replacement task set to become healthy. ' +
      'This time out period is 60 minutes.',
  )
}

function pairOf({ settings }: DeploymentRecord): TargetGroupPairInfo | undefined {
  return settings.loadBalancerInfo?.targetGroupPairInfoList?.[0]
}

function listenersOf(deployment: DeploymentRecord): { readonly production: string; readonly test?: string } {
  const pair = pairOf(deployment)
  const test = pair?.testTrafficRoute?.listenerArns?.[0]
  return { production: pair?.prodTrafficRoute?.listenerArns?.[0] ?? '', ...(test !== undefined && { test }) }
}
