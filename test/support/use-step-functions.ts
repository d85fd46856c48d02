import { DescribeExecutionCommand, StartExecutionCommand } from '@aws-sdk/client-sfn'
import { afterEach } from 'vitest'
import type { LambdaFunction } from '../../local/aws/lambda/function.ts'
import {
  type StepFunctionsEndpoint,
  type StepFunctionsEndpointOptions,
  startStepFunctions,
} from './step-functions-endpoint.ts'
import { until } from './until.ts'

const invoke = 'arn:aws:states:::lambda:invoke'

/** A Task that calls a function with its input. */
export const work = (rest: object) => ({
  Type: 'Task',
  Resource: invoke,
  Parameters: { FunctionName: 'arn:aws:lambda:eu-west-1:000000000000:function:work', 'Payload.$': '$' },
  ...rest,
})

/** A Task that gives a function a token and waits for its callback. */
export const wait = (rest: object) => ({
  Type: 'Task',
  Resource: `${invoke}.waitForTaskToken`,
  Parameters: {
    FunctionName: 'arn:aws:lambda:eu-west-1:000000000000:function:wait',
    Payload: { 'token.$': '$$.Task.Token', 'execution.$': '$$.Execution.Name' },
  },
  ...rest,
})

/** A function that keeps the tokens it is given. */
export function tokenKeeper() {
  const tokens: string[] = []
  const keep: LambdaFunction = async (event) => {
    if (typeof event === 'object' && event && 'token' in event) tokens.push(String(event.token))
  }
  return { tokens, keep, token: (at = 0) => until('a task token', () => tokens[at]) }
}

/** Step Functions for the tests of one file: one endpoint a test, stopped after it. */
export function useStepFunctions() {
  let running: StepFunctionsEndpoint | undefined
  afterEach(() => running?.close())
  const cloud = {
    get endpoint(): StepFunctionsEndpoint {
      if (!running) throw new Error('start the endpoint first')
      return running
    },
    async start(options: StepFunctionsEndpointOptions): Promise<void> {
      running = await startStepFunctions(options)
    },
    /** Creates the state machine `machine` on a new endpoint and starts its execution `one`. */
    async begin(definition: object, tasks: Record<string, LambdaFunction>, input: object = {}) {
      await cloud.start({ tasks })
      const stateMachineArn = await cloud.endpoint.create('machine', definition)
      const start = new StartExecutionCommand({ stateMachineArn, name: 'one', input: JSON.stringify(input) })
      const { executionArn = '' } = await cloud.endpoint.sfn.send(start)
      return { stateMachineArn, executionArn }
    },
    describeExecution: (executionArn: string) =>
      cloud.endpoint.sfn.send(new DescribeExecutionCommand({ executionArn })),
    ended: (executionArn: string) =>
      until('the end of the execution', async () => {
        const description = await cloud.describeExecution(executionArn)
        return description.status === 'RUNNING' ? undefined : description
      }),
    /** Types of the events in an execution's history. */
    typesOf: async (executionArn: string) => (await cloud.endpoint.history(executionArn)).map(({ type }) => type),
  }
  return cloud
}
