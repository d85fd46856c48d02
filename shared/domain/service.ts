import type { FreezeWindow } from './freeze.ts'
import type { Gate } from './gates/gate.ts'
import type { LateWatch } from './late-watch.ts'
import type { Strategy } from './strategy.ts'
import type { Slot } from './traffic.ts'

/** The optional test rule or listener of a route, pointed at the canary while it is verified. */
export type TestEntry = { readonly ruleArn: string } | { readonly listenerArn: string }

/** Traffic of an Application Load Balancer: a rule, or a listener's default action. */
export type AlbRoute = {
  readonly kind: 'alb'
  readonly blue: string
  readonly green: string
  readonly test?: TestEntry
  readonly wave: number
} & ({ readonly ruleArn: string } | { readonly listenerArn: string })

/** Traffic of two weighted records of one name and type in a Route 53 hosted zone. */
export interface Route53Route {
  readonly kind: 'route53'
  /** `Z…`, without `/hostedzone/`. */
  readonly hostedZoneId: string
  /** Lower case, without a trailing dot, a wildcard as `*`: see `normaliseName`. */
  readonly name: string
  readonly type: string
  /** `SetIdentifier` of each slot's record. */
  readonly blue: string
  readonly green: string
  /** Where health and metrics of each side come from; without it nothing measures the sides. */
  readonly targetGroups?: Readonly<Record<Slot, string>>
  readonly wave: number
}

/** Traffic of a Lambda alias between two published versions of its function. */
export interface LambdaAliasRoute {
  readonly kind: 'lambda-alias'
  /** Name of the function, or its ARN without a qualifier. */
  readonly functionName: string
  readonly alias: string
  /**
   * The version in each slot. Absent in a service: every release is a version of its own, and a slot holds it for one
   * deployment; `resolveRoutes` fills both in.
   */
  readonly blue?: string
  readonly green?: string
  readonly wave: number
}

/** A CodeDeploy deployment group: CodeDeploy owns the shift, so it stands alone in its service. */
export interface CodeDeployRoute {
  readonly kind: 'codedeploy'
  readonly applicationName: string
  readonly deploymentGroupName: string
  /** What a deployment meets that was started outside Sluice and still runs in the group: it refuses to start, or takes it over. */
  readonly onForeignDeployment: 'refuse' | 'adopt'
  /**
   * What CodeDeploy shifts, as a route of its own kind: read for weights, health and metrics, and written only to undo
   * what CodeDeploy left half done. Absent in a service, and on servers, where nothing is divided by weight.
   */
  readonly moves?: AlbRoute | LambdaAliasRoute
  readonly wave: number
}

/** A route whose traffic Sluice moves itself. */
export type MovedRoute = AlbRoute | Route53Route | LambdaAliasRoute

export type Route = MovedRoute | CodeDeployRoute

/** What a route writes; belongs to one service at a time. */
export function resourceOf(route: Route | TestEntry): string {
  if ('hostedZoneId' in route) return recordSetOf(route)
  if ('alias' in route) return `lambda:${route.functionName}:${route.alias}`
  if ('applicationName' in route) return `codedeploy:${route.applicationName}/${route.deploymentGroupName}`
  return 'ruleArn' in route ? route.ruleArn : route.listenerArn
}

/** A weighted record set as a resource: its records are one thing to write, whatever their identifiers. */
function recordSetOf({ hostedZoneId, name, type }: Route53Route): string {
  return `route53:${hostedZoneId}/${name}/${type}`
}

/** The target group of a route's slot; null where the route names none. */
export function targetGroupOf(route: Route, slot: Slot): string | null {
  switch (route.kind) {
    case 'alb':
      return route[slot]
    case 'route53':
      return route.targetGroups?.[slot] ?? null
    case 'lambda-alias':
      return null
    case 'codedeploy':
      return route.moves ? targetGroupOf(route.moves, slot) : null
  }
}

/** One version of a function, as called through an alias. */
export interface AliasVersion {
  readonly functionName: string
  readonly alias: string
  readonly version: string
}

/** What a route's slot is called, for people: a target group, a record's identifier, a version, or the slot itself. */
export function sideNameOf(route: Route, slot: Slot): string {
  switch (route.kind) {
    case 'alb':
      return route[slot]
    case 'route53':
      return targetGroupOf(route, slot) ?? route[slot]
    case 'lambda-alias':
      return route[slot] === undefined ? slot : `${route.functionName}:${route[slot]}`
    case 'codedeploy':
      return route.moves ? sideNameOf(route.moves, slot) : slot
  }
}

/** The version of a function in a route's slot; null where the route moves none, or it is not known yet. */
export function aliasVersionOf(route: Route, slot: Slot): AliasVersion | null {
  if (route.kind === 'codedeploy') return route.moves ? aliasVersionOf(route.moves, slot) : null
  if (route.kind !== 'lambda-alias') return null
  const { functionName, alias } = route
  const version = route[slot]
  return version === undefined ? null : { functionName, alias, version }
}

/** The test entry of a route; DNS has none. */
export function testEntryOf(route: Route): TestEntry | null {
  return route.kind === 'alb' ? (route.test ?? null) : null
}

/** What a deployment meets whose service has an open one: it is refused, waits for its turn, or takes its place. */
export type Concurrency = 'reject' | 'queue' | 'supersede'

/** What can be deployed, with every default filled in. */
/** Where people are told what becomes of a service's deployments. */
export interface Notify {
  /** Id of the Slack channel that shows each deployment. */
  readonly slackChannel?: string
}

export interface Service {
  readonly name: string
  readonly routes: readonly Route[]
  readonly strategy: Strategy
  readonly gates: readonly Gate[]
  /** Seconds after a verified write before the step's clock starts. Default 10. */
  readonly settleSeconds: number
  readonly approvals: { readonly required: number; readonly timeoutSeconds: number }
  /** Absent, as in documents of earlier versions: `reject`. */
  readonly concurrency?: Concurrency
  readonly onDrift: 'halt' | 'overwrite' | 'roll-back'
  /** When nothing is started and no share raised. Absent, as in documents of earlier versions: never. */
  readonly freeze?: readonly FreezeWindow[]
  /** For how long a success is still judged. Absent, as in documents of earlier versions: not at all. */
  readonly lateWatch?: LateWatch
  /** Who is told. Absent, as in documents of earlier versions: nobody. */
  readonly notify?: Notify
  readonly createdAt: string
  readonly updatedAt: string
  /** Moves with every save; the store's optimistic lock. */
  readonly revision: number
}
