import {
  CreateStateMachine$,
  type CreateStateMachineInput,
  type CreateStateMachineOutput,
  DeleteStateMachine$,
  type DeleteStateMachineInput,
  DescribeStateMachine$,
  type DescribeStateMachineInput,
  type DescribeStateMachineOutput,
  ListStateMachines$,
  type ListStateMachinesInput,
  type ListStateMachinesOutput,
  UpdateStateMachine$,
  type UpdateStateMachineInput,
  type UpdateStateMachineOutput,
  ValidateStateMachineDefinition$,
  type ValidateStateMachineDefinitionInput,
  type ValidateStateMachineDefinitionOutput,
} from '@aws-sdk/client-sfn'
import { type AwsOperation, operation } from '../service.ts'
import type { Executions } from './executions.ts'
import { toPage } from './pages.ts'
import { diagnose, type StateMachines } from './state-machines.ts'

/** The operations on state machines. */
export function stateMachineOperations(
  machines: StateMachines,
  executions: Executions,
  accountId: string,
): Readonly<Record<string, AwsOperation>> {
  return {
    CreateStateMachine: operation<CreateStateMachineInput, CreateStateMachineOutput>(
      CreateStateMachine$,
      true,
      (input, { region }) => machines.create(input, { region, accountId }),
    ),
    UpdateStateMachine: operation<UpdateStateMachineInput, UpdateStateMachineOutput>(
      UpdateStateMachine$,
      true,
      (input) => machines.update(input),
    ),
    DeleteStateMachine: operation<DeleteStateMachineInput, object>(DeleteStateMachine$, true, ({ stateMachineArn }) => {
      machines.delete(stateMachineArn)
      executions.removeIfIdle(stateMachineArn ?? '')
      return {}
    }),
    DescribeStateMachine: operation<DescribeStateMachineInput, DescribeStateMachineOutput>(
      DescribeStateMachine$,
      false,
      ({ stateMachineArn }) => machines.describe(stateMachineArn),
    ),
    ListStateMachines: operation<ListStateMachinesInput, ListStateMachinesOutput>(
      ListStateMachines$,
      false,
      (input) => {
        const { items, ...next } = toPage(machines.list(), input)
        const stateMachines = items.map(({ arn, name, createdAt }) => {
          return { stateMachineArn: arn, name, type: 'STANDARD' as const, creationDate: new Date(createdAt) }
        })
        return { stateMachines, ...next }
      },
    ),
    ValidateStateMachineDefinition: operation<
      ValidateStateMachineDefinitionInput,
      ValidateStateMachineDefinitionOutput
    >(ValidateStateMachineDefinition$, false, ({ definition, maxResults }) => {
      const found = diagnose(definition)
      const diagnostics = found.slice(0, maxResults || 100)
      return { result: found.length > 0 ? 'FAIL' : 'OK', diagnostics, truncated: diagnostics.length < found.length }
    }),
  }
}
