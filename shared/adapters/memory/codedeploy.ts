import type { CodeDeployRevision } from '../../domain/codedeploy-revision.ts'
import { type TrafficRouting, toDeploymentConfig } from '../../domain/deployment-config.ts'
import { type DriverProgress, hasEnded } from '../../domain/driver-progress.ts'
import { ConflictError, InvariantError, NotFoundError, UpstreamError } from '../../domain/errors.ts'
import type { DeploymentGroupFacts, DriverFacts, GroupFacts } from '../../domain/route-facts.ts'
import { type AlbRoute, type CodeDeployRoute, resourceOf } from '../../domain/service.ts'
import type { Strategy } from '../../domain/strategy.ts'
import type { Clock } from '../../ports/clock.ts'
import type { DeploymentDriver, DriverFor, DriverWish } from '../../ports/deployment-driver.ts'
import { toRouteState } from '../alb/forward-action.ts'
import type { KindAdapters } from '../by-route-kind.ts'
import { advance, currentEvent, end, type MemoryDeployment, type MemoryError } from './codedeploy-course.ts'
import { createMemoryTraffic, failureOf, type MemoryAliases, reversed } from './codedeploy-traffic.ts'
import { copyOf } from './copy.ts'
import type { RunCall } from './faults.ts'
import type { MemoryFunctions } from './functions.ts'
import type { MemoryRouting } from './routing.ts'

export type { MemoryAliases, MemoryDeployment }

/** A deployment group of the memory CodeDeploy. */
export interface MemoryDeploymentGroup {
  readonly platform: 'ECS' | 'Lambda' | 'Server'
  /** Of ECS groups: the rule or listener, and the pair. */
  readonly moves?: AlbRoute
  /** One of CodeDeploy's own. Default: all at once. */
  readonly deploymentConfigName?: string
  readonly testListenerArn?: string
  readonly alarms?: DeploymentGroupFacts['alarms']
  /** Default: disabled. */
  readonly autoRollback?: DeploymentGroupFacts['autoRollback']
  /** Default null. */
  readonly readyWaitMinutes?: number | null
  /** Default 0. */
  readonly terminationWaitMinutes?: number
}

type GroupName = Pick<CodeDeployRoute, 'applicationName' | 'deploymentGroupName'>

/**
 * CodeDeploy in memory: deployments go on with the clock, looked at or not, and move the rules and aliases of the cloud.
 * Nothing runs by itself: whoever looks sees what has happened until then.
 */
export interface MemoryCodeDeploy {
  readonly inspector: KindAdapters['codedeploy']['inspector']
  readonly driverFor: DriverFor
  /** Puts a group there, or changes it; null takes it away. */
  setGroup(group: GroupName, settings: MemoryDeploymentGroup | null): void
  /** Lets what is deployed in the group from now on fail at an event; null: nothing any more. */
  failAt(group: GroupName, failure: MemoryDeployment['failure']): void
  /** Starts a deployment around Sluice. @returns Its id. */
  start(group: GroupName, wish: DriverWish): string
  /** Brings traffic up to the clock. The cloud does so before each of its calls. */
  settle(): void
  /** All that were ever created, oldest first, as they are now. */
  deployments(): readonly MemoryDeployment[]
}

export interface MemoryCodeDeployOptions {
  readonly clock: Pick<Clock, 'now'>
  readonly run: RunCall
  readonly routing: MemoryRouting
  readonly inspectGroup: (arn: string) => Promise<GroupFacts | null>
  /** Without aliases, no Lambda deployment can begin. */
  readonly functions: MemoryFunctions & Partial<MemoryAliases>
}

/** As the adapter, which allows for clocks that differ. */
const clockSkewMs = 5 * 60_000

