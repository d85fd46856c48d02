import { randomUUID } from 'node:crypto'
import type { TaskError } from '../../workflow/errors.ts'
import type { CallbackTask } from '../../workflow/run.ts'
import { AwsError } from '../service.ts'

interface OpenTask {
  readonly executionArn: string
  readonly succeed: (output: unknown) => void
  readonly fail: (error: TaskError) => void
}

/**
 * The tokens of Tasks that wait for a callback. A token names its execution, so that one that is used up can be told
 * from one that never was, also after a restart.
 */
export class TaskTokens {
  readonly #open = new Map<string, OpenTask>()

  open(executionArn: string): CallbackTask {
    const token = toToken({ executionArn, id: randomUUID() })
    const result = new Promise<unknown>((succeed, fail) => {
      this.#open.set(token, { executionArn, succeed, fail })
    })
    // A callback may come before the runner awaits it.
    result.catch(() => {})
    return { token, result, close: () => void this.#open.delete(token) }
  }

  closeAll(executionArn?: string): void {
    for (const [token, task] of this.#open) {
      if (executionArn === undefined || task.executionArn === executionArn) this.#open.delete(token)
    }
  }

  /** The Task goes on with `output`. Its token is used up. */
  succeed(token: string | undefined, output: unknown, executionExists: (arn: string) => boolean): void {
    this.#take(token, executionExists, { keep: false }).succeed(output)
  }

  /** The Task fails; Retry and Catch apply. Its token is used up. */
  fail(token: string | undefined, failure: TaskError, executionExists: (arn: string) => boolean): void {
    this.#take(token, executionExists, { keep: false }).fail(failure)
  }

  /** Checks that the Task still waits. There is no HeartbeatSeconds here whose clock could start anew. */
  heartbeat(token: string | undefined, executionExists: (arn: string) => boolean): void {
    this.#take(token, executionExists, { keep: true })
  }

  #take(token: string | undefined, executionExists: (arn: string) => boolean, { keep }: { keep: boolean }): OpenTask {
    const executionArn = executionOf(token)
    const task = this.#open.get(token ?? '')
    if (!task) {
      if (executionExists(executionArn)) {
        throw new AwsError('TaskTimedOut', `Task Timed Out: 'Provided task does not exist anymore'`)
      }
      throw new AwsError('TaskDoesNotExist', `Task Does Not Exist: '${executionArn}'`)
    }
    if (!keep) this.#open.delete(token ?? '')
    return task
  }
}

const PREFIX = 'AQC4'

const toToken = (content: { executionArn: string; id: string }) =>
  PREFIX + Buffer.from(JSON.stringify(content)).toString('base64')

/** @throws {AwsError} `InvalidToken` for what is no token. */
function executionOf(token: string | undefined): string {
  try {
    if (!token?.startsWith(PREFIX)) throw new SyntaxError('no token')
    const content: unknown = JSON.parse(Buffer.from(token.slice(PREFIX.length), 'base64').toString())
    if (typeof content === 'object' && content && 'executionArn' in content) return String(content.executionArn)
    throw new SyntaxError('no token')
  } catch {
    throw new AwsError('InvalidToken', `Invalid Token: 'Invalid token'`)
  }
}
