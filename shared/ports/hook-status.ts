/** How a lifecycle hook of a CodeDeploy deployment ended. */
export interface HookAnswer {
  readonly deploymentId: string
  /** `LifecycleEventHookExecutionId`, as CodeDeploy handed it to the hook. */
  readonly executionId: string
  readonly status: 'Succeeded' | 'Failed'
}

/** Where a lifecycle hook answers. */
export interface HookStatus {
  /**
   * Tells CodeDeploy. Safe to repeat: only the first answer counts.
   *
   * @returns `already-over` where the event has its answer, or has ended: by an earlier call, or because the deployment was
   *   stopped.
   * @throws {TransientError} If the outcome is unknown, or it was throttled.
   * @throws {NotFoundError} If there is no such deployment, or the execution is none of its: no repetition helps.
   * @throws {UpstreamError} If CodeDeploy refuses for good.
   */
  put(answer: HookAnswer): Promise<'taken' | 'already-over'>
}
