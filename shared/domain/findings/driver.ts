import { readAppSpec } from '../app-spec.ts'
import type { CodeDeployRevision } from '../codedeploy-revision.ts'
import type { Finding } from '../deployment.ts'
import { findStrategyProblems } from '../driver-limits.ts'
import { adoptableIn, foreignIn, isAdoptable } from '../foreign-deployments.ts'
import type { DeploymentGroupFacts } from '../route-facts.ts'
import type { CodeDeployRoute } from '../service.ts'
import { appSpecFindings } from './app-spec.ts'
import { anError, aWarning, type PreflightFacts } from './facts.ts'
import { foreignWeights } from './routing.ts'

interface Driven {
  readonly facts: PreflightFacts
  readonly route: CodeDeployRoute
  readonly group: DeploymentGroupFacts
  /** `web/prod`, for people. */
  readonly name: string
}

/** What speaks against a deployment by CodeDeploy. A codedeploy route stands alone, so no id names the group. */
export function driverFindings(facts: PreflightFacts): Finding[] {
  return facts.routes.flatMap((checked) => {
    const { route, facts: seen } = checked
    if (route.kind !== 'codedeploy' || seen?.kind !== 'codedeploy' || seen.group === null) return []
    const name = `${route.applicationName}/${route.deploymentGroupName}`
    const driven = { facts, route, group: seen.group, name }
    return [
      ...busy(driven),
      ...nothingToAdopt(driven),
      // While something runs, the split is its own.
      ...(seen.group.running.length === 0 ? foreignWeights(facts, checked, seen.state) : []),
      ...platform(driven),
      ...strategy(driven),
      ...appSpecFindings(facts),
      ...targetGroups(driven),
      ...autoRollback(driven),
      ...alarms(driven),
      ...readyWait(driven),
      ...terminationWait(driven),
    ]
  })
}

/** A group runs one deployment at a time. One that takes another back is nobody's to take over. */
function busy({ route, group, name }: Driven): Finding[] {
  return foreignIn(group.running).map((running) => {
    const { deploymentId, creator, createdAt } = running
    const id = `codedeploy-busy:${deploymentId}`
    const what = `${deploymentId} runs in ${name}, created by ${creator} at ${createdAt}`
    if (route.onForeignDeployment === 'adopt' && isAdoptable(running))
      return aWarning(
        id,
        'A running deployment is taken over',
        `${what}: Sluice takes it over, and deploys nothing of its own`,
      )
    const detail = `${what}, and a group runs one deployment at a time; let it end or stop it`
    return anError(id, 'CodeDeploy is busy', detail)
  })
}

function nothingToAdopt({ facts, route, group, name }: Driven): Finding[] {
  if (facts.at === 'put' || route.onForeignDeployment === 'refuse' || facts.driven?.revision != null) return []
  if (adoptableIn(group.running).length > 0) return []
  const detail = `no deployment runs in ${name} that could be taken over; say in "codedeploy" what to deploy`
  return [anError('nothing-to-adopt', 'There is nothing to deploy', detail)]
}

function platform({ facts, group, name }: Driven): Finding[] {
  const revision = facts.driven?.revision ?? null
  if (revision === null || platformOf(revision) === group.platform) return []
  const detail = `${name} deploys to ${group.platform}; this is ${describeRevision(revision)}`
  return [anError('platform-mismatch', 'This is for another platform', detail)]
}

function platformOf(revision: CodeDeployRevision): DeploymentGroupFacts['platform'] {
  return revision.type === 'app-spec' ? readAppSpec(revision.appSpec).platform : 'Server'
}

function describeRevision(revision: CodeDeployRevision): string {
  return revision.type === 'app-spec' ? `an AppSpec for ${platformOf(revision)}` : 'a bundle for servers'
}

function strategy({ facts, group }: Driven): Finding[] {
  if (facts.driven === undefined) return []
  const problems = findStrategyProblems(facts.driven.strategy, group.platform, 'strategy')
  if (problems.length === 0) return []
  const detail = problems.map(({ path, message }) => `${path} ${message}`).join('; ')
  return [anError('strategy-not-possible', 'CodeDeploy has no such course', detail)]
}

function targetGroups({ group, name }: Driven): Finding[] {
  if (group.platform !== 'ECS' || group.moves !== null) return []
  const detail =
    `the pair of target groups behind ${name} was not found on its listener: weights, health and metrics of the sides ` +
    'are not seen, and only gates that need none of these judge'
  return [aWarning('ecs-target-groups-unknown', 'Nothing measures the sides', detail)]
}

function autoRollback({ group, name }: Driven): Finding[] {
  const { enabled, events } = group.autoRollback
  if (enabled && events.includes('DEPLOYMENT_FAILURE')) return []
  const detail =
    `${name} does not roll back by itself when a deployment fails. Sluice stops with a rollback all the same when a gate ` +
    'fails; where CodeDeploy fails by itself, going back is left to Sluice. Switch on DEPLOYMENT_FAILURE in the group'
  return [aWarning('auto-rollback-off', 'CodeDeploy does not roll back by itself', detail)]
}

function alarms({ group, name }: Driven): Finding[] {
  const { enabled, names } = group.alarms
  if (!enabled || names.length === 0) return []
  const detail = `${name} stops a deployment by itself when one of these goes off: ${names.join(', ')}`
  return [aWarning('alarms-of-group', 'The group has alarms of its own', detail)]
}

function readyWait({ group, name }: Driven): Finding[] {
  if (group.readyWaitMinutes === null) return []
  const detail = `${name} waits before it shifts, ${group.readyWaitMinutes} minutes at most: then CodeDeploy stops the deployment`
  return [aWarning('ready-wait', 'CodeDeploy waits before the shift', detail)]
}

function terminationWait({ facts, group, name }: Driven): Finding[] {
  const bakeSeconds = facts.plan.steps.at(-1)?.bakeSeconds ?? 0
  if (group.platform !== 'ECS' || group.terminationWaitMinutes * 60 >= bakeSeconds) return []
  const detail =
    `${name} ends the replaced tasks ${group.terminationWaitMinutes} minutes after the shift, but the last step bakes ` +
    `${bakeSeconds} s: from then on going back is a new deployment that starts tasks`
  return [aWarning('termination-wait-short', 'The old tasks end before the last bake', detail)]
}
