/**
 * Domain names between their two forms: labels on the wire, and the text that Route 53 uses, lower case without a
 * trailing dot, where every octet other than a-z, 0-9, `-` and `_` is `\ooo` in octal. The root is the empty text.
 *
 * @see RFC 1035 3.1; Route 53 developer guide, DNS domain name format
 */

/** Octets of a name on the wire, its length octets and the root's included. RFC 1035 3.1. */
const longestName = 255
const longestLabel = 63
const asterisk = 0x2a

/** Lower case of each octet that may stand in the text as it is; 0 for those that must be escaped. */
const plainOctets = new Uint8Array(256)
for (const letter of 'abcdefghijklmnopqrstuvwxyz') {
  plainOctets[letter.charCodeAt(0)] = letter.charCodeAt(0)
  plainOctets[letter.toUpperCase().charCodeAt(0)] = letter.charCodeAt(0)
}
for (const other of '0123456789-_') plainOctets[other.charCodeAt(0)] = other.charCodeAt(0)

const scratch = Buffer.alloc(longestName + 1)

/** A name read from a packet; `end` is the offset behind it. */
export interface ReadName {
  readonly text: string
  readonly end: number
}

/**
 * Reads the name of a question, which cannot be compressed: nothing stands before it that a pointer could mean.
 *
 * @returns Null where no valid name stands there.
 */
export function readName(packet: Buffer, start: number): ReadName | null {
  let offset = start
  let used = 0
  let isPlain = true
  for (;;) {
    const length = packet[offset]
    if (length === undefined || length > longestLabel || offset + length - start >= longestName) return null
    offset++
    if (length === 0) break
    if (offset + length > packet.length) return null
    if (used > 0) scratch[used++] = 0x2e
    for (const labelEnd = offset + length; offset < labelEnd; offset++) {
      const plain = plainOctets[packet[offset] as number] as number
      if (plain === 0) isPlain = false
      scratch[used++] = plain
    }
  }
  return { text: isPlain ? scratch.toString('latin1', 0, used) : readEscaped(packet, start), end: offset }
}

/** The slow way, for names with octets that need an escape; the labels were checked before. */
function readEscaped(packet: Buffer, start: number): string {
  const labels: string[] = []
  for (let offset = start; packet[offset]; offset += (packet[offset] as number) + 1) {
    const label = packet.subarray(offset + 1, offset + 1 + (packet[offset] as number))
    // Only as the leftmost label can an asterisk be a wildcard, and only there it has a name of its own.
    if (labels.length === 0 && label.length === 1 && label[0] === asterisk) labels.push('*')
    else labels.push(Array.from(label, escapeOctet).join(''))
  }
  return labels.join('.')
}

function escapeOctet(octet: number): string {
  const plain = plainOctets[octet] as number
  return plain === 0 ? `\\${octet.toString(8).padStart(3, '0')}` : String.fromCharCode(plain)
}

/**
 * Puts a name on the wire, uncompressed and in the letters that it has.
 *
 * @param text - With or without a trailing dot; `\ooo` is an octet, a backslash takes any other character as it is.
 * @throws {RangeError} If a label is empty or longer than 63 octets, or the name longer than 255.
 */
export function encodeName(text: string): Buffer {
  const labels: number[][] = [[]]
  for (let at = 0; at < text.length; at++) {
    const label = labels[labels.length - 1] as number[]
    const escaped = text[at] === '\\' ? /^[0-3][0-7]{2}/.exec(text.slice(at + 1, at + 4))?.[0] : undefined
    if (escaped !== undefined) {
      label.push(Number.parseInt(escaped, 8))
      at += 3
    } else if (text[at] === '.') {
      labels.push([])
    } else {
      if (text[at] === '\\') at++
      label.push(...Buffer.from(text[at] ?? '\\', 'utf8'))
    }
  }
  if (labels.length > 1 && labels[labels.length - 1]?.length === 0) labels.pop()
  const isRoot = labels.length === 1 && labels[0]?.length === 0
  const octets = isRoot ? [0] : [...labels.flatMap((label) => [label.length, ...label]), 0]
  if (!isRoot && labels.some(({ length }) => length === 0 || length > longestLabel)) {
    throw new RangeError(`a label of the name '${text}' has not 1 to ${longestLabel} octets`)
  }
  if (octets.length > longestName) throw new RangeError(`the name '${text}' has more than ${longestName} octets`)
  return Buffer.from(octets)
}

/**
 * A name as zones spell it: lower case, no trailing dot, a leading `\052` as the wildcard that it is, and escapes only
 * where there must be one.
 *
 * @throws {RangeError} As {@link encodeName}.
 */
export function normaliseName(text: string): string {
  const wire = encodeName(text)
  return readName(wire, 0)?.text ?? ''
}

/** The name without its leftmost label; null for the root. */
export function parentOf(name: string): string | null {
  if (name === '') return null
  const dot = name.indexOf('.')
  return dot < 0 ? '' : name.slice(dot + 1)
}

/** True where `name` is `zone` or below it. */
export function isWithin(name: string, zone: string): boolean {
  if (zone === '') return true
  if (!name.endsWith(zone)) return false
  return name.length === zone.length || name[name.length - zone.length - 1] === '.'
}
