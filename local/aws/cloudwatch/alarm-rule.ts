import type { StateValue } from '@aws-sdk/client-cloudwatch'
import { validationError } from './faults.ts'

/** The rule of a composite alarm as a tree. `alarm` is a name or an ARN, as written. */
export type AlarmRule =
  | { readonly type: 'constant'; readonly value: boolean }
  | { readonly type: 'state'; readonly state: StateValue; readonly alarm: string }
  | { readonly type: 'not'; readonly of: AlarmRule }
  | { readonly type: 'and' | 'or'; readonly left: AlarmRule; readonly right: AlarmRule }

/** A quoted name may hold anything, with `\` before a quote or backslash; an unquoted one ends at a space or parenthesis. */
const tokenForm = /\s*(?:"((?:[^"\\]|\\.)*)"|([()])|([^\s()"]+))/y

interface Token {
  readonly is: 'quoted' | 'parenthesis' | 'word'
  readonly text: string
}

const states: readonly string[] = ['ALARM', 'OK', 'INSUFFICIENT_DATA'] satisfies StateValue[]

/**
 * Reads an AlarmRule: `ALARM("a") AND NOT (OK(b) OR FALSE)`. NOT binds before AND, AND before OR.
 *
 * @throws {AwsError} ValidationError if it does not parse or is over 10,240 characters.
 * @see API reference, PutCompositeAlarm, AlarmRule
 */
export function parseAlarmRule(text: string): AlarmRule {
  if (text.length > 10_240) throw validationError('The AlarmRule must have at most 10240 characters.')
  const tokens = tokenize(text)
  let at = 0
  const takes = (word: string): boolean => {
    const token = tokens[at]
    if (token?.text !== word || token.is === 'quoted') return false
    at++
    return true
  }
  const fail = () => validationError(`Error in AlarmRule: unexpected ${tokens[at] ? `'${tokens[at]?.text}'` : 'end'}.`)
  const expect = (word: string): void => {
    if (!takes(word)) throw fail()
  }
  const chain = (type: 'and' | 'or', word: string, operand: () => AlarmRule) => (): AlarmRule => {
    let left = operand()
    while (takes(word)) left = { type, left, right: operand() }
    return left
  }
  const term = (): AlarmRule => {
    if (takes('NOT')) return { type: 'not', of: term() }
    if (takes('TRUE')) return { type: 'constant', value: true }
    if (takes('FALSE')) return { type: 'constant', value: false }
    if (takes('(')) {
      const inner = rule()
      expect(')')
      return inner
    }
    const state = states.find((name) => takes(name))
    if (state === undefined) throw fail()
    expect('(')
    const alarm = tokens[at]
    if (!alarm || alarm.is === 'parenthesis') throw fail()
    at++
    expect(')')
    return { type: 'state', state: state as StateValue, alarm: alarm.text }
  }
  const rule = chain('or', 'OR', chain('and', 'AND', term))

  const parsed = rule()
  if (at < tokens.length) throw fail()
  return parsed
}

function tokenize(text: string): Token[] {
  const form = new RegExp(tokenForm)
  const tokens: Token[] = []
  while (text.slice(form.lastIndex).trim() !== '') {
    const match = form.exec(text)
    if (!match) throw validationError('Error in AlarmRule: a quoted alarm name does not end.')
    const [, quoted, parenthesis, word] = match
    if (quoted !== undefined) tokens.push({ is: 'quoted', text: quoted.replace(/\\(.)/g, '$1') })
    else if (parenthesis !== undefined) tokens.push({ is: 'parenthesis', text: parenthesis })
    else tokens.push({ is: 'word', text: word ?? '' })
  }
  return tokens
}

/** Names of the alarms a rule looks at, each once; an ARN counts as the name at its end. */
export function alarmsIn(rule: AlarmRule): string[] {
  switch (rule.type) {
    case 'constant':
      return []
    case 'state':
      return [toAlarmName(rule.alarm)]
    case 'not':
      return alarmsIn(rule.of)
    case 'and':
    case 'or':
      return [...new Set([...alarmsIn(rule.left), ...alarmsIn(rule.right)])]
  }
}

/** @param stateOf - The state of an alarm by name; undefined if it does not exist, which is no state at all. */
export function evaluateAlarmRule(rule: AlarmRule, stateOf: (name: string) => StateValue | undefined): boolean {
  switch (rule.type) {
    case 'constant':
      return rule.value
    case 'state':
      return stateOf(toAlarmName(rule.alarm)) === rule.state
    case 'not':
      return !evaluateAlarmRule(rule.of, stateOf)
    case 'and':
      return evaluateAlarmRule(rule.left, stateOf) && evaluateAlarmRule(rule.right, stateOf)
    case 'or':
      return evaluateAlarmRule(rule.left, stateOf) || evaluateAlarmRule(rule.right, stateOf)
  }
}

function toAlarmName(reference: string): string {
  return /^arn:[^:]+:cloudwatch:[^:]*:[^:]*:alarm:(.+)$/s.exec(reference)?.[1] ?? reference
}
