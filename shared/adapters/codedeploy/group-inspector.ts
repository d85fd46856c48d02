import { type DeploymentGroupInfo, type DeploymentStatus, GetDeploymentGroupCommand } from '@aws-sdk/client-codedeploy'
import { NotFoundError } from '../../domain/errors.ts'
import type { DriverFacts, GroupFacts } from '../../domain/route-facts.ts'
import type { AlbRoute, CodeDeployRoute } from '../../domain/service.ts'
import type { RouteState, Slot } from '../../domain/traffic.ts'
import type { DirectRouter } from '../../ports/traffic-router.ts'
import type { FindPair } from '../alb/pair-route.ts'
import { withDeadline } from '../deadline.ts'
import { createInspectionNotes, type InspectionNotes } from '../inspection-notes.ts'
import type { InspectGroup } from '../route53/route-inspector.ts'
import { type CodeDeployClients, codeDeployDeadlineMs } from './clients.ts'
import { callingCodeDeploy } from './codedeploy-error.ts'
import { createDeploymentReads } from './deployment-reads.ts'
import { pairOf, toGroupFacts, toRunning } from './group-facts.ts'

/** Of the load balancer: what tells where the traffic of an ECS group is. */
export interface BehindGroups {
  readonly findPair: FindPair
  readonly routerFor: (route: AlbRoute) => Pick<DirectRouter, 'read'>
  readonly inspectGroup: InspectGroup
}

export interface GroupInspectorOptions {
  /** Of CodeDeploy, and of the load balancers that its groups shift: both are in one Region. */
  readonly region: string
  readonly clients: CodeDeployClients
  readonly behind: BehindGroups
  /** Real milliseconds for each call, retries included. Default 3000. */
  readonly deadlineMs?: number
}

/** Looks up what a CodeDeploy route names. As `RouteInspector`, for this kind of route. */
export interface CodeDeployRouteInspector {
  inspect(route: CodeDeployRoute): Promise<DriverFacts>
}

/** What has not ended. */
const unended: DeploymentStatus[] = ['Created', 'Queued', 'InProgress', 'Baking', 'Ready']

const unseen = { state: null, groups: { blue: null, green: null } }

export function createCodeDeployRouteInspector(options: GroupInspectorOptions): CodeDeployRouteInspector {
  const { clients, deadlineMs = codeDeployDeadlineMs } = options
  return {
    async inspect(route) {
      const name = `${route.applicationName}/${route.deploymentGroupName}`
      const notes = createInspectionNotes()
      const group = await notes.look(`deployment group ${name}`, null, () => readGroup(clients, route, deadlineMs))
      if (group === null) return { kind: 'codedeploy', ...unseen, group: null, notLookedAt: notes.sentences }
      const [running, moves] = await Promise.all([
        notes.look(`the deployments of ${name}`, [], () => readRunning(clients, route, deadlineMs)),
        notes.look(`the load balancer of deployment group ${name}`, null, () => findMoves(options, group, route)),
      ])
      return {
        kind: 'codedeploy',
        ...(moves === null ? unseen : await lookBehind(options.behind, moves, notes)),
        group: toGroupFacts(group, { moves, running }),
        notLookedAt: notes.sentences,
      }
    },
  }
}

/** Null where there is no such application or group. */
async function readGroup(
  { repeating: client }: CodeDeployClients,
  { applicationName, deploymentGroupName }: CodeDeployRoute,
  deadlineMs: number,
): Promise<DeploymentGroupInfo | null> {
  const on = `${applicationName}/${deploymentGroupName}`
  const command = new GetDeploymentGroupCommand({ applicationName, deploymentGroupName })
  const answer = await orMissing(() =>
    callingCodeDeploy({ tried: 'codedeploy:GetDeploymentGroup', on }, () =>
      withDeadline(deadlineMs, (abortSignal) => client.send(command, { abortSignal })),
    ),
  )
  return answer?.deploymentGroupInfo ?? null
}

async function readRunning({ repeating }: CodeDeployClients, route: CodeDeployRoute, deadlineMs: number) {
  const reads = createDeploymentReads(repeating, route, deadlineMs)
  const all = await reads.list({ includeOnlyStatuses: unended })
  // One may have ended between the list and the details.
  return all.filter(({ status }) => status !== undefined && unended.includes(status)).map(toRunning)
}

function findMoves(
  { region, behind }: GroupInspectorOptions,
  group: DeploymentGroupInfo,
  { wave }: CodeDeployRoute,
): Promise<AlbRoute | null> {
  const pair = pairOf(group)
  const [listenerArn] = pair?.prodTrafficRoute?.listenerArns ?? []
  const [blue, green] = (pair?.targetGroups ?? []).flatMap(({ name }) => name ?? [])
  if (group.computePlatform !== 'ECS' || !listenerArn || !blue || !green) return Promise.resolve(null)
  return behind.findPair({ region, listenerArn, groupNames: [blue, green], wave })
}

async function lookBehind(
  { routerFor, inspectGroup }: BehindGroups,
  moves: AlbRoute,
  notes: InspectionNotes,
): Promise<{ readonly state: RouteState | null; readonly groups: Readonly<Record<Slot, GroupFacts | null>> }> {
  const [state, blue, green] = await Promise.all([
    notes.look('the routing', null, () => orMissing(() => routerFor(moves).read())),
    inspectGroup(moves.blue, notes),
    inspectGroup(moves.green, notes),
  ])
  return { state, groups: { blue, green } }
}

/** What does not exist is null; every other error stays one. */
async function orMissing<T>(call: () => Promise<T>): Promise<T | null> {
  try {
    return await call()
  } catch (error) {
    if (error instanceof NotFoundError) return null
    throw error
  }
}
