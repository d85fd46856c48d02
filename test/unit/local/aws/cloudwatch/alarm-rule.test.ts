import { describe, expect, it } from 'vitest'
import { alarmsIn, evaluateAlarmRule, parseAlarmRule } from '../../../../../local/aws/cloudwatch/alarm-rule.ts'

const states = { a: 'ALARM', b: 'OK', c: 'INSUFFICIENT_DATA', 'odd (name)"': 'ALARM', AND: 'ALARM' } as const
const arn = 'arn:aws:cloudwatch:eu-west-1:000000000000:alarm:a'

function evaluate(rule: string): boolean {
  const known: Readonly<Record<string, (typeof states)[keyof typeof states]>> = states
  return evaluateAlarmRule(parseAlarmRule(rule), (name) => known[name])
}

describe('an alarm rule', () => {
  it.each([
    ['ALARM(a)', true],
    ['OK(a)', false],
    ['ALARM("a")', true],
    [`ALARM(${arn})`, true],
    ['INSUFFICIENT_DATA(c)', true],
    ['ALARM("odd (name)\\"")', true],
    ['ALARM("AND") AND TRUE', true],
    ['NOT ALARM(a)', false],
    ['NOT NOT ALARM(a)', true],
    ['ALARM(b) AND ALARM(b) OR ALARM(a)', true],
    ['ALARM(b) AND (ALARM(b) OR ALARM(a))', false],
    ['ALARM(a) OR ALARM(b) AND FALSE', true],
    ['NOT ALARM(b) AND TRUE', true],
    ['  ALARM( a )\n AND  NOT( FALSE ) ', true],
    ['OK(unknown)', false],
  ])('%s is %s', (rule, value) => {
    expect(evaluate(rule)).toBe(value)
  })

  it('names its alarms once, by name', () => {
    expect(alarmsIn(parseAlarmRule(`ALARM(${arn}) AND (OK("a") OR NOT ALARM(b)) OR TRUE`))).toEqual(['a', 'b'])
  })

  it.each([
    '',
    'ALARM',
    'ALARM()',
    'ALARM(a',
    'ALARM(a) AND',
    'ALARM(a) ALARM(b)',
    'alarm(a)',
    'ALARM(a) XOR ALARM(b)',
    '(TRUE',
    'ALARM("a)',
    `ALARM(${'a'.repeat(10_240)})`,
  ])('is refused: %s', (rule) => {
    expect(() => parseAlarmRule(rule)).toThrow(expect.objectContaining({ code: 'ValidationError' }))
  })
})
