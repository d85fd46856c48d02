import type { Override } from './deployment.ts'
import type { Gate } from './gates/gate.ts'
import type { Strategy } from './strategy.ts'
import type { Slot } from './traffic.ts'

/** What a caller asks for: the parsed body of `POST /v1/deployments` and of `POST /v1/plans`. */
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
  /** Preflight findings that are known and accepted, by id. */
  readonly override?: readonly Override[]
}
