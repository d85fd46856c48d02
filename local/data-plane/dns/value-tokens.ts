/** A word of a record's value, as octets. */
export interface Token {
  readonly octets: Buffer
  readonly isQuoted: boolean
}

/**
 * Splits a record's value at blanks, except within quotation marks. Within them, and only there, `\ooo` is the octet of
 * that octal number and a backslash before any other character is that character.
 *
 * Octal, not the decimal `\DDD` of master files: Route 53 has it so.
 *
 * @throws {RangeError} If quotation marks do not close.
 * @see Route 53 developer guide, supported DNS record types, TXT
 */
export function splitValue(value: string): Token[] {
  const tokens: Token[] = []
  const pattern = /\s*(?:"((?:[^"\\]|\\.)*)"|([^\s"]+)|("))/gsy
  for (const [, quoted, bare, unclosed] of value.trim().matchAll(pattern)) {
    if (unclosed !== undefined) throw new RangeError(`quotation marks do not close in the value ${value}`)
    if (quoted !== undefined) tokens.push({ octets: unescapeText(quoted), isQuoted: true })
    else if (bare !== undefined) tokens.push({ octets: Buffer.from(bare, 'utf8'), isQuoted: false })
  }
  return tokens
}

function unescapeText(text: string): Buffer {
  const parts = text.match(/\\[0-3][0-7]{2}|\\.|[^\\]+/gs) ?? []
  return Buffer.concat(
    parts.map((part) => {
      if (!part.startsWith('\\')) return Buffer.from(part, 'utf8')
      return part.length === 4 ? Buffer.from([Number.parseInt(part.slice(1), 8)]) : Buffer.from(part.slice(1), 'utf8')
    }),
  )
}
