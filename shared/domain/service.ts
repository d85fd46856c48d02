import type { Gate } from './gates/gate.ts'
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

export type Route = AlbRoute

/** What a route writes; belongs to one service at a time. */
export function resourceOf(route: Route | TestEntry): string {
  return 'ruleArn' in route ? route.ruleArn : route.listenerArn
}

/** The target group of a route's slot. */
export function targetGroupOf(route: Route, slot: Slot): string {
  return route[slot]
}

/** What can be deployed, with every default filled in. */
export interface Service {
  readonly name: string
  readonly routes: readonly Route[]
  readonly strategy: Strategy
  readonly gates: readonly Gate[]
  /** Seconds after a verified write before the step's clock starts. Default 10. */
  readonly settleSeconds: number
  readonly approvals: { readonly required: number; readonly timeoutSeconds: number }
  readonly onDrift: 'halt' | 'overwrite' | 'roll-back'
  readonly createdAt: string
  readonly updatedAt: string
  /** Moves with every save; the store's optimistic lock. */
  readonly revision: number
}
