import { describe, expect, it } from 'vitest'
import { readJudgeArguments } from '../../../../cli/judge/arguments.ts'

describe('the options of judge', () => {
  it.each([
    ['--help', { type: 'help' }],
    ['--gate g --data d', { type: 'counts', gate: 'g', data: 'd', json: false, trace: false, exitCode: false }],
    [
      '--gate g --data - --json --trace --exit-code',
      { type: 'counts', gate: 'g', data: '-', json: true, trace: true, exitCode: true },
    ],
    ['--gate g --data d --ndjson', { type: 'lines', gate: 'g', data: 'd', trace: false }],
    ['--event e --json', { type: 'event', event: 'e', json: true }],
  ])('%s', (line, task) => {
    expect(readJudgeArguments(line.split(' '))).toEqual(task)
  })

  it.each([
    ['', 'nothing to judge'],
    ['--gate g', 'nothing to judge'],
    ['--data d', '--data needs --gate'],
    ['--gate - --data -', 'only one of --gate and --data'],
    ['--event e --data d', '--data does not go with --event'],
    ['--event e --exit-code', '--exit-code does not go with --event'],
    ['--gate g --data d --ndjson --exit-code', '--exit-code does not go with --ndjson'],
    ['--gate= --data d', '--gate needs a file'],
    ['--gate g --data=', '--data needs a file'],
    ['--event=', '--event needs a file'],
    ['--gate g --data d extra', 'extra'],
    ['--gate g --data d --sed', '--sed'],
  ])('are refused: %j', (line, message) => {
    expect(() => readJudgeArguments(line.split(' ').filter((word) => word !== ''))).toThrow(message)
  })
})
