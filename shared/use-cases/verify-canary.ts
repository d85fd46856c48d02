import type { Deps } from '../deps.ts'
import type { Deployment } from '../domain/deployment.ts'
import { drivenRouteOf } from '../domain/driven.ts'
import { CanaryNotReady, ConflictError } from '../domain/errors.ts'
import { type Action, decideNext, firstStep, type GatesSummary, unjudged } from '../domain/next-action.ts'
import type { CodeDeployRoute } from '../domain/service.ts'
import { systemActor } from '../domain/transition.ts'
import { loadDeployment } from './change-deployment.ts'
import { readGroup } from './drive/group-facts.ts'
import { followDrift } from './follow-drift.ts'
import { judgeBeforeTraffic } from './judge-gates.ts'
import { performAction } from './perform-action.ts'
import { pointTest, restoreTest } from './point-test.ts'
import { DriftFound, type RouteAtWork, routesAtWork } from './route-guard.ts'
import { type TaskAnswer, taskAnswer } from './task-answer.ts'
import { writePlanned } from './write-planned.ts'

/**
 * Makes sure that the canary is healthy before it gets any traffic: attaches its target group at weight 0 (health checks
 * run only on attached groups), points the test entry at it, and judges target health and the probes meant for before.
 *
 * @throws {CanaryNotReady} If it is not healthy yet and its deadline is not over: call again.
 */
export async function verifyCanary(deps: Deps, id: string): Promise<TaskAnswer> {
  const deployment = await loadDeployment(deps, id)
  if (!isVerifying(deployment))
    return performAction(deps, deployment, decideNext(deployment, unjudged, deps.clock.now()))
  // A driver brings the new version into being itself, and has its own checks before traffic.
  const driven = drivenRouteOf(deployment)
  if (driven) return performAction(deps, deployment, await firstDrivenStep(deps, deployment, driven))
  try {
    for (const work of routesAtWork(deployment)) {
      await attachCanary(deps, deployment, work)
      await pointTest(deps, id, work, deployment.canary)
    }
  } catch (error) {
    if (error instanceof DriftFound)
      return taskAnswer(await followDrift(deps, deployment, error), 'bake', deps.clock.now())
    if (!(error instanceof ConflictError)) throw error
    // Paused, halted or rolled back in between.
    const newest = await loadDeployment(deps, id)
    return performAction(deps, newest, decideNext(newest, unjudged, deps.clock.now()))
  }
  const gates = await judgeBeforeTraffic(deps, id)
  const judged = await loadDeployment(deps, id)
  if (!isVerifying(judged)) return performAction(deps, judged, decideNext(judged, unjudged, deps.clock.now()))
  const action = decideVerified(judged, gates, deps.clock.now())
  if (action === null) throw new CanaryNotReady(`${id}: ${gates.unsettled?.reason ?? 'the canary is not healthy yet'}`)
  if (action.type === 'shift' || action.type === 'await-approval') await restoreTests(deps, id)
  return performAction(deps, judged, action)
}

/** A group that waits at Ready is approved there, where the new version can be looked at; any other before it begins. */
async function firstDrivenStep(deps: Deps, deployment: Deployment, route: CodeDeployRoute): Promise<Action> {
  const action = firstStep(deployment)
  if (action.type !== 'await-approval' || (await readGroup(deps, route)).readyWaitMinutes === null) return action
  return { type: 'shift', step: 0, reason: 'CodeDeploy waits for the approval at Ready' }
}

/** A hold stops the looking too: nothing could follow from it, and its time does not count. */
function isVerifying({ stage, goal, hold, endedAt }: Deployment): boolean {
  return stage === 'verifying' && goal === 'plan' && hold === null && endedAt === null
}

/** Null: not yet. */
function decideVerified(deployment: Deployment, gates: GatesSummary, nowMs: number): Action | null {
  const finding = gates.failing ?? gates.blind
  if (finding) return { type: 'roll-back', cause: { type: 'gate', gate: finding.gate, reason: finding.reason } }
  if (!gates.unsettled) return firstStep(deployment)
  if (deployment.deadlineAt === null || nowMs < Date.parse(deployment.deadlineAt)) return null
  const reason = `the canary was not healthy in time: ${gates.unsettled.reason}`
  return { type: 'roll-back', cause: { type: 'gate', gate: gates.unsettled.gate, actor: systemActor, reason } }
}

/**
 * Only an attached group has its health checked; at weight 0 it gets no traffic. A version of a function needs no attaching:
 * there, what serves before our first write is only noted with the lease, so that whoever finds it after a write that never
 * arrived knows it for ours.
 */
async function attachCanary(deps: Deps, deployment: Deployment, work: RouteAtWork): Promise<void> {
  const { kind } = work.route
  // A weighted record that is not there is a finding: nothing could be created from what we know.
  if (kind === 'route53') return
  await writePlanned(deps, deployment, work, {
    percent: 0,
    keepIdle: true,
    isThere: (seen) => kind === 'lambda-alias' || seen.weights[deployment.canary] !== null,
    reason: 'attached at weight 0: only then its health is checked',
  })
}

async function restoreTests(deps: Deps, id: string): Promise<void> {
  for (const work of routesAtWork(await loadDeployment(deps, id))) await restoreTest(deps, id, work)
}
