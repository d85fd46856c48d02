import { SendTaskFailureCommand } from '@aws-sdk/client-sfn'
import { expect, it, onTestFinished } from 'vitest'
import { createListRunning, createSharedWorkflow } from '../../shared/adapters/stepfunctions/shared-workflow.ts'
import { createStepFunctionsWorkflow } from '../../shared/adapters/stepfunctions/workflow.ts'
import type { Workflow } from '../../shared/ports/workflow.ts'
import { describeWorkflow, type WorkflowWorld } from '../contract/workflow.ts'
import { startStepFunctions } from '../support/step-functions-endpoint.ts'
import { until } from '../support/until.ts'

/** One task that waits until it is called back, and what it was given. */
async function startWaiting() {
  const waiting = new Map<string, { readonly token: string; readonly input: unknown }>()
  const endpoint = await startStepFunctions({
    tasks: {
      Bake: async (event) => {
        const { Payload, token, execution } = event as { Payload: unknown; token: string; execution: string }
        waiting.set(execution, { token, input: Payload })
      },
    },
  })
  onTestFinished(() => endpoint.close())
  const machine = await endpoint.create('sluice', {
    StartAt: 'Bake',
    States: {
      Bake: {
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
        Parameters: {
          FunctionName: 'arn:aws:lambda:eu-west-1:000000000000:function:bake',
          Payload: { 'Payload.$': '$.Payload', 'token.$': '$$.Task.Token', 'execution.$': '$$.Execution.Name' },
        },
        TimeoutSeconds: 600,
        End: true,
      },
    },
  })
  return { endpoint, waiting, machine, workflow: createStepFunctionsWorkflow(endpoint.sfn, machine) }
}

describeWorkflow('Step Functions', () => startWorkflow(({ workflow }) => workflow))
describeWorkflow('Step Functions asked by many', () =>
  startWorkflow(({ workflow, endpoint, machine }) => {
    const listRunning = createListRunning(endpoint.sfn, machine)
    const shared = createSharedWorkflow({ workflow, listRunning, rate: (call) => call() })
    return {
      ...shared,
      // More at the same time than are described one by one.
      async status(id, execution) {
        const others = [11, 12, 13, 14, 15, 16].map((other) => shared.status(id, other))
        const [status] = await Promise.all([shared.status(id, execution), ...others])
        return status
      },
    }
  }),
)

async function startWorkflow(
  make: (world: Awaited<ReturnType<typeof startWaiting>>) => Workflow,
): Promise<WorkflowWorld> {
  const world = await startWaiting()
  const { endpoint, waiting } = world
  const workflow = make(world)
  return {
    workflow,
    async end(id, execution, how) {
      const name = execution === 1 ? id : `${id}-${execution}`
      const { token } = await until('the task', () => waiting.get(name))
      if (how === 'ended') await workflow.wake(token)
      else await endpoint.sfn.send(new SendTaskFailureCommand({ taskToken: token, error: 'States.TaskFailed' }))
      await until('the end', async () => ((await workflow.status(id, execution)) === 'running' ? undefined : true))
    },
  }
}

it('gives the execution the id and nothing that changes; a token wakes once', async () => {
  const { waiting, workflow } = await startWaiting()
  await workflow.start('dep_1', 1)
  const { token, input } = await until('the task', () => waiting.get('dep_1'))
  expect(input).toEqual({ deploymentId: 'dep_1', schemaVersion: 1 })
  await workflow.wake(token)
  await until('the end', async () => ((await workflow.status('dep_1', 1)) === 'ended' ? true : undefined))
  await expect(workflow.wake(token)).resolves.toBeUndefined()
})
