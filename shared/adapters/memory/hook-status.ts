import { NotFoundError } from '../../domain/errors.ts'
import type { HookAnswer, HookStatus } from '../../ports/hook-status.ts'

/** Hooks that wait for their answers. */
export interface MemoryHookStatus extends HookStatus {
  /** CodeDeploy calls a hook: from now on it waits for its answer. */
  begin(deploymentId: string, executionId: string): void
  /** The deployment was stopped: no hook of it waits any longer. */
  stop(deploymentId: string): void
  /** What was taken, in order. */
  readonly answers: readonly HookAnswer[]
}

export function createMemoryHookStatus(): MemoryHookStatus {
  const waiting = new Map<string, { readonly deploymentId: string; isOver: boolean }>()
  const answers: HookAnswer[] = []
  return {
    answers,
    begin: (deploymentId, executionId) => void waiting.set(executionId, { deploymentId, isOver: false }),
    stop(deploymentId) {
      for (const hook of waiting.values()) if (hook.deploymentId === deploymentId) hook.isOver = true
    },
    async put(answer) {
      const hook = waiting.get(answer.executionId)
      if (hook?.deploymentId !== answer.deploymentId)
        throw new NotFoundError(`${answer.deploymentId} has no hook ${answer.executionId}`)
      if (hook.isOver) return 'already-over'
      hook.isOver = true
      answers.push(answer)
      return 'taken'
    },
  }
}
