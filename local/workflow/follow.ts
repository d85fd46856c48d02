import type { StateMachine } from 'aws-local-stepfunctions'
import type { State } from './definition.ts'
import { dataLimitExceeded, measureJson } from './errors.ts'
import type { NewEvent, WorkflowRun } from './run.ts'
import type { Turns } from './turns.ts'

type LogEvent = ReturnType<StateMachine['run']>['eventLogs'] extends AsyncGenerator<infer Event> ? Event : never
type States = ReadonlyMap<string, State>

export interface Followed {
  readonly states: States
  readonly run: WorkflowRun
  readonly turns: Turns
}

/** Turns the interpreter's event log into AWS's history, and gives the handlers their turns. */
export async function follow(log: AsyncIterable<LogEvent>, { run, turns, states }: Followed): Promise<void> {
  for await (const event of log) {
    switch (event.type) {
      case 'StateEntered':
        run.countTransition()
        run.record(stateEvent(states, event.state, 'Entered'))
        turns.give(event.state.name, { input: event.state.input })
        break
      case 'StateRetried':
        run.countTransition()
        turns.give(event.state.name, { input: event.state.input, retry: event.retry })
        break
      case 'StateExited': {
        if (!measureJson(event.state.output).fits) throw dataLimitExceeded(event.state.name)
        run.record(stateEvent(states, event.state, 'Exited'))
        break
      }
      case 'ExecutionSucceeded':
        run.end({ status: 'SUCCEEDED', output: measureJson(event.output).text })
        break
      case 'ExecutionFailed':
        run.end({ status: 'FAILED', error: event.Error, cause: String(event.Cause) })
        break
      case 'MapIterationStarted':
      case 'MapIterationSucceeded':
      case 'MapIterationFailed': {
        const details = { name: event.parentState.name, index: event.index }
        const key = `m${event.type.slice(1)}EventDetails`
        run.record({ type: event.type, [key]: details })
      }
    }
  }
}

interface LoggedState {
  readonly name: string
  readonly type: string
  readonly input: unknown
  readonly output?: unknown
}

function stateEvent(states: States, state: LoggedState, what: 'Entered' | 'Exited'): NewEvent {
  // A Wait is loaded as a Task: its name in the history comes from the definition that was given.
  const type = `${states.get(state.name)?.Type ?? state.type}State${what}` as NewEvent['type']
  const whole = { truncated: false }
  if (what === 'Entered') {
    const stateEnteredEventDetails = { name: state.name, input: measureJson(state.input).text, inputDetails: whole }
    return { type, stateEnteredEventDetails }
  }
  const output = measureJson(state.output).text
  return { type, stateExitedEventDetails: { name: state.name, output, outputDetails: whole } }
}
