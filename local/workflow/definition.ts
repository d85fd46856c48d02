import type { StateMachineDefinition } from 'aws-local-stepfunctions'

/** A state as it stands in a definition file. Only what the runner reads is named; the interpreter knows the rest. */
export interface State {
  readonly Type: 'Task' | 'Parallel' | 'Map' | 'Pass' | 'Wait' | 'Choice' | 'Succeed' | 'Fail'
  readonly Resource?: string
  readonly TimeoutSeconds?: number
  readonly TimeoutSecondsPath?: string
  readonly Retry?: readonly Retrier[]
  readonly Seconds?: number
  readonly SecondsPath?: string
  readonly Timestamp?: string
  readonly TimestampPath?: string
  readonly Branches?: readonly Definition[]
  readonly Iterator?: Definition
  readonly ItemProcessor?: Definition
  readonly [field: string]: unknown
}

export interface Retrier {
  readonly ErrorEquals: readonly string[]
  /** Seconds before the first retry. Default 1. */
  readonly IntervalSeconds?: number
  /** Default 3. */
  readonly MaxAttempts?: number
  /** Default 2. */
  readonly BackoffRate?: number
  readonly MaxDelaySeconds?: number
  /** Default NONE. */
  readonly JitterStrategy?: 'FULL' | 'NONE'
}

/** An Amazon States Language definition, parsed. */
export interface Definition {
  readonly StartAt: string
  readonly TimeoutSeconds?: number
  readonly States: Readonly<Record<string, State>>
  readonly [field: string]: unknown
}

/** The Task resources that the rehearsal cloud runs. */
const RESOURCES = ['arn:aws:states:::lambda:invoke', 'arn:aws:states:::lambda:invoke.waitForTaskToken']

/** What a Task that owns no time-out gets: about 23 days. Longer ones overflow the interpreter's setTimeout to 1 ms. */
const LONG_SECONDS = 2_000_000

/** True for a Task that ends by SendTaskSuccess or SendTaskFailure. */
export function isCallback(state: State): boolean {
  return state.Resource?.endsWith('.waitForTaskToken') ?? false
}

/** Every state by name, those inside Map and Parallel included: names are unique within a definition. */
export function allStates(definition: Definition): Map<string, State> {
  const found = new Map(Object.entries(definition.States))
  for (const state of Object.values(definition.States)) {
    for (const inner of innerDefinitions(state)) for (const [name, each] of allStates(inner)) found.set(name, each)
  }
  return found
}

function innerDefinitions(state: State): readonly Definition[] {
  const iterator = state.ItemProcessor ?? state.Iterator
  return [...(state.Branches ?? []), ...(iterator ? [iterator] : [])]
}

/**
 * Names what a definition asks for that the interpreter would run wrongly or not at all.
 *
 * @returns One sentence per finding; empty when it can be run.
 */
export function findUnsupported(definition: Definition): string[] {
  const findings: string[] = []
  if (definition.QueryLanguage === 'JSONata')
    findings.push('QueryLanguage JSONata is not available in the rehearsal cloud')
  for (const [name, state] of allStates(definition)) {
    for (const field of ['Assign', 'HeartbeatSeconds', 'HeartbeatSecondsPath', 'Arguments']) {
      if (field in state) findings.push(`State ${name}: ${field} is not available in the rehearsal cloud`)
    }
    if (state.Type === 'Task' && !RESOURCES.includes(state.Resource ?? '')) {
      findings.push(`State ${name}: Resource ${state.Resource} is not available; use ${RESOURCES.join(' or ')}`)
    }
  }
  return findings
}

/**
 * The copy that the interpreter loads. Two things differ from `definition`: every time-out is made long, since the
 * interpreter counts real seconds from the wrong moment and the runner keeps them itself; and a Wait is a Task, whose
 * handler waits on the local clock.
 */
export function toLoadable(definition: Definition): StateMachineDefinition {
  const { TimeoutSeconds: _ownedByTheRunner, ...rest } = definition
  const states = Object.entries(definition.States).map(([name, state]) => [name, toLoadableState(state)])
  return { ...rest, States: Object.fromEntries(states) }
}

function toLoadableState(state: State): unknown {
  switch (state.Type) {
    case 'Task': {
      const { TimeoutSecondsPath: _ownedByTheRunner, ...rest } = state
      return { ...rest, TimeoutSeconds: LONG_SECONDS }
    }
    case 'Wait': {
      const { Seconds: _s, SecondsPath: _sp, Timestamp: _t, TimestampPath: _tp, ...rest } = state
      return { ...rest, Type: 'Task', Resource: 'local:wait', TimeoutSeconds: LONG_SECONDS }
    }
    default:
      return {
        ...state,
        ...(state.Branches && { Branches: state.Branches.map(toLoadable) }),
        ...(state.Iterator && { Iterator: toLoadable(state.Iterator) }),
        ...(state.ItemProcessor && { ItemProcessor: toLoadable(state.ItemProcessor) }),
      }
  }
}

/**
 * Puts function ARNs where the definition file refers to functions by their name in `serverless.yml`
 * (`{ "Fn::GetAtt": ["prepare", "Arn"] }`), as packaging does for AWS.
 *
 * @param arnOf - ARN of the function with that name.
 */
export function withFunctionArns(definition: unknown, arnOf: (name: string) => string): Definition {
  // The file's shape is checked by asl-validator, here and when it is packaged.
  return replaceGetAtt(definition, arnOf) as Definition
}

function replaceGetAtt(value: unknown, arnOf: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map((each) => replaceGetAtt(each, arnOf))
  if (typeof value !== 'object' || value === null) return value
  if ('Fn::GetAtt' in value && Array.isArray(value['Fn::GetAtt'])) return arnOf(String(value['Fn::GetAtt'][0]))
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, replaceGetAtt(each, arnOf)]))
}
