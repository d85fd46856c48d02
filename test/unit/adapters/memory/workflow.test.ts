import { expect, it } from 'vitest'
import { createMemoryNotifier } from '../../../../shared/adapters/memory/notifier.ts'
import { createMemoryWorkflow } from '../../../../shared/adapters/memory/workflow.ts'
import { describeWorkflow } from '../../../contract/workflow.ts'
import { aDeployment } from '../../../support/builders.ts'

describeWorkflow('the memory workflow', async () => {
  const workflow = createMemoryWorkflow()
  return { workflow, end: async (id, execution, how) => workflow.setStatus(id, execution, how) }
})

it('shows what the memory workflow was asked to do', async () => {
  const workflow = createMemoryWorkflow()
  await workflow.start('dep_1', 1)
  await workflow.start('dep_1', 1)
  await workflow.start('dep_1', 2)
  await workflow.wake('token')
  expect(workflow.started).toEqual([
    { id: 'dep_1', execution: 1 },
    { id: 'dep_1', execution: 2 },
  ])
  expect(workflow.woken).toEqual(['token'])
})

it('keeps what people were told', async () => {
  const notifier = createMemoryNotifier()
  await notifier.page(aDeployment({ id: 'dep_1' }), 'the rule is gone')
  expect(notifier.pages).toEqual([{ deploymentId: 'dep_1', message: 'the rule is gone' }])
})
