/**
 * Compiles a pattern of listener-rule conditions: `*` is any text, `?` one character, `\*` and `\?` the characters
 * themselves; everything else stands for itself and the whole value must match.
 *
 * Matching takes at most pattern length times value length steps, so a pattern with many `*` cannot stall the listener as
 * a regular expression made from it could.
 */
export function compileWildcard(pattern: string, options: { ignoreCase: boolean }): (value: string) => boolean {
  const wanted = parsePattern(options.ignoreCase ? pattern.toLowerCase() : pattern)
  const literal = wanted.every((token) => typeof token === 'string') ? wanted.join('') : undefined
  const matches =
    literal === undefined ? (value: string) => matchTokens(wanted, value) : (value: string) => value === literal
  return options.ignoreCase ? (value) => matches(value.toLowerCase()) : matches
}

const anyText = Symbol('*')
const anyCharacter = Symbol('?')
type Token = string | typeof anyText | typeof anyCharacter

function parsePattern(pattern: string): Token[] {
  const tokens: Token[] = []
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern.charAt(at)
    const next = pattern.charAt(at + 1)
    if (character === '\\' && (next === '*' || next === '?' || next === '\\')) {
      tokens.push(next)
      at++
    } else if (character === '*') tokens.push(anyText)
    else if (character === '?') tokens.push(anyCharacter)
    else tokens.push(character)
  }
  return tokens
}

function matchTokens(tokens: readonly Token[], value: string): boolean {
  let token = 0
  let at = 0
  let lastStar = -1
  let retryAt = 0
  while (at < value.length) {
    const wanted = tokens[token]
    if (wanted === anyText) {
      lastStar = token++
      retryAt = at
    } else if (wanted !== undefined && (wanted === anyCharacter || wanted === value.charAt(at))) {
      token++
      at++
    } else if (lastStar >= 0) {
      // The last star takes one character more; earlier stars need no second look.
      token = lastStar + 1
      at = ++retryAt
    } else return false
  }
  while (tokens[token] === anyText) token++
  return token === tokens.length
}
