import validate from 'asl-validator'
import { describe, expect, it } from 'vitest'
import type { Definition } from '../../local/workflow/definition.ts'
import { retryDelayMs } from '../../local/workflow/retry-delay.ts'
import shipped from '../../state-machines/deployment.asl.json' with { type: 'json' }
import { lintStateMachine } from '../support/lint-state-machine.ts'

/** The definition that ships, with one field of one state replaced. */
function broken(name: keyof typeof shipped.States, change: object): Definition {
  const States = { ...shipped.States, [name]: { ...shipped.States[name], ...change } }
  return { ...shipped, States } as unknown as Definition
}

const retrier = { ErrorEquals: ['TransientError'], IntervalSeconds: 5 }

describe('the definition that ships', () => {
  it('is valid and clean', () => {
    expect(validate(shipped, { checkArn: false }).errorsText()).toBe('')
    expect(lintStateMachine(shipped as unknown as Definition)).toEqual([])
  })

  it('names each Task like its function', () => {
    for (const [name, state] of Object.entries(shipped.States)) {
      if (!('Parameters' in state)) continue
      const [functionName = ''] = state.Parameters.FunctionName['Fn::GetAtt']
      const pascalCase = functionName.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase())
      expect(pascalCase).toBe(name)
    }
  })

  it('tries RollBack for about an hour before it asks for a person', () => {
    const [retrier] = (shipped as unknown as Definition).States.RollBack?.Retry ?? []
    if (!retrier) throw new Error('RollBack has no Retry')
    expect(retrier).toMatchObject({ ErrorEquals: ['States.ALL'], JitterStrategy: 'NONE' })
    let seconds = 0
    for (let attempt = 1; attempt <= (retrier.MaxAttempts ?? 0); attempt++) {
      seconds += retryDelayMs(retrier, attempt, () => 0) / 1000
    }
    expect(seconds).toBeGreaterThanOrEqual(3600)
    expect(seconds).toBeLessThan(4200)
  })

  it('routes every word that a Task may answer', () => {
    const { Choices, Default } = shipped.States.ChooseNext
    expect(Choices.map(({ StringEquals, Next }) => [StringEquals, Next])).toEqual([
      ['verify', 'VerifyCanary'],
      ['shift', 'ShiftTraffic'],
      ['bake', 'Bake'],
      ['roll-back', 'RollBack'],
      ['close', 'Close'],
    ])
    expect(Default).toBe('RollBack')
  })
})

describe('the lint', () => {
  it.each([
    ['a Task without a time-out', broken('Prepare', { TimeoutSeconds: undefined }), 'Prepare: has no time-out'],
    ['a Task without a Catch', broken('Bake', { Catch: [] }), 'Bake: has no Catch for States.ALL'],
    [
      'States.ALL beside another error',
      broken('Close', { Catch: [{ ErrorEquals: ['States.ALL', 'Other'], ResultPath: null, Next: 'RollBack' }] }),
      'Close: States.ALL in Catch must stand alone and last',
    ],
    [
      'States.ALL before another rule',
      broken('RollBack', { Retry: [{ ErrorEquals: ['States.ALL'] }, retrier] }),
      'RollBack: States.ALL in Retry must stand alone and last',
    ],
    [
      'a longest delay below the first',
      broken('RollBack', { Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 5, MaxDelaySeconds: 5 }] }),
      'RollBack: MaxDelaySeconds must exceed IntervalSeconds',
    ],
    [
      'a jitter that does not exist',
      broken('RollBack', { Retry: [{ ErrorEquals: ['States.ALL'], JitterStrategy: 'HALF' }] }),
      'RollBack: JitterStrategy HALF',
    ],
    [
      'a Catch that replaces the input',
      broken('Prepare', { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'RollBack' }] }),
      'Prepare: Catch for States.ALL replaces $.Payload',
    ],
    [
      'a Task that does not retry what Lambda may throw',
      broken('Close', { Retry: [retrier] }),
      'Close: does not retry Lambda.ServiceException, Lambda.AWSLambdaException, Lambda.SdkClientException, Lambda.TooManyRequestsException',
    ],
    ['a Choice without a Default', broken('ChooseNext', { Default: undefined }), 'ChooseNext: has no Default'],
    ['a state that nothing leads to', broken('NeedsAttention', { Next: 'Close' }), 'RollbackFailed: cannot be reached'],
  ])('finds %s', (_, definition, finding) => {
    expect(lintStateMachine(definition)).toEqual([finding])
  })
})