export function createMemoryCodeDeploy(options: MemoryCodeDeployOptions): MemoryCodeDeploy {
  const { clock, run, routing, inspectGroup } = options
  const groups = new Map<string, MemoryDeploymentGroup>()
  const failures = new Map<string, MemoryDeployment['failure']>()
  const deployments: MemoryDeployment[] = []
  const traffic = createMemoryTraffic(routing, aliasesOf(options.functions))
  const begin = (deployment: MemoryDeployment) => {
    if (deployment.platform === 'Server') return { move: null }
    const { moves } = groups.get(nameOf(deployment)) ?? {}
    if (deployment.platform === 'ECS' && !moves) return noTargets
    const found = moves ? traffic.moveOf(moves) : traffic.aliasMoveOf(deployment.revision)
    return 'code' in found ? found : { move: found }
  }

  function settle(): void {
    // What rolls back is added at the end while this goes on.
    for (let at = 0; at < deployments.length; at++) settleOne(at)
  }

  function settleOne(at: number): void {
    const before = deployments[at]
    if (!before || hasEnded(before)) return
    const after = advance(before, clock.now(), begin)
    deployments[at] = after
    const { move, percent, writtenPercent } = after
    // Between two shifts a foreign change stays.
    if (move && percent !== null && percent !== writtenPercent) {
      const failure = failureOf(() => traffic.set(move, percent))
      deployments[at] = failure ? end(after, 'failed', clock.now(), failure) : { ...after, writtenPercent: percent }
    }
    rollBackIfAsked(at)
  }

  function rollBackIfAsked(at: number): void {
    const ended = deployments[at]
    if (!ended || !wantsRollback(ended, groups.get(nameOf(ended)))) return
    const rollback = buildRollback(ended, nextId())
    deployments[at] = { ...ended, rollbackId: rollback.deploymentId }
    deployments.push(rollback)
  }

  const nextId = () => `d-${String(deployments.length + 1).padStart(9, '0')}`
  const inGroup = (name: string) => deployments.filter((deployment) => nameOf(deployment) === name)
  const groupOf = (name: string) => {
    const group = groups.get(name)
    if (!group) throw new NotFoundError(`DeploymentGroupDoesNotExist: there is no deployment group ${name}`)
    return group
  }

  function indexOf(deploymentId: string): number {
    const at = deployments.findIndex((deployment) => deployment.deploymentId === deploymentId)
    if (at < 0) throw new NotFoundError(`DeploymentDoesNotExist: there is no deployment ${deploymentId}`)
    return at
  }

  function find(deploymentId: string): MemoryDeployment {
    const found = deployments[indexOf(deploymentId)]
    if (!found) throw new InvariantError(`${deploymentId} is and is not there`)
    return found
  }

  function change(deploymentId: string, members: (current: MemoryDeployment) => Partial<MemoryDeployment>): void {
    const current = find(deploymentId)
    deployments[indexOf(deploymentId)] = { ...current, ...members(current) }
    settle()
  }

  function start(names: GroupName, wish: DriverWish): string {
    settle()
    const name = nameOf(names)
    const group = groups.get(name)
    if (!group) throw new UpstreamError(`DeploymentGroupDoesNotExist: there is no deployment group ${name}`)
    const running = inGroup(name).find((deployment) => !hasEnded(deployment))
    if (running)
      throw new ConflictError(`DeploymentLimitExceeded: ${name} has ${running.deploymentId}, which has not ended`, {
        running: running.deploymentId,
      })
    const deployment = buildDeployment(names, wish, {
      ...{ group, deploymentId: nextId(), nowMs: clock.now() },
      ...{ failure: failures.get(name) ?? null, previousRevision: newestSuccess(inGroup(name))?.revision ?? null },
    })
    deployments.push(deployment)
    return deployment.deploymentId
  }

  function driverFor(route: CodeDeployRoute): DeploymentDriver {
    const name = nameOf(route)
    const subject = resourceOf(route)
    const call = <T>(action: Parameters<RunCall>[0]['action'], work: () => T) =>
      run({ action, subject }, () => {
        settle()
        return copyOf(work())
      })
    return {
      find: (tag, sinceMs) =>
        call('driver.find', () => {
          groupOf(name)
          const found = inGroup(name).filter(
            (one) => one.description === tag && one.createdAtMs >= sinceMs - clockSkewMs,
          )
          return found.at(-1)?.deploymentId ?? null
        }),
      async create(wish, mayCreate) {
        await mayCreate?.()
        return call('driver.create', () => start(route, wish))
      },
      read: (deploymentId) => call('driver.read', () => toProgress(find(deploymentId))),
      continue: (deploymentId, wait) =>
        call('driver.continue', () => {
          if (toProgress(find(deploymentId)).waitsFor !== wait) return
          change(deploymentId, ({ continuedAtMs }) => ({ continuedAtMs: { ...continuedAtMs, [wait]: clock.now() } }))
        }),
      stop: (deploymentId) =>
        call('driver.stop', () => {
          if (!hasEnded(find(deploymentId)))
            change(deploymentId, ({ stopAtMs }) => ({ stopAtMs: stopAtMs ?? clock.now() }))
        }),
      previousRevision: (deploymentId) =>
        call('driver.previousRevision', (): CodeDeployRevision | null => find(deploymentId).previousRevision),
    }
  }

  async function inspect(route: CodeDeployRoute): Promise<DriverFacts> {
    const { group, running } = await run({ action: 'inspector.inspect', subject: resourceOf(route) }, () => {
      settle()
      const its = groups.get(nameOf(route))
      return { group: its, running: inGroup(nameOf(route)).filter((one) => !hasEnded(one)) }
    })
    const moves = group?.moves && routing.has(resourceOf(group.moves)) ? { ...group.moves, wave: route.wave } : null
    const [blue, green] = moves
      ? await Promise.all([inspectGroup(moves.blue), inspectGroup(moves.green)])
      : [null, null]
    const resource = moves && resourceOf(moves)
    return {
      kind: 'codedeploy',
      state: moves && resource ? toRouteState(routing.actions(resource), moves, resource) : null,
      groups: { blue, green },
      group: group ? toGroupFacts(group, moves, running) : null,
      notLookedAt: [],
    }
  }

  return {
    ...{ driverFor, start, settle, inspector: { inspect } },
    setGroup(names, settings) {
      if (settings) groups.set(nameOf(names), copyOf(settings))
      else groups.delete(nameOf(names))
    },
    failAt: (names, failure) => void failures.set(nameOf(names), failure),
    deployments() {
      settle()
      return copyOf(deployments)
    },
  }
}

