import { describe, expect, it } from 'vitest'
import {
  evaluationRange,
  judgeWindow,
  type MissingData,
  type Slot,
} from '../../../../../local/aws/cloudwatch/alarm-window.ts'

const treatments: readonly MissingData[] = ['missing', 'ignore', 'breaching', 'notBreaching']

/** AWS's notation: 0 does not breach, X breaches, - is missing; the newest is on the right. */
function slots(text: string): Slot[] {
  return text.split(' ').map((mark) => (mark === '-' ? undefined : mark === 'X'))
}

type Row = readonly [points: string, filled: number, missing: string, ignore: string, breaching: string, not: string]

function check(datapointsToAlarm: number, [points, filled, ...outcomes]: Row) {
  const verdicts = treatments.map((missingData) =>
    judgeWindow(slots(points), { evaluationPeriods: 3, datapointsToAlarm, missingData }),
  )
  expect(verdicts.map((verdict) => verdict.outcome)).toEqual(outcomes)
  expect(verdicts.map((verdict) => verdict.filled)).toEqual([filled, filled, filled, filled])
}

describe('3 of 3, as in the guide', () => {
  it.each<Row>([
    ['0 - X - X', 0, 'OK', 'OK', 'OK', 'OK'],
    ['0 - - - -', 2, 'OK', 'OK', 'OK', 'OK'],
    ['- - - - -', 3, 'INSUFFICIENT_DATA', 'retain', 'ALARM', 'OK'],
    ['0 X X - X', 0, 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
    ['- - X - -', 2, 'ALARM', 'retain', 'ALARM', 'OK'],
  ])('decides %s with %i filled', (...row) => check(3, row))

  it.each<Row>([
    ['- - - - X', 2, 'INSUFFICIENT_DATA', 'retain', 'ALARM', 'OK'],
    ['- - - X -', 2, 'INSUFFICIENT_DATA', 'retain', 'ALARM', 'OK'],
    ['X - - - -', 2, 'ALARM', 'retain', 'ALARM', 'OK'],
    ['- - - X 0', 1, 'OK', 'OK', 'OK', 'OK'],
  ])('does not raise the alarm early: %s with %i filled', (...row) => check(3, row))
})

describe('2 of 3, as in the guide', () => {
  it.each<Row>([
    ['0 - X - X', 0, 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
    ['0 0 X 0 X', 0, 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
    ['0 - X - -', 1, 'OK', 'OK', 'ALARM', 'OK'],
    ['- - - - 0', 2, 'OK', 'OK', 'ALARM', 'OK'],
    ['- - - X -', 2, 'ALARM', 'retain', 'ALARM', 'OK'],
  ])('decides %s with %i filled', (...row) => check(2, row))
})

it('prefers an old real point over filling a new one', () => {
  const verdict = judgeWindow(slots('X - - - -'), {
    evaluationPeriods: 1,
    datapointsToAlarm: 1,
    missingData: 'notBreaching',
  })
  expect(verdict).toEqual({ outcome: 'ALARM', used: [0], filled: 0 })
})

it.each([
  [1, 5],
  [3, 5],
  [5, 7],
])('looks for %i periods at %i', (evaluationPeriods, range) => {
  expect(evaluationRange(evaluationPeriods)).toBe(range)
})
