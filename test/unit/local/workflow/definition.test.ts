import { describe, expect, it } from 'vitest'
import {
  type Definition,
  findUnsupported,
  isCallback,
  type State,
  toLoadable,
  withFunctionArns,
} from '../../../../local/workflow/definition.ts'
import shipped from '../../../../state-machines/deployment.asl.json' with { type: 'json' }

const definition = withFunctionArns(shipped, (name) => `arn:aws:lambda:eu-west-1:000000000000:function:${name}`)

describe('the copy that the interpreter loads', () => {
  it('differs from the definition that ships in time-outs only', () => {
    const loaded = toLoadable(definition)
    const withoutTimeouts = (state: object) => {
      const { TimeoutSeconds: _seconds, TimeoutSecondsPath: _path, ...rest } = state as State
      return rest
    }
    for (const [name, state] of Object.entries(definition.States)) {
      const copy = loaded.States[name]
      expect(copy).toBeDefined()
      expect(withoutTimeouts(copy ?? {})).toEqual(withoutTimeouts(state))
      if (state.Type === 'Task') expect(copy).toMatchObject({ TimeoutSeconds: 2_000_000 })
      else expect(copy).toEqual(state)
    }
    expect({ ...loaded, States: {} }).toEqual({ ...definition, States: {} })
  })

  it('has no time-out of the whole machine, and waits as Tasks', () => {
    const waiting: Definition = {
      StartAt: 'Wait',
      TimeoutSeconds: 60,
      States: { Wait: { Type: 'Wait', Seconds: 5, OutputPath: '$.a', End: true } },
    }
    expect(toLoadable(waiting)).toEqual({
      StartAt: 'Wait',
      States: {
        Wait: { Type: 'Task', Resource: 'local:wait', OutputPath: '$.a', TimeoutSeconds: 2_000_000, End: true },
      },
    })
  })
})

it('puts ARNs where functions are referred to by name, and nowhere else', () => {
  expect(definition.States.Prepare?.Parameters).toEqual({
    FunctionName: 'arn:aws:lambda:eu-west-1:000000000000:function:prepare',
    'Payload.$': '$.Payload',
  })
  expect(JSON.stringify(definition)).not.toContain('Fn::GetAtt')
})

it('knows the one Task that waits for a callback', () => {
  const callbacks = Object.entries(definition.States).filter(([, state]) => isCallback(state))
  expect(callbacks.map(([name]) => name)).toEqual(['Bake'])
})

describe('what cannot be run', () => {
  const one = (state: object): Definition => ({ StartAt: 'One', States: { One: state as State } })

  it('is nothing in the definition that ships', () => {
    expect(findUnsupported(definition)).toEqual([])
  })

  it.each([
    ['JSONata', { ...one({ Type: 'Pass', End: true }), QueryLanguage: 'JSONata' }, 'QueryLanguage JSONata'],
    ['variables', one({ Type: 'Pass', Assign: {}, End: true }), 'State One: Assign'],
    [
      'heartbeats',
      one({ Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', HeartbeatSeconds: 1 }),
      'HeartbeatSeconds',
    ],
    ['SDK integrations', one({ Type: 'Task', Resource: 'arn:aws:states:::aws-sdk:s3:listBuckets' }), 'aws-sdk:s3'],
    [
      'SDK integrations inside a Parallel',
      one({ Type: 'Parallel', Branches: [{ StartAt: 'In', States: { In: { Type: 'Task', Resource: 'arn:x' } } }] }),
      'State In: Resource arn:x',
    ],
  ])('is named: %s', (_, asked, words) => {
    expect(findUnsupported(asked)).toEqual([expect.stringContaining(words)])
  })
})
