import type { CodeDeployRevision } from '../domain/codedeploy-revision.ts'
import type { DriverProgress, DriverWait } from '../domain/driver-progress.ts'
import type { CodeDeployRoute } from '../domain/service.ts'
import type { Strategy } from '../domain/strategy.ts'

export type { DriverProgress, DriverWait }

/** A service that owns the whole shift (CodeDeploy): starts it, follows it, lets it go on, stops it. */
export interface DeploymentDriver {
  /**
   * The newest deployment of the group that carries `tag`, running or ended; null where there is none. Whoever creates
   * asks first: there is no token that would make a repeated creation safe.
   *
   * @param sinceMs - Nothing older is looked for, milliseconds since 1970.
   * @throws {TransientError} If CodeDeploy cannot be asked now.
   */
  find(tag: string, sinceMs: number): Promise<string | null>
  /**
   * Creates a deployment, in one attempt, with the configuration that its strategy comes to (which is created first
   * where it is one of ours and missing).
   *
   * @param mayCreate - The last look: called once, when everything else is there, just before the creation is sent. Throws
   *   to stop; nothing was created then.
   * @returns The driver's own id of it.
   * @throws Whatever `mayCreate` throws.
   * @throws {TransientError} If the outcome is unknown; with `refused` where nothing was created, such as by throttling.
   * @throws {ConflictError} If the group has a deployment that has not ended: nothing was created.
   * @throws {UpstreamError} If CodeDeploy refuses it for good: nothing was created.
   */
  create(wish: DriverWish, mayCreate?: () => Promise<void>): Promise<string>
  /**
   * How far a deployment has come, with each of its lifecycle events.
   *
   * @throws {NotFoundError} If there is no such deployment.
   * @throws {TransientError} If CodeDeploy cannot be asked now.
   */
  read(deploymentId: string): Promise<DriverProgress>
  /**
   * Lets it go on from a wait. That it does not wait (any more) is no error: whoever asks reads on anyway.
   *
   * @throws {TransientError} If the outcome is unknown.
   */
  continue(deploymentId: string, wait: DriverWait): Promise<void>
  /**
   * Asks it to stop and to take back what it did. It has not stopped when this returns; that it has ended already is no
   * error. Read on until it has.
   *
   * @throws {TransientError} If the outcome is unknown.
   */
  stop(deploymentId: string): Promise<void>
  /**
   * What the group deployed with success before this deployment, to go back to; null where CodeDeploy does not know.
   *
   * @throws {TransientError} If CodeDeploy cannot be asked now.
   */
  previousRevision(deploymentId: string): Promise<CodeDeployRevision | null>
}

export interface DriverWish {
  /** Kept as its description: how it is found again. At most 256 characters. */
  readonly tag: string
  readonly revision: CodeDeployRevision
  /** Null: the group's own configuration, as servers need it. */
  readonly strategy: Strategy | null
  readonly platform: 'ECS' | 'Lambda' | 'Server'
}

/** Makes the driver of a deployment group. */
export type DriverFor = (route: CodeDeployRoute) => DeploymentDriver