const nameOf = ({ applicationName, deploymentGroupName }: GroupName) => `${applicationName}/${deploymentGroupName}`
const noTargets: MemoryError = { code: 'ELASTIC_LOAD_BALANCING_INVALID', message: 'The group has no target groups.' }

/** The aliases as they are, or none. */
function aliasesOf({ aliasOf, setAlias }: Partial<MemoryAliases>): MemoryAliases {
  return {
    aliasOf: (functionName, alias) => aliasOf?.(functionName, alias) ?? null,
    setAlias(functionName, alias, target) {
      if (!setAlias) throw new NotFoundError(`there is no alias ${functionName}:${alias}`)
      setAlias(functionName, alias, target)
    },
  }
}

interface Birth {
  readonly group: MemoryDeploymentGroup
  readonly deploymentId: string
  readonly nowMs: number
  readonly failure: MemoryDeployment['failure']
  readonly previousRevision: CodeDeployRevision | null
}

function buildDeployment(names: GroupName, wish: DriverWish, birth: Birth): MemoryDeployment {
  const { group, deploymentId, nowMs, failure, previousRevision } = birth
  const { applicationName, deploymentGroupName } = names
  const { platform, readyWaitMinutes = null, terminationWaitMinutes = 0, deploymentConfigName: name } = group
  const strategy = wish.strategy ?? (name === undefined ? null : { type: 'preset' as const, name })
  return {
    ...{ deploymentId, applicationName, deploymentGroupName, platform, failure, previousRevision },
    ...{ description: wish.tag, creator: 'user', createdAtMs: nowMs, revision: copyOf(wish.revision) },
    routing: routingOf(strategy, platform),
    readyWaitMinutes: platform === 'ECS' ? readyWaitMinutes : null,
    terminationWaitMinutes: platform === 'ECS' ? terminationWaitMinutes : 0,
    ...{ status: 'created', stageAtMs: nowMs, move: null, events: [], percent: null },
    ...{ writtenPercent: null, stopAtMs: null },
    ...{ continuedAtMs: { ready: null, termination: null }, error: null, rollbackId: null },
  }
}

