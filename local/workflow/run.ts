import type { HistoryEvent } from '@aws-sdk/client-sfn'

/** How an execution ended on its own. */
export type Outcome =
  | { readonly status: 'SUCCEEDED'; readonly output: string }
  | { readonly status: 'FAILED'; readonly error?: string; readonly cause?: string }
  | { readonly status: 'TIMED_OUT' }

/** A history event without what its place in the history decides. */
export type NewEvent = Omit<HistoryEvent, 'id' | 'previousEventId' | 'timestamp'>

/** A Task that waits for SendTaskSuccess or SendTaskFailure. */
export interface CallbackTask {
  readonly token: string
  /** The callback's output, parsed; rejects with a TaskError after SendTaskFailure. Never settles once closed. */
  readonly result: Promise<unknown>
  /** From now on the token is answered with TaskTimedOut. */
  close(): void
}

/** What a runner reports to the Step Functions service, and what it asks from it, during one execution. */
export interface WorkflowRun {
  readonly region: string
  /** The context object (`$$`) without what changes from state to state. */
  readonly context: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  record(event: NewEvent): void
  /** A state was entered or retried: what AWS bills. */
  countTransition(): void
  openTask(): CallbackTask
  end(outcome: Outcome): void
}

/** Runs executions of one definition. */
export interface WorkflowRunner {
  /**
   * Starts one execution; it reports through `run` until it ends or is aborted.
   *
   * @returns A function that stops it: no further Task starts. Handlers that run go on, as on AWS.
   */
  start(input: unknown, run: WorkflowRun): () => void
}
