import { readName } from './domain-name.ts'
import { metaTypes } from './record-types.ts'

/** What a DNS message says of how its answer may look. */
export interface Query {
  readonly packet: Buffer
  readonly id: number
  /** As they came: only RD goes back. */
  readonly flags: number
  readonly opcode: number
  /** Null where it cannot be read; then the answer is an error without it. */
  readonly question: Question | null
  readonly edns: Edns | null
  /** True where anything of the message does not follow the format. */
  readonly isMalformed: boolean
}

export interface Question {
  /** As zones spell names. */
  readonly name: string
  readonly type: number
  readonly class: number
  /**
   * Offset behind it. Its octets, from the header on, go back unchanged: resolvers mix upper and lower case as a check
   * (0x20).
   */
  readonly end: number
}

export interface Edns {
  /** The largest answer over udp that the client takes, at least 512. */
  readonly udpSize: number
  readonly version: number
  readonly isDnssecOk: boolean
}

export const headerLength = 12
const smallestUdpSize = 512

/**
 * Reads a message.
 *
 * @returns Null for what must not be answered: no whole header, or itself an answer (two servers would never stop).
 * @see RFC 1035 4.1; RFC 6891 6.1
 */
export function parseQuery(packet: Buffer): Query | null {
  if (packet.length < headerLength) return null
  const flags = packet.readUInt16BE(2)
  if (flags & 0x8000) return null
  const head = { packet, id: packet.readUInt16BE(0), flags, opcode: (flags >> 11) & 0xf }
  const question = packet.readUInt16BE(4) === 1 ? readQuestion(packet) : null
  // What follows a question of another opcode is that opcode's own.
  if (!question || head.opcode !== 0) return { ...head, question, edns: null, isMalformed: head.opcode === 0 }
  const others = packet.readUInt16BE(6) + packet.readUInt16BE(8)
  const edns = readEdns(packet, { start: question.end, others, additional: packet.readUInt16BE(10) })
  if (edns === 'malformed') return { ...head, question, edns: null, isMalformed: true }
  return { ...head, question, edns, isMalformed: false }
}

function readQuestion(packet: Buffer): Question | null {
  const name = readName(packet, headerLength)
  if (!name || name.end + 4 > packet.length) return null
  return {
    name: name.text,
    type: packet.readUInt16BE(name.end),
    class: packet.readUInt16BE(name.end + 2),
    end: name.end + 4,
  }
}

/** Walks over the records after the question to the OPT among the additional ones. */
function readEdns(
  packet: Buffer,
  sections: { readonly start: number; readonly others: number; readonly additional: number },
): Edns | null | 'malformed' {
  let offset = sections.start
  let edns: Edns | null = null
  for (let index = 0; index < sections.others + sections.additional; index++) {
    const nameEnd = skipName(packet, offset)
    if (nameEnd === null || nameEnd + 10 > packet.length) return 'malformed'
    const end = nameEnd + 10 + packet.readUInt16BE(nameEnd + 8)
    if (end > packet.length) return 'malformed'
    if (packet.readUInt16BE(nameEnd) === metaTypes.OPT) {
      // One, at the root, among the additional records: RFC 6891 6.1.1.
      if (edns || index < sections.others || nameEnd !== offset + 1) return 'malformed'
      if (!hasWholeOptions(packet, nameEnd + 10, end)) return 'malformed'
      edns = {
        udpSize: Math.max(smallestUdpSize, packet.readUInt16BE(nameEnd + 2)),
        version: packet[nameEnd + 5] as number,
        isDnssecOk: ((packet[nameEnd + 6] as number) & 0x80) !== 0,
      }
    }
    offset = end
  }
  return edns
}

function hasWholeOptions(packet: Buffer, start: number, end: number): boolean {
  let offset = start
  while (offset + 4 <= end) offset += 4 + packet.readUInt16BE(offset + 2)
  return offset === end
}

function skipName(packet: Buffer, start: number): number | null {
  for (let offset = start; offset < packet.length; ) {
    const length = packet[offset] as number
    if (length === 0) return offset + 1
    if ((length & 0xc0) === 0xc0) return offset + 2
    if ((length & 0xc0) !== 0) return null
    offset += length + 1
  }
  return null
}
