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

export type Route = AlbRoute | Route53Route

/** What a route writes; belongs to one service at a time. */
export function resourceOf(route: Route | TestEntry): string {
  if ('hostedZoneId' in route) return recordSetOf(route)
  return 'ruleArn' in route ? route.ruleArn : route.listenerArn
}

/** A weighted record set as a resource: its records are one thing to write, whatever their identifiers. */
function recordSetOf({ hostedZoneId, name, type }: Route53Route): string {
  return `route53:${hostedZoneId}/${name}/${type}`
}

/** The target group of a route's slot; null where the route names none. */
export function targetGroupOf(route: Route, slot: Slot): string | null {
  return route.kind === 'route53' ? (route.targetGroups?.[slot] ?? null) : route[slot]
}

/** The test entry of a route; DNS has none. */
export function testEntryOf(route: Route): TestEntry | null {
  return route.kind === 'alb' ? (route.test ?? null) : null
}

/** What a deployment meets whose service has an open one: it is refused, waits for its turn, or takes its place. */
export type Concurrency = 'reject' | 'queue' | 'supersede'

/** What can be deployed, with every default filled in. */
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
  readonly createdAt: string
  readonly updatedAt: string
  /** Moves with every save; the store's optimistic lock. */
  readonly revision: number
}
