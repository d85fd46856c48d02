import { describe, expect, it } from 'vitest'
import { createManualClock } from '../../../../local/clock.ts'
import type { Definition, State } from '../../../../local/workflow/definition.ts'
import type { CallbackTask, NewEvent, Outcome } from '../../../../local/workflow/run.ts'
import { createWorkflowRunner, type WorkflowRunnerOptions } from '../../../../local/workflow.ts'

const FunctionName = 'arn:aws:lambda:eu-west-1:000000000000:function:work'
const invoke = 'arn:aws:states:::lambda:invoke'
const work = (rest: object): State => ({
  Type: 'Task',
  Resource: invoke,
  Parameters: { FunctionName, 'Payload.$': '$' },
  OutputPath: '$.Payload',
  ...rest,
})
const machine = (States: Record<string, State>, rest: object = {}): Definition => ({
  StartAt: Object.keys(States)[0] ?? '',
  States,
  ...rest,
})

/** Runs a definition without the Step Functions service: keeps what the runner reports. */
function startRun(definition: Definition, tasks: WorkflowRunnerOptions['tasks'], input: unknown = {}) {
  const clock = createManualClock()
  const types: string[] = []
  const outcomes: Outcome[] = []
  const noCallback = (): CallbackTask => ({ token: 'token', result: new Promise(() => {}), close: () => {} })
  const stop = createWorkflowRunner({ definition, tasks, clock }).start(input, {
    region: 'eu-west-1',
    context: { Execution: { Name: 'one' } },
    record: ({ type }: NewEvent) => void types.push(type ?? ''),
    countTransition: () => {},
    openTask: noCallback,
    end: (outcome) => void outcomes.push(outcome),
  })
  return { clock, types, outcomes, stop }
}

const succeeded = (output: unknown) => ({ status: 'SUCCEEDED', output: JSON.stringify(output) })

describe('a Wait', () => {
  it.each([
    ['Seconds', { Seconds: 60 }],
    ['SecondsPath', { SecondsPath: '$.wait.seconds' }],
    ['Timestamp', { Timestamp: '2026-01-01T00:01:00Z' }],
    ['TimestampPath', { TimestampPath: '$.wait.until' }],
  ])('waits for its %s in local time and passes its input on', async (_, fields) => {
    const input = { wait: { seconds: 60, until: '2026-01-01T00:01:00Z' } }
    const { clock, types, outcomes } = startRun(machine({ Wait: { Type: 'Wait', ...fields, End: true } }), {}, input)
    await clock.advance(59_999)
    expect(outcomes).toEqual([])
    await clock.advance(1)
    expect(outcomes).toEqual([succeeded(input)])
    expect(types).toEqual(['WaitStateEntered', 'WaitStateExited'])
  })

  it('fails the execution where its path points to nothing', async () => {
    const { clock, outcomes } = startRun(machine({ Wait: { Type: 'Wait', SecondsPath: '$.none', End: true } }), {})
    await clock.advance(0)
    expect(outcomes).toMatchObject([{ status: 'FAILED', error: 'States.Runtime' }])
  })

  it('ends with the execution', async () => {
    const calls: unknown[] = []
    const { clock, outcomes, stop } = startRun(
      machine({ Wait: { Type: 'Wait', Seconds: 60, Next: 'Work' }, Work: work({ End: true }) }),
      { Work: async (event) => void calls.push(event) },
    )
    await clock.advance(30_000)
    stop()
    await clock.advance(60_000)
    expect({ calls, outcomes }).toEqual({ calls: [], outcomes: [] })
  })
})

describe('a time-out of the whole machine', () => {
  const slow = machine({ Wait: { Type: 'Wait', Seconds: 60, End: true } }, { TimeoutSeconds: 30 })

  it('counts local time', async () => {
    const { clock, outcomes } = startRun(slow, {})
    await clock.advance(29_999)
    expect(outcomes).toEqual([])
    await clock.advance(1)
    expect(outcomes).toEqual([{ status: 'TIMED_OUT' }])
  })

  it('is over when the execution was stopped', async () => {
    const { clock, outcomes, stop } = startRun(slow, {})
    stop()
    await clock.advance(60_000)
    expect(outcomes).toEqual([])
  })
})

describe('states within states', () => {
  it('runs the branches of a Parallel with their own Tasks', async () => {
    const branch = (name: string) => machine({ [name]: work({ End: true }) })
    const { clock, outcomes } = startRun(
      machine({ Both: { Type: 'Parallel', Branches: [branch('Left'), branch('Right')], End: true } }),
      { Left: async () => 'left', Right: async () => 'right' },
    )
    await clock.advance(0)
    expect(outcomes).toEqual([succeeded(['left', 'right'])])
  })

  it('runs a Map once for each item', async () => {
    const { clock, types, outcomes } = startRun(
      machine({ Each: { Type: 'Map', ItemProcessor: machine({ Work: work({ End: true }) }), End: true } }),
      { Work: async (event) => Number(event) * 2 },
      [1, 2, 3],
    )
    await clock.advance(0)
    expect(outcomes).toEqual([succeeded([2, 4, 6])])
    expect(types.filter((type) => type === 'MapIterationSucceeded')).toHaveLength(3)
  })
})

describe('a Task', () => {
  it.each([0, 1.5, '60', null])('cannot have a time-out of %j', async (seconds) => {
    const definition = machine({
      Work: work({ TimeoutSecondsPath: '$.seconds', Catch: [{ ErrorEquals: ['States.ALL'], Next: 'No' }], Next: 'No' }),
      No: { Type: 'Pass', End: true },
    })
    const { clock, outcomes } = startRun(definition, { Work: async () => 'done' }, { seconds })
    await clock.advance(0)
    expect(outcomes).toMatchObject([{ status: 'FAILED', error: 'States.Runtime' }])
  })

  it('cannot change the input of the next attempt', async () => {
    const seen: unknown[] = []
    const { clock, outcomes } = startRun(
      machine({ Work: work({ Retry: [{ ErrorEquals: ['Error'], IntervalSeconds: 1 }], End: true }) }),
      {
        Work: async (event) => {
          seen.push({ ...(event as object) })
          Object.assign(event as object, { changed: true })
          if (seen.length === 1) throw new Error('once')
        },
      },
      { id: 1 },
    )
    await clock.advance(1_000)
    expect(seen).toEqual([{ id: 1 }, { id: 1 }])
    expect(outcomes).toEqual([succeeded(null)])
  })

  it('gets no value from the prototype of the functions', async () => {
    const { clock, outcomes } = startRun(machine({ constructor: work({ End: true }) }), {})
    await clock.advance(0)
    expect(outcomes).toMatchObject([{ status: 'FAILED', error: 'Lambda.ResourceNotFoundException' }])
  })
})

it('refuses a definition that it would run wrongly', () => {
  const definition = machine({ Work: work({ HeartbeatSeconds: 5, End: true }) })
  expect(() => createWorkflowRunner({ definition, tasks: {}, clock: createManualClock() })).toThrow(
    'State Work: HeartbeatSeconds is not available in the rehearsal cloud',
  )
})
