import { typeNumbers } from '../../data-plane/dns/record-types.ts'
import { recordHeadLength, type WireRecord } from '../../data-plane/dns/response.ts'

/** The type of an answer, as its number on the wire. */
export function typeOf({ octets }: WireRecord): number {
  return octets.readUInt16BE(0)
}

/** What an answer says, without its head. */
export function dataOf({ octets }: WireRecord): Buffer {
  return octets.subarray(recordHeadLength)
}

/** The IPv4 addresses among some answers. */
export function addressesIn(answers: readonly WireRecord[]): string[] {
  return answers.filter((answer) => typeOf(answer) === typeNumbers.A).map((answer) => dataOf(answer).join('.'))
}
