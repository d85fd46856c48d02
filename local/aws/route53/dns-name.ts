/**
 * A name as Route 53 keeps it, without its trailing dot: lower case, `*` for a wildcard (the leftmost label alone), and
 * every character other than a–z, 0–9, - and _ as `\ooo` in octal. Dots only ever part labels.
 */
export type DnsName = string

/** What is wrong with a name, in Route 53's words. */
export interface NameProblem {
  readonly problem: string
}

/** @see RFC 1035 2.3.4, Size limits */
const longestLabel = 63
const longestName = 255

/**
 * Reads a name in any letter case, with or without trailing dot, its characters as they are or as `\ooo`.
 *
 * @see Amazon Route 53 Developer Guide, DNS domain name format
 */
export function parseDnsName(text: string): DnsName | NameProblem {
  const labels: number[][] = [[]]
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at)
    const label = labels.at(-1) ?? []
    if (character === '.') labels.push([])
    else if (character === '\\') {
      const octal = /^[0-3][0-7]{2}$/.exec(text.slice(at + 1, at + 4))
      if (!octal)
        return { problem: 'InvalidEscapeSequence (Value has an escape code that is not \\ and three octal digits)' }
      label.push(Number.parseInt(octal[0], 8))
      at += 3
    } else {
      const code = character.charCodeAt(0)
      if (code <= 0x20 || code >= 0x7f)
        return { problem: 'UnsupportedCharacter (Value contains unsupported characters)' }
      label.push(code)
    }
  }
  if (labels.length > 1 && labels.at(-1)?.length === 0) labels.pop()
  if (labels.some((label) => label.length === 0)) return { problem: 'DomainLabelEmpty (Domain label is empty)' }
  if (labels.some((label) => label.length > longestLabel))
    return { problem: 'DomainLabelTooLong (Domain label is too long)' }
  if (labels.reduce((length, label) => length + label.length + 1, 1) > longestName)
    return { problem: 'DomainNameTooLong (Domain name is too long)' }
  return labels.map(writeLabel).join('.')
}

export function isName(parsed: DnsName | NameProblem): parsed is DnsName {
  return typeof parsed === 'string'
}

/** As the API answers it: with its trailing dot, a wildcard as `\052`. */
export function toWireName(name: DnsName): string {
  return `${name.replace(/^\*(?=\.|$)/, '\\052')}.`
}

/** Whether `name` is `zone` or below it. */
export function isWithin(name: DnsName, zone: DnsName): boolean {
  return name === zone || name.endsWith(`.${zone}`)
}

/** The name above; null above a name of one label. */
export function parentOf(name: DnsName): DnsName | null {
  const dot = name.indexOf('.')
  return dot === -1 ? null : name.slice(dot + 1)
}

/**
 * Route 53's order of names: by their labels from the right, compared as ASCII with a trailing dot.
 *
 * @see Route 53 API reference, ListResourceRecordSets, "Sort order"
 */
export function compareNames(a: DnsName, b: DnsName): number {
  return compareText(sortKey(a), sortKey(b))
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** `*.example.com` becomes `com.example.*.`. */
function sortKey(name: DnsName): string {
  return `${name
    .split('.')
    .reverse()
    .map((label) => label.replace(/\\([0-3][0-7]{2})/g, (_, octal: string) => fromOctal(octal)))
    .join('.')}.`
}

function writeLabel(bytes: readonly number[], index: number): string {
  const label = bytes.map(writeByte).join('')
  return index === 0 && label === '\\052' ? '*' : label
}

function writeByte(byte: number): string {
  const character = String.fromCharCode(byte).toLowerCase()
  // Letters beyond ASCII have a lower case too, but names know none.
  const isPlain = byte < 0x80 && /^[a-z0-9_-]$/.test(character)
  return isPlain ? character : `\\${byte.toString(8).padStart(3, '0')}`
}

function fromOctal(octal: string): string {
  return String.fromCharCode(Number.parseInt(octal, 8))
}
