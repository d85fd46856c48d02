import type { RRType } from '@aws-sdk/client-route-53'

/** Numbers on the wire of every type that Route 53 has. @see IANA, DNS resource record types */
export const typeNumbers = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  NAPTR: 35,
  DS: 43,
  SSHFP: 44,
  TLSA: 52,
  SVCB: 64,
  HTTPS: 65,
  SPF: 99,
  CAA: 257,
} as const satisfies Record<RRType, number>

/** Numbers of types that no record has: what is asked of a packet, or stands only in one. */
export const metaTypes = { HINFO: 13, OPT: 41, TSIG: 250, IXFR: 251, AXFR: 252, MAILB: 253, MAILA: 254, ANY: 255 }

const names = new Map<number, RRType>(
  Object.entries(typeNumbers).map(([name, number]) => [number, name as keyof typeof typeNumbers]),
)

/** Undefined for a type that Route 53 has not, so that no record can be of it. */
export function typeName(number: number): RRType | undefined {
  return names.get(number)
}