/** @throws {UpstreamError} What CodeDeploy has no configuration for. */
function routingOf(strategy: Strategy | null, platform: MemoryDeploymentGroup['platform']): TrafficRouting {
  if (strategy === null || platform === 'Server') return { type: 'AllAtOnce' }
  const answer = toDeploymentConfig(strategy, platform, 'strategy')
  if (answer.status === 'found') return answer.config.routing
  throw new UpstreamError(answer.problems.map(({ path, message }) => `${path} ${message}`).join('; '))
}

function newestSuccess(deployments: readonly MemoryDeployment[]): MemoryDeployment | undefined {
  return deployments.findLast(({ status }) => status === 'succeeded')
}

/** A stop of ours always asks for one; a failure as the group says. What rolls back is not rolled back. */
function wantsRollback(deployment: MemoryDeployment, group: MemoryDeploymentGroup | undefined): boolean {
  const { status, creator, stopAtMs, rollbackId, platform, percent, move, previousRevision } = deployment
  if (creator !== 'user' || rollbackId !== null || (status !== 'failed' && status !== 'stopped')) return false
  const { enabled = false, events = [] } = group?.autoRollback ?? {}
  if (stopAtMs === null && !(enabled && events.includes('DEPLOYMENT_FAILURE'))) return false
  if (platform === 'Server') return previousRevision !== null && deployment.events.length > 0
  // Until Install there is nothing to take back from an ECS service.
  return move !== null && (platform === 'Lambda' || percent !== null)
}

/** Everything back at once, without waits. */
function buildRollback(ended: MemoryDeployment, deploymentId: string): MemoryDeployment {
  return {
    ...ended,
    ...{ deploymentId, creator: 'codeDeployRollback', description: `rollback of ${ended.deploymentId}` },
    ...{ createdAtMs: ended.stageAtMs, stageAtMs: ended.stageAtMs, status: 'created', events: [] },
    ...{ revision: ended.previousRevision, routing: { type: 'AllAtOnce' }, failure: null },
    ...{ readyWaitMinutes: null, terminationWaitMinutes: 0 },
    move: ended.move && reversed(ended.move),
    ...{ percent: 100 - (ended.percent ?? 0), writtenPercent: 100 - (ended.percent ?? 0) },
    ...{ stopAtMs: null, continuedAtMs: { ready: null, termination: null }, error: null, rollbackId: null },
  }
}

function toProgress(deployment: MemoryDeployment): DriverProgress {
  const { deploymentId, status, events, error, rollbackId, percent, platform } = deployment
  const isWaiting = status === 'in-progress' && events.length > 0 && !currentEvent(deployment)
  return {
    ...{ deploymentId, status, events, error, rollbackId },
    weight: platform === 'Server' ? serverShare(deployment) : (percent ?? 0),
    waitsFor: status === 'ready' ? 'ready' : isWaiting ? 'termination' : null,
  }
}

/** All instances at once: each has the revision, or none. */
function serverShare({ status, events }: MemoryDeployment): number | null {
  if (events.length === 0) return null
  return status === 'succeeded' ? 100 : 0
}

function toGroupFacts(
  group: MemoryDeploymentGroup,
  moves: AlbRoute | null,
  running: readonly MemoryDeployment[],
): DeploymentGroupFacts {
  const { platform } = group
  const whole = platform === 'Server' ? 'CodeDeployDefault.OneAtATime' : `CodeDeployDefault.${platform}AllAtOnce`
  return {
    ...{ platform, moves, deploymentConfigName: group.deploymentConfigName ?? whole },
    testListenerArn: group.testListenerArn ?? null,
    alarms: group.alarms ?? { enabled: false, names: [] },
    autoRollback: group.autoRollback ?? { enabled: false, events: [] },
    readyWaitMinutes: group.readyWaitMinutes ?? null,
    terminationWaitMinutes: platform === 'ECS' ? (group.terminationWaitMinutes ?? 0) : 0,
    running: running.map(({ deploymentId, description, creator, createdAtMs }) => ({
      ...{ deploymentId, description, creator, createdAt: new Date(createdAtMs).toISOString() },
    })),
  }
}
