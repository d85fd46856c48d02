import { encodeName, isWithin } from './domain-name.ts'
import { type Edns, headerLength, type Query, type Question } from './query.ts'
import { metaTypes } from './record-types.ts'

/** Response codes. @see RFC 1035 4.1.1; RFC 6891 9 */
export const rcodes = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5, BADVERS: 16 } as const

/** A record as it goes on the wire. */
export interface WireRecord {
  /** As zones spell names. */
  readonly owner: string
  readonly type: number
  /** Seconds, as the record has them. */
  readonly ttl: number
  readonly data: Buffer
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
 * Puts an answer on the wire. Id and RD are the query's, RA is clear, the question goes back octet by octet. An answer
 * above `limit` goes without any record and with TC, so that the client asks again over tcp (RFC 2181 9).
 *
 * @param limit - Octets; 65,535 over tcp.
 */
export function encodeResponse(query: Query, response: Response, limit: number = largestMessage): Buffer {
  const { question, edns } = query
  const { answers, authorities, additionals } = response
  const all = [...answers, ...authorities, ...additionals]
  const owners = all.map(({ owner }) => encodeOwner(owner, question))
  const bare = headerLength + (question?.octets.length ?? 0) + (edns ? optLength : 0)
  const whole = all.reduce((sum, { data }, index) => sum + (owners[index]?.length ?? 0) + 10 + data.length, bare)
  const fits = whole <= limit
  const packet = Buffer.allocUnsafe(fits ? whole : bare)
  packet.writeUInt16BE(query.id, 0)
  packet.writeUInt16BE(toFlags(query, response) | (fits ? 0 : flag.truncated), 2)
  packet.writeUInt16BE(question ? 1 : 0, 4)
  packet.writeUInt16BE(fits ? answers.length : 0, 6)
  packet.writeUInt16BE(fits ? authorities.length : 0, 8)
  packet.writeUInt16BE((fits ? additionals.length : 0) + (edns ? 1 : 0), 10)
  let offset = headerLength
  if (question) offset += question.octets.copy(packet, offset)
  for (const [index, record] of (fits ? all : []).entries()) {
    offset = writeRecord(packet, offset + (owners[index]?.copy(packet, offset) ?? 0), record)
  }
  if (edns) writeOpt(packet, offset, { rcode: response.rcode, isDnssecOk: edns.isDnssecOk })
  return packet
}

function toFlags(query: Query, response: Response): number {
  const copied = query.flags & (opcodeMask | flag.recursionDesired)
  return flag.response | copied | (response.isAuthoritative ? flag.authoritative : 0) | (response.rcode & 0xf)
}

/** A pointer into the question where the name ends it, so that answers stay small; else the whole name. RFC 1035 4.1.4 */
function encodeOwner(owner: string, question: Question | null): Buffer {
  // An escape takes four characters of the text for one octet, so offsets of the two differ where there is one.
  if (!question || owner === '' || question.name.includes('\\') || !isWithin(question.name, owner)) {
    return encodeName(owner)
  }
  const pointer = headerLength + question.name.length - owner.length
  return Buffer.from([0xc0 | (pointer >> 8), pointer & 0xff])
}

function writeRecord(packet: Buffer, start: number, { type, ttl, data }: WireRecord): number {
  let offset = packet.writeUInt16BE(type, start)
  offset = packet.writeUInt16BE(classIn, offset)
  offset = packet.writeUInt32BE(ttl, offset)
  offset = packet.writeUInt16BE(data.length, offset)
  return offset + data.copy(packet, offset)
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
