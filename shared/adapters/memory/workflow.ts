import type { Workflow } from '../../ports/workflow.ts'

type Status = Awaited<ReturnType<Workflow['status']>>

/** Executions in memory: nothing runs by itself, a test says what became of them. */
export interface MemoryWorkflow extends Workflow {
  /** Every execution once, in the order of their first start. */
  readonly started: readonly { readonly id: string; readonly execution: number }[]
  /** Every token that was woken, in order. */
  readonly woken: readonly string[]
  setStatus(id: string, execution: number, status: Exclude<Status, 'unknown'>): void
}

export function createMemoryWorkflow(): MemoryWorkflow {
  const executions = new Map<string, Status>()
  const started: { id: string; execution: number }[] = []
  const woken: string[] = []
  const nameOf = (id: string, execution: number) => `${id} ${execution}`
  return {
    started,
    woken,
    async start(id, execution) {
      // A name is used once: a second start of an execution that has ended does not revive it.
      if (executions.has(nameOf(id, execution))) return
      executions.set(nameOf(id, execution), 'running')
      started.push({ id, execution })
    },
    async wake(token) {
      woken.push(token)
    },
    status: async (id, execution) => executions.get(nameOf(id, execution)) ?? 'unknown',
    setStatus: (id, execution, status) => void executions.set(nameOf(id, execution), status),
  }
}
