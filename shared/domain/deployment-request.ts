import type { CodeDeployRevision } from './codedeploy-revision.ts'
import type { Override } from './deployment.ts'
import type { Gate } from './gates/gate.ts'
import type { Strategy } from './strategy.ts'
import type { Slot } from './traffic.ts'

/** What a caller asks for: the parsed body of `POST /v1/deployments`, and most of that of `POST /v1/plans`. */
export interface DeploymentRequest {
  readonly service: string
  /** The slot that is to serve. Default: the one that is not serving now. */
  readonly to?: Slot
  /** What is being deployed, in the caller's words: `git:3f2a91c`. */
  readonly revision?: string
  readonly reason?: string
  /** Where to read more, by name: `{ "build": "https://…" }`. */
  readonly links?: Readonly<Record<string, string>>
  /** In place of the service's, for this deployment. */
  readonly strategy?: Strategy
  /** In place of the service's (all of them), for this deployment. */
  readonly gates?: readonly Gate[]
  /** With a `codedeploy` route: what it is to deploy. */
  readonly codedeploy?: CodeDeployRevision
  /** With `lambda-alias` routes: which version each function is to serve. Default: the newest published one of each. */
  readonly lambda?: LambdaVersions
  /** Preflight findings that are known and accepted, by id. */
  readonly override?: readonly Override[]
}

/** Published versions by function name, as the service's routes spell it: `{ "checkout": "7" }`. */
export type LambdaVersions = Readonly<Record<string, string>>

/** Traffic to reckon with, in place of what is measured. */
export interface GivenTraffic {
  /** Of both sides together, above 0. */
  readonly requestsPerMinute: number
  /** Of stable, fractions from 0 to below 1; absent: measured. */
  readonly errorRate?: number
  readonly slowRate?: number
}

/** The parsed body of `POST /v1/plans`: a deployment, and what to reckon with. */
export interface PlanRequest extends DeploymentRequest {
  readonly traffic?: GivenTraffic
}
