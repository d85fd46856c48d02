import {
  CreateStateMachineCommand,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  SFNClient,
} from '@aws-sdk/client-sfn'
import type { LambdaFunction } from '../../local/aws/lambda/function.ts'
import { createAwsServer } from '../../local/aws/server.ts'
import { createStepFunctions, type StepFunctions } from '../../local/aws/step-functions/service.ts'
import { createManualClock, type ManualClock } from '../../local/clock.ts'
import type { DataDir } from '../../local/data-dir.ts'
import { createWorkflowRunner } from '../../local/workflow.ts'

/** Step Functions of the rehearsal cloud behind its real endpoint, with an SDK client and a clock that stands still. */
export interface StepFunctionsEndpoint {
  readonly sfn: SFNClient
  readonly stepFunctions: StepFunctions
  readonly clock: ManualClock
  /** Creates a state machine from `definition`. Returns its ARN. */
  create(name: string, definition: object): Promise<string>
  /** The whole history of an execution, all pages. */
  history(executionArn: string): Promise<HistoryEvent[]>
  close(): Promise<void>
}

export interface StepFunctionsEndpointOptions {
  readonly tasks: Record<string, LambdaFunction>
  readonly clock?: ManualClock
  readonly dataDir?: DataDir
}

export const roleArn = 'arn:aws:iam::000000000000:role/workflow'

export async function startStepFunctions(options: StepFunctionsEndpointOptions): Promise<StepFunctionsEndpoint> {
  const { tasks, clock = createManualClock() } = options
  const stepFunctions = createStepFunctions({
    clock,
    createRunner: (definition) => createWorkflowRunner({ definition, tasks, clock, random: () => 0.5 }),
  })
  const server = createAwsServer({
    services: [stepFunctions.service],
    clock,
    ...(options.dataDir && { dataDir: options.dataDir }),
  })
  await server.listen(0)
  const sfn = new SFNClient({ endpoint: server.url, maxAttempts: 1 })
  return {
    sfn,
    stepFunctions,
    clock,
    async create(name, definition) {
      const command = new CreateStateMachineCommand({ name, definition: JSON.stringify(definition), roleArn })
      return (await sfn.send(command)).stateMachineArn ?? ''
    },
    async history(executionArn) {
      const events: HistoryEvent[] = []
      let nextToken: string | undefined
      do {
        const page = await sfn.send(new GetExecutionHistoryCommand({ executionArn, nextToken, maxResults: 1000 }))
        events.push(...(page.events ?? []))
        nextToken = page.nextToken
      } while (nextToken)
      return events
    },
    async close() {
      stepFunctions.close()
      sfn.destroy()
      await server.close()
    },
  }
}
