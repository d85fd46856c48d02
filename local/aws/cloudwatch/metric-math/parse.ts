import { validationError } from '../faults.ts'

/** A metric-math expression as a tree. */
export type Expression =
  | { readonly type: 'number'; readonly value: number }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'name'; readonly name: string }
  | { readonly type: 'array'; readonly items: readonly Expression[] }
  | { readonly type: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | { readonly type: 'negate'; readonly of: Expression }
  | { readonly type: 'binary'; readonly operator: Operator; readonly left: Expression; readonly right: Expression }

export type Operator = '+' | '-' | '*' | '/' | '^' | '==' | '!=' | '<' | '>' | '<=' | '>=' | 'AND' | 'OR'

/** From the loosest to the tightest; operators of one row bind alike. */
const levels: readonly (readonly Operator[])[] = [
  ['OR'],
  ['AND'],
  ['==', '!=', '<=', '>=', '<', '>'],
  ['+', '-'],
  ['*', '/'],
]

const tokenForm =
  /\s*(?:(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+)|([A-Za-z_][A-Za-z0-9_]*)|"([^"]*)"|'([^']*)'|(==|!=|<=|>=|&&|\|\||[-+*/^<>()[\],]))/y

type Token =
  | { readonly is: 'number' | 'name' | 'text' | 'symbol'; readonly text: string }
  | { readonly is: 'end'; readonly text: '' }

/**
 * Reads a metric-math expression.
 *
 * @throws {AwsError} ValidationError, with the place, if it does not parse.
 * @see Amazon CloudWatch User Guide, Using metric math
 */
export function parseExpression(text: string): Expression {
  const tokens = tokenize(text)
  let at = 0
  const next = (): Token => tokens[at] ?? { is: 'end', text: '' }
  const take = (): Token => {
    const token = next()
    at++
    return token
  }
  const takeSymbol = (symbol: string): boolean => {
    if (next().is !== 'symbol' || next().text !== symbol) return false
    at++
    return true
  }
  const expect = (symbol: string): void => {
    if (!takeSymbol(symbol)) throw unexpected(text, next())
  }

  const binary = (level: number): Expression => {
    const operators = levels[level]
    if (!operators) return unary()
    let left = binary(level + 1)
    for (;;) {
      const token = next()
      const operator =
        token.is === 'symbol' || token.is === 'name' ? operators.find((o) => o === token.text) : undefined
      if (!operator) return left
      at++
      left = { type: 'binary', operator, left, right: binary(level + 1) }
    }
  }
  const unary = (): Expression => (takeSymbol('-') ? { type: 'negate', of: unary() } : power())
  const power = (): Expression => {
    const base = primary()
    return takeSymbol('^') ? { type: 'binary', operator: '^', left: base, right: unary() } : base
  }
  const list = (close: string): Expression[] => {
    if (takeSymbol(close)) return []
    const items = [binary(0)]
    while (takeSymbol(',')) items.push(binary(0))
    expect(close)
    return items
  }
  const primary = (): Expression => {
    const token = take()
    if (token.is === 'number') return { type: 'number', value: Number(token.text) }
    if (token.is === 'text') return { type: 'text', text: token.text }
    if (token.is === 'name')
      return takeSymbol('(') ? { type: 'call', name: token.text, args: list(')') } : { type: 'name', name: token.text }
    if (token.is === 'symbol' && token.text === '[') return { type: 'array', items: list(']') }
    if (token.is === 'symbol' && token.text === '(') {
      const inner = binary(0)
      expect(')')
      return inner
    }
    throw unexpected(text, token)
  }

  const expression = binary(0)
  if (next().is !== 'end') throw unexpected(text, next())
  return expression
}

function tokenize(text: string): Token[] {
  const form = new RegExp(tokenForm)
  const tokens: Token[] = []
  while (text.slice(form.lastIndex).trim() !== '') {
    const from = form.lastIndex
    const match = form.exec(text)
    if (!match) throw validationError(`Error in expression '${text}': unexpected character at position ${from + 1}.`)
    const [, number, name, doubleQuoted, singleQuoted, symbol] = match
    if (number !== undefined) tokens.push({ is: 'number', text: number })
    else if (name !== undefined) tokens.push({ is: 'name', text: name })
    else if (symbol !== undefined) tokens.push({ is: 'symbol', text: aliases[symbol] ?? symbol })
    else tokens.push({ is: 'text', text: doubleQuoted ?? singleQuoted ?? '' })
  }
  return tokens
}

const aliases: Readonly<Record<string, string>> = { '&&': 'AND', '||': 'OR' }

function unexpected(text: string, token: Token) {
  const found = token.is === 'end' ? 'end of expression' : `'${token.text}'`
  return validationError(`Error in expression '${text}': unexpected ${found}.`)
}
