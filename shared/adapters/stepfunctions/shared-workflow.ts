import { ListExecutionsCommand, type SFNClient } from '@aws-sdk/client-sfn'
import type { Workflow } from '../../ports/workflow.ts'
import { callingAws } from '../aws-error.ts'
import type { CallRate } from '../call-rate.ts'
import { withDeadline } from '../deadline.ts'
import { type GatherTimes, gather } from '../gather.ts'
import { toExecutionName } from './workflow.ts'

/** Up to so many are described one by one: fewer calls than that would not be worth a list. */
const describedDirectly = 5
/** @see Step Functions API reference, ListExecutions.maxResults */
const executionsPerPage = 1000

export interface SharedWorkflowOptions extends GatherTimes {
  /** Describes one execution, starts and wakes. */
  readonly workflow: Workflow
  /** Names of the executions that run now. */
  readonly listRunning: () => Promise<ReadonlySet<string>>
  /** DescribeExecution has 15 calls a second for the whole account. */
  readonly rate: CallRate
}

/**
 * A workflow that many are asked about at once: one list of what is running serves every caller of a moment, and only
 * what is not on it is described. Where there is no list to be had, everything is: a right that is missing must not hide
 * the dead.
 */
export function createSharedWorkflow({ workflow, listRunning, rate, ...times }: SharedWorkflowOptions): Workflow {
  interface Asked {
    readonly id: string
    readonly execution: number
  }
  type Status = Awaited<ReturnType<Workflow['status']>>

  const describe = ({ id, execution }: Asked): Promise<Status | Error> =>
    rate(() => workflow.status(id, execution)).catch(toError)

  const load = gather<Asked, Status>(async (asked) => {
    const few = asked.length <= describedDirectly
    const running = few ? none : await listRunning().catch(() => none)
    return Promise.all(
      asked.map((one) => (running.has(toExecutionName(one.id, one.execution)) ? 'running' : describe(one))),
    )
  }, times)

  return { ...workflow, status: (id, execution) => load({ id, execution }) }
}

const none: ReadonlySet<string> = new Set()

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}

/** @param deadlineMs - Real milliseconds for each page, retries included. Default 10,000. */
export function createListRunning(client: SFNClient, stateMachineArn: string, deadlineMs = 10_000) {
  return async (): Promise<ReadonlySet<string>> => {
    const names = new Set<string>()
    let nextToken: string | undefined
    do {
      const command = new ListExecutionsCommand({
        stateMachineArn,
        statusFilter: 'RUNNING',
        maxResults: executionsPerPage,
        ...(nextToken ? { nextToken } : {}),
      })
      const answer = await callingAws({ tried: 'states:ListExecutions', on: stateMachineArn }, () =>
        withDeadline(deadlineMs, (abortSignal) => client.send(command, { abortSignal })),
      )
      for (const { name } of answer.executions ?? []) if (name) names.add(name)
      nextToken = answer.nextToken
    } while (nextToken)
    return names
  }
}
