import { randomUUID } from 'node:crypto'
import type {
  CreateStateMachineInput,
  CreateStateMachineOutput,
  DescribeStateMachineOutput,
  UpdateStateMachineInput,
  UpdateStateMachineOutput,
  ValidateStateMachineDefinitionDiagnostic,
} from '@aws-sdk/client-sfn'
import validate from 'asl-validator'
import type { Definition } from '../../workflow/definition.ts'
import type { WorkflowRunner } from '../../workflow/run.ts'
import { AwsError } from '../service.ts'
import { checkArn, checkName, type Place, stateMachineArn } from './arns.ts'

/** A state machine as it is kept, in plain JSON. */
export interface StateMachineRecord {
  readonly arn: string
  readonly name: string
  readonly roleArn: string
  readonly definition: string
  readonly revisionId: string
  /** Milliseconds since the epoch, local time. */
  readonly createdAt: number
  /** Set by DeleteStateMachine; it goes when its last execution has ended. */
  readonly deleting: boolean
}

export interface StateMachinesOptions {
  readonly now: () => number
  /** @throws {Error} If the definition needs something that cannot be run. */
  readonly createRunner: (definition: Definition) => WorkflowRunner
}

/** The state machines of the rehearsal cloud, each with the runner of its current definition. */
export class StateMachines {
  readonly #machines = new Map<string, { record: StateMachineRecord; runner: WorkflowRunner }>()

  constructor(readonly options: StateMachinesOptions) {}

  /** As CreateStateMachine: the same name with the same content again is no error. */
  create(
    input: CreateStateMachineInput,
    place: Place,
  ): Pick<CreateStateMachineOutput, 'stateMachineArn' | 'creationDate'> {
    const name = checkName(input.name)
    const { definition, roleArn } = input
    if (input.type === 'EXPRESS') {
      throw new AwsError('StateMachineTypeNotSupported', 'type EXPRESS is not available in the rehearsal cloud')
    }
    if (!roleArn?.startsWith('arn:')) throw new AwsError('InvalidArn', `Invalid Arn: '${roleArn ?? ''}'`)
    const arn = stateMachineArn(place, name)
    const runner = this.#compile(definition)
    const existing = this.#machines.get(arn)?.record
    if (existing?.deleting) throw new AwsError('StateMachineDeleting', `State Machine is deleting: '${arn}'`)
    if (existing && (existing.definition !== definition || existing.roleArn !== roleArn)) {
      throw new AwsError('StateMachineAlreadyExists', `State Machine Already Exists: '${arn}'`)
    }
    const createdAt = existing?.createdAt ?? this.options.now()
    if (!existing) {
      const revisionId = randomUUID()
      const record = { arn, name, roleArn, definition: definition ?? '', revisionId, createdAt, deleting: false }
      this.#machines.set(arn, { record, runner })
    }
    return { stateMachineArn: arn, creationDate: new Date(createdAt) }
  }

  /** As UpdateStateMachine: executions that run keep the definition they started with. */
  update(input: UpdateStateMachineInput): Pick<UpdateStateMachineOutput, 'updateDate' | 'revisionId'> {
    const { record, runner } = this.#find(input.stateMachineArn)
    const { definition = record.definition, roleArn = record.roleArn } = input
    if (input.definition === undefined && input.roleArn === undefined) {
      throw new AwsError('MissingRequiredParameter', 'give a definition or a roleArn')
    }
    const revisionId = randomUUID()
    this.#machines.set(record.arn, {
      record: { ...record, definition, roleArn, revisionId },
      runner: input.definition === undefined ? runner : this.#compile(definition),
    })
    return { updateDate: new Date(this.options.now()), revisionId }
  }

  describe(arn: string | undefined): Omit<DescribeStateMachineOutput, '$metadata'> {
    const { record } = this.#find(arn)
    const { name, definition, roleArn, revisionId } = record
    const status = record.deleting ? 'DELETING' : 'ACTIVE'
    const creationDate = new Date(record.createdAt)
    return {
      stateMachineArn: record.arn,
      name,
      status,
      definition,
      roleArn,
      revisionId,
      type: 'STANDARD',
      creationDate,
    }
  }

  /** Oldest first. */
  list(): readonly StateMachineRecord[] {
    return [...this.#machines.values()].map(({ record }) => record)
  }

  /**
   * What a new execution starts from.
   *
   * @throws {AwsError} `StateMachineDoesNotExist`, `StateMachineDeleting`.
   */
  forStart(arn: string | undefined): { readonly record: StateMachineRecord; readonly runner: WorkflowRunner } {
    const machine = this.#find(arn)
    if (machine.record.deleting) throw new AwsError('StateMachineDeleting', `State Machine is deleting: '${arn}'`)
    return machine
  }

  /** Marks it; `removeIfIdle` removes it. Deleting what is not there is no error. */
  delete(arn: string | undefined): void {
    const machine = this.#machines.get(checkArn(arn, 'stateMachine'))
    if (machine) machine.record = { ...machine.record, deleting: true }
  }

  remove(arn: string): void {
    this.#machines.delete(arn)
  }

  load(records: readonly StateMachineRecord[]): void {
    this.#machines.clear()
    // They were valid when they were created; validating them again would cost each start of the process a second.
    for (const record of records) {
      this.#machines.set(record.arn, { record, runner: this.#createRunner(record.definition) })
    }
  }

  #find(arn: string | undefined) {
    const machine = this.#machines.get(checkArn(arn, 'stateMachine'))
    if (!machine) throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`)
    return machine
  }

  #compile(definition: string | undefined): WorkflowRunner {
    const [finding] = diagnose(definition)
    if (finding)
      throw new AwsError('InvalidDefinition', `Invalid State Machine Definition: '${finding.code}: ${finding.message}'`)
    return this.#createRunner(definition ?? '')
  }

  #createRunner(definition: string): WorkflowRunner {
    try {
      return this.options.createRunner(JSON.parse(definition) as Definition)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new AwsError('InvalidDefinition', `Invalid State Machine Definition: '${reason}'`)
    }
  }
}

/** AWS's limit on a definition: 1 MB. */
const DEFINITION_LIMIT_BYTES = 1_048_576

/** What asl-validator finds wrong in a definition. Empty when it is right. */
export function diagnose(definition: string | undefined): ValidateStateMachineDefinitionDiagnostic[] {
  const failed = (code: string, message: string) => [{ severity: 'ERROR' as const, code, message }]
  if (!definition) return failed('SCHEMA_VALIDATION_FAILED', 'the definition is empty')
  if (Buffer.byteLength(definition) > DEFINITION_LIMIT_BYTES) {
    return failed('SCHEMA_VALIDATION_FAILED', `the definition is longer than ${DEFINITION_LIMIT_BYTES} bytes`)
  }
  let parsed: unknown
  try {
    parsed = JSON.parse(definition)
  } catch (error) {
    return failed('INVALID_JSON_DESCRIPTION', error instanceof Error ? error.message : String(error))
  }
  if (typeof parsed !== 'object' || parsed === null)
    return failed('INVALID_JSON_DESCRIPTION', 'the definition is no object')
  return validate(parsed).errors.map((error) => ({
    severity: 'ERROR' as const,
    code: error['Error code'],
    message: error.Message,
    ...(error.path !== undefined && { location: error.path }),
  }))
}
