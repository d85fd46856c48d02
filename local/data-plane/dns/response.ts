import { encodeName, isWithin } from './domain-name.ts'
import { type Edns, headerLength, type Query, type Question } from './query.ts'
import { metaTypes } from './record-types.ts'

/** Response codes. @see RFC 1035 4.1.1; RFC 6891 9 */
export const rcodes = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5, BADVERS: 16 } as const

/** A record as it goes on the wire. */
export interface WireRecord {
  /** As zones spell names. */
  readonly owner: string
  /** All that follows the owner: see {@link encodeRecord}. */
  readonly octets: Buffer
}

export interface Response {
  readonly rcode: number
  readonly isAuthoritative: boolean
  readonly answers: readonly WireRecord[]
  readonly authorities: readonly WireRecord[]
  readonly additionals: readonly WireRecord[]
}

const flag = { response: 0x8000, authoritative: 0x0400, truncated: 0x0200, recursionDesired: 0x0100 }
const opcodeMask = 0x7800
const classIn = 1
const optLength = 11
/** What of a record stands between its owner and its data, octets: type, class, TTL and the data's length. */
export const recordHeadLength = 10
const ttlOffset = 4
const pointerLength = 2
const pointerMark = 0xc000
/** What we say that we take over udp; as large as what we send. */
const ourUdpSize = 4096
const largestMessage = 65_535
const sizeWithoutEdns = 512

/** The largest answer that may go to the client over udp: what it says it takes, 512 without EDNS, never over 4096. */
export function largestUdpAnswer(edns: Edns | null): number {
  return edns ? Math.min(edns.udpSize, ourUdpSize) : sizeWithoutEdns
}

/** An answer that is only a response code, without AA. */
export function failure(rcode: number): Response {
  return { rcode, isAuthoritative: false, answers: [], authorities: [], additionals: [] }
}

/**
 * Puts all of a record but its owner on the wire: type, class IN, TTL, and the data behind its length.
 *
 * @param record.ttl - Seconds.
 */
export function encodeRecord(record: { readonly type: number; readonly ttl: number; readonly data: Buffer }): Buffer {
  const { type, ttl, data } = record
  const octets = Buffer.alloc(recordHeadLength + data.length)
  octets.writeUInt16BE(type, 0)
  octets.writeUInt16BE(classIn, 2)
  octets.writeUInt32BE(ttl, ttlOffset)
  octets.writeUInt16BE(data.length, 8)
  data.copy(octets, recordHeadLength)
  return octets
}

/** Seconds. */
export function readTtl({ octets }: WireRecord): number {
  return octets.readUInt32BE(ttlOffset)
}

export function withTtl({ owner, octets }: WireRecord, ttl: number): WireRecord {
  const changed = Buffer.from(octets)
  changed.writeUInt32BE(ttl, ttlOffset)
  return { owner, octets: changed }
}

/**
 * Puts an answer on the wire. Id and RD are the query's, RA is clear, the question goes back octet by octet. An answer
 * above `limit` goes without any record and with TC, so that the client asks again over tcp (RFC 2181 9).
 *
 * @param limit - Octets; 65,535 over tcp.
 */
export function encodeResponse(query: Query, response: Response, limit: number = largestMessage): Buffer {
  const { question, edns } = query
  const { answers, authorities, additionals } = response
  const sections = [answers, authorities, additionals]
  const bare = (question?.end ?? headerLength) + (edns ? optLength : 0)
  let whole = bare
  for (const section of sections) for (const record of section) whole += lengthOf(record, question)
  const fits = whole <= limit
  const packet = Buffer.allocUnsafe(fits ? whole : bare)
  writeUint16(packet, 0, query.id)
  writeUint16(packet, 2, toFlags(query, response) | (fits ? 0 : flag.truncated))
  writeUint16(packet, 4, question ? 1 : 0)
  writeUint16(packet, 6, fits ? answers.length : 0)
  writeUint16(packet, 8, fits ? authorities.length : 0)
  writeUint16(packet, 10, (fits ? additionals.length : 0) + (edns ? 1 : 0))
  let offset = headerLength
  if (question) offset = copyOctets(packet, offset, query.packet, { from: headerLength, to: question.end })
  if (fits) {
    for (const section of sections) for (const record of section) offset = writeRecord(packet, offset, record, question)
  }
  if (edns) writeOpt(packet, offset, { rcode: response.rcode, isDnssecOk: edns.isDnssecOk })
  return packet
}

function toFlags(query: Query, response: Response): number {
  const copied = query.flags & (opcodeMask | flag.recursionDesired)
  return flag.response | copied | (response.isAuthoritative ? flag.authoritative : 0) | (response.rcode & 0xf)
}

function lengthOf({ owner, octets }: WireRecord, question: Question | null): number {
  return (findOwner(owner, question) < 0 ? encodeName(owner).length : pointerLength) + octets.length
}

function writeRecord(packet: Buffer, start: number, record: WireRecord, question: Question | null): number {
  const at = findOwner(record.owner, question)
  const offset =
    at < 0 ? start + encodeName(record.owner).copy(packet, start) : writeUint16(packet, start, pointerMark | at)
  return copyOctets(packet, offset, record.octets, { from: 0, to: record.octets.length })
}

/**
 * Where the question's name ends with the owner's, so that a pointer keeps the answer small; -1 where it does not.
 *
 * @see RFC 1035 4.1.4
 */
function findOwner(owner: string, question: Question | null): number {
  if (!question || owner === '') return -1
  if (owner === question.name) return headerLength
  // An escape takes four characters of the text for one octet, so offsets of the two differ where there is one.
  if (question.name.includes('\\') || !isWithin(question.name, owner)) return -1
  return headerLength + question.name.length - owner.length
}

/** By hand, as these few octets are copied at each query: a call into the runtime takes longer than the copying. */
function copyOctets(packet: Buffer, start: number, source: Buffer, range: { from: number; to: number }): number {
  let offset = start
  for (let index = range.from; index < range.to; index++) packet[offset++] = source[index] as number
  return offset
}

function writeUint16(packet: Buffer, offset: number, value: number): number {
  packet[offset] = value >> 8
  packet[offset + 1] = value
  return offset + 2
}

/** @see RFC 6891 6.1.2: the size stands in CLASS, the upper bits of the code, version and DO in TTL; RFC 3225 3 for DO */
function writeOpt(packet: Buffer, start: number, opt: { rcode: number; isDnssecOk: boolean }): void {
  let offset = packet.writeUInt8(0, start)
  offset = packet.writeUInt16BE(metaTypes.OPT, offset)
  offset = packet.writeUInt16BE(ourUdpSize, offset)
  offset = packet.writeUInt8(opt.rcode >> 4, offset)
  offset = packet.writeUInt8(0, offset)
  offset = packet.writeUInt16BE(opt.isDnssecOk ? 0x8000 : 0, offset)
  packet.writeUInt16BE(0, offset)
}
