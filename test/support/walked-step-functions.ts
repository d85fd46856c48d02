import { SFNClient } from '@aws-sdk/client-sfn'
import type { Task } from '../../functions/steps/task.ts'
import { AwsError } from '../../local/aws/service.ts'
import { createStepFunctions, type StepFunctions } from '../../local/aws/step-functions/service.ts'
import { createManualClock, type ManualClock } from '../../local/clock.ts'
import { timeoutErrorClass } from '../../local/workflow/errors.ts'
import { createWorkflowRunner } from '../../local/workflow.ts'
import { createStepFunctionsWorkflow } from '../../shared/adapters/stepfunctions/workflow.ts'
import type { Workflow } from '../../shared/ports/workflow.ts'
import { readPackagedMachine } from './packaged-machine.ts'

export interface WalkedStepFunctions {
  readonly stepFunctions: StepFunctions
  /** The adapter that ships, on an SDK client that reaches the service without a socket. */
  readonly workflow: Workflow
  /** Ends an execution as somebody at the AWS console would. */
  stop(executionName: string): Promise<void>
}

/** The definition from the packaged template, on the Step Functions of the rehearsal cloud and a clock that stands still. */
export async function startWalkedStepFunctions(
  clock: ManualClock,
  tasks: Readonly<Record<string, Task>>,
): Promise<WalkedStepFunctions> {
  // It is learned once by a real timer: now, so that no walk waits for it while its clock stands still.
  await timeoutErrorClass()
  const stepFunctions = createStepFunctions({
    clock,
    createRunner: (definition) => createWorkflowRunner({ definition, tasks, clock, random: () => 0.5 }),
  })
  const { arn, state } = await deployedMachine()
  await stepFunctions.persistent.load(state)
  const call = async (name: string, input: unknown) => {
    const operation = stepFunctions.service.operations[name]
    if (!operation) throw new Error(`the rehearsal cloud has no ${name}`)
    try {
      return await operation.handle(input, { requestId: 'walk', region })
    } catch (error) {
      throw error instanceof AwsError ? asSdkError(error) : error
    }
  }
  return {
    stepFunctions,
    workflow: createStepFunctionsWorkflow(createClient(call), arn),
    async stop(executionName) {
      const executionArn = `${arn.replace(':stateMachine:', ':execution:')}:${executionName}`
      await call('StopExecution', { executionArn, error: 'Stopped', cause: 'by a person' })
    },
  }
}

const region = 'eu-west-1'
let deployed: ReturnType<typeof deploy> | undefined

/** Deployed, and so validated, once for every walk of a test file: that takes longer than most walks. */
export function deployedMachine(): ReturnType<typeof deploy> {
  deployed ??= deploy()
  return deployed
}

async function deploy() {
  const stepFunctions = createStepFunctions({
    clock: createManualClock(),
    createRunner: (definition) => createWorkflowRunner({ definition, tasks: {}, clock: createManualClock() }),
  })
  const roleArn = 'arn:aws:iam::000000000000:role/walk'
  const arn = stepFunctions.deploy({ name: 'sluice', definition: await readPackagedMachine(), roleArn, region })
  return { arn, state: stepFunctions.persistent.save() }
}

/** Answers where the first middleware would begin: no signing, no serializer, no socket, and no real timer. */
function createClient(call: (name: string, input: unknown) => Promise<unknown>): SFNClient {
  const client = new SFNClient({ maxAttempts: 1 })
  client.middlewareStack.add(
    (_, { commandName = '' }) =>
      async ({ input }) => {
        const answer = await call(commandName.replace(/Command$/, ''), input)
        return { response: {}, output: Object.assign({ $metadata: {} }, answer) }
      },
    { step: 'initialize', priority: 'high' },
  )
  return client
}

function asSdkError({ code, message, status }: AwsError): Error {
  return Object.assign(new Error(message), { name: code, $fault: 'client', $metadata: { httpStatusCode: status } })
}
