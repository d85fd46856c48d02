import type { Definition, Retrier, State } from '../../local/workflow/definition.ts'

interface Catcher {
  readonly ErrorEquals: readonly string[]
  readonly ResultPath?: string | null
  readonly Next: string
}

/** States whose failure ends the execution: nothing that could follow would help, and the scheduled check goes on. */
const mayEnd = ['Close', 'NeedsAttention']

/**
 * Finds what asl-validator lets through and what Sluice asks of its own definition.
 *
 * @returns One sentence per finding, beginning with the state's name.
 */
export function lintStateMachine(definition: Definition): string[] {
  const states = Object.entries(definition.States)
  return [
    ...states.flatMap(([name, state]) => lintState(state).map((finding) => `${name}: ${finding}`)),
    ...states
      .filter(([name, state]) => state.Type === 'Task' && !catches(state) && !mayEnd.includes(name))
      .map(([name]) => `${name}: has no Catch for States.ALL`),
    ...findUnreachable(definition).map((name) => `${name}: cannot be reached`),
  ]
}

function lintState(state: State): string[] {
  const catchers = (state.Catch ?? []) as readonly Catcher[]
  return [
    ...lintWildcard('Retry', state.Retry ?? []),
    ...lintWildcard('Catch', catchers),
    ...(state.Retry ?? []).flatMap(lintRetrier),
    ...catchers.flatMap(lintCatcher),
    ...(state.Type === 'Task' ? lintTask(state) : []),
    ...(state.Type === 'Choice' && state.Default === undefined ? ['has no Default'] : []),
  ]
}

function lintWildcard(field: string, rules: readonly { readonly ErrorEquals: readonly string[] }[]): string[] {
  return rules.flatMap(({ ErrorEquals }, at) => {
    if (!ErrorEquals.includes('States.ALL')) return []
    const alone = ErrorEquals.length === 1
    return alone && at === rules.length - 1 ? [] : [`States.ALL in ${field} must stand alone and last`]
  })
}

function lintRetrier(retrier: Retrier): string[] {
  const { IntervalSeconds = 1, MaxDelaySeconds, BackoffRate = 2, JitterStrategy } = retrier
  return [
    ...(MaxDelaySeconds !== undefined && MaxDelaySeconds <= IntervalSeconds
      ? ['MaxDelaySeconds must exceed IntervalSeconds']
      : []),
    ...(BackoffRate < 1 ? ['BackoffRate is below 1'] : []),
    ...(JitterStrategy === undefined || ['FULL', 'NONE'].includes(JitterStrategy)
      ? []
      : [`JitterStrategy ${JitterStrategy}`]),
  ]
}

/** RollBack needs the deployment's id: a Catch may add to the input but not replace it. */
function lintCatcher({ ResultPath, ErrorEquals }: Catcher): string[] {
  const keepsPayload = ResultPath === null || (ResultPath !== undefined && /^\$\.(?!Payload\b)\w+$/.test(ResultPath))
  return keepsPayload ? [] : [`Catch for ${ErrorEquals.join(', ')} replaces $.Payload`]
}

const lambdaErrors = [
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.TooManyRequestsException',
]

function lintTask(state: State): string[] {
  const { TimeoutSeconds, TimeoutSecondsPath, Retry = [] } = state
  const retried = Retry.flatMap(({ ErrorEquals }) => ErrorEquals)
  const missing = ['TransientError', ...lambdaErrors].filter((name) => !retried.includes(name))
  return [
    ...(TimeoutSeconds === undefined && TimeoutSecondsPath === undefined ? ['has no time-out'] : []),
    ...(retried.includes('States.ALL') || missing.length === 0 ? [] : [`does not retry ${missing.join(', ')}`]),
  ]
}

function catches(state: State): boolean {
  return ((state.Catch ?? []) as readonly Catcher[]).some(({ ErrorEquals }) => ErrorEquals.includes('States.ALL'))
}

function findUnreachable({ StartAt, States }: Definition): string[] {
  const reached = new Set<string>()
  const visit = (name: string) => {
    if (reached.has(name)) return
    reached.add(name)
    const state = States[name]
    if (state) for (const next of successors(state)) visit(next)
  }
  visit(StartAt)
  return Object.keys(States).filter((name) => !reached.has(name))
}

function successors(state: State): string[] {
  const rules = [...((state.Choices ?? []) as Catcher[]), ...((state.Catch ?? []) as Catcher[])]
  return [state.Next, state.Default, ...rules.map(({ Next }) => Next)].filter((name) => typeof name === 'string')
}
