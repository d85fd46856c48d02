import * as dns from 'dns-packet'
import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { type Answerer, createAnswerer } from '../../../../../local/data-plane/dns/answerer.ts'
import {
  anAlias,
  aQuery,
  aRecord,
  aWeighted,
  aZone,
  balancersOf,
  healthOf,
  show,
  zonesOf,
} from '../../../../support/dns.ts'

const records = [
  aRecord('www.example.com', 'A', ['192.0.2.1', '192.0.2.2'], { TTL: 30 }),
  aRecord('www.example.com', 'TXT', [`"${'a'.repeat(200)}"`]),
  aRecord(
    'longer.example.com',
    'TXT',
    Array.from({ length: 25 }, (_, index) => `"${String(index).padStart(200)}"`),
  ),
  aRecord(
    'long.example.com',
    'TXT',
    Array.from({ length: 10 }, (_, index) => `"${String(index).repeat(200)}"`),
  ),
  aRecord(
    'huge.example.com',
    'TXT',
    Array.from({ length: 400 }, (_, index) => `"${index}" ${'"a" '.repeat(900).trim()}`),
  ),
  aRecord('*.wild.example.com', 'A', ['192.0.2.4']),
  aRecord('odd\\040name.example.com', 'A', ['192.0.2.6']),
  aRecord('alias.example.com', 'CNAME', ['www.example.com.']),
  aRecord('cut.example.com', 'NS', ['ns.cut.example.com.']),
  aRecord('ns.cut.example.com', 'A', ['192.0.2.53']),
  aWeighted('sides.example.com', '192.0.2.10', 9, 'down'),
  aWeighted('sides.example.com', '192.0.2.20', 1),
  anAlias('to-sides.example.com', 'sides.example.com', { evaluates: true }),
]

let errors: unknown[]
let answer: Answerer

beforeEach(() => {
  errors = []
  answer = createAnswerer({
    zones: zonesOf(aZone('example.com', records)),
    health: healthOf({ down: false }),
    balancers: balancersOf({}),
    reportError: (error) => errors.push(error),
  })
})

describe('createAnswerer', () => {
  it('keeps id, RD and the letters of the question', () => {
    const packet = answer(aQuery('wWw.eXample.cOM', 'A', { id: 0xbeef, flags: 0 }), 'udp') ?? Buffer.alloc(0)
    const decoded = dns.decode(packet)
    expect(decoded.id).toBe(0xbeef)
    expect(decoded.questions).toEqual([{ name: 'wWw.eXample.cOM', type: 'A', class: 'IN' }])
    expect(show(packet)).toEqual({
      rcode: 'NOERROR',
      flags: 'aa',
      answers: ['wWw.eXample.cOM 30 A 192.0.2.1', 'wWw.eXample.cOM 30 A 192.0.2.2'],
      authorities: [],
      additionals: [],
    })
  })

  const short = 'www.example.com'
  const long = 'long.example.com'
  const longer = 'longer.example.com'
  it.each([
    { limit: '512 octets without EDNS', name: long, options: {}, count: 0 },
    { limit: 'what the client takes', name: long, options: { udpSize: 1232 }, count: 0 },
    { limit: 'what the client takes, exactly', name: long, options: { udpSize: 2175 }, count: 10 },
    { limit: 'what the client takes, exactly', name: long, options: { udpSize: 2174 }, count: 0 },
    { limit: '4096 octets whatever it takes', name: longer, options: { udpSize: 65_535 }, count: 0 },
    { limit: '512 octets where it says less', name: short, options: { udpSize: 10 }, count: 1 },
  ])('sends over udp at most $limit: $name', ({ name, options, count }) => {
    const packet = answer(aQuery(name, 'TXT', options), 'udp') ?? Buffer.alloc(0)
    const { flags, answers } = show(packet)
    expect({ flags, count: answers.length }).toEqual({ flags: count > 0 ? 'aa rd' : 'aa tc rd', count })
    expect(dns.decode(packet).questions).toEqual([{ name, type: 'TXT', class: 'IN' }])
  })

  it('sends over tcp what does not fit into a datagram', () => {
    const packet = answer(aQuery('long.example.com', 'TXT'), 'tcp') ?? Buffer.alloc(0)
    expect(show(packet).answers).toHaveLength(10)
  })

  it('sends TC over tcp too where 65,535 octets are not enough', () => {
    const packet = answer(aQuery('huge.example.com', 'TXT'), 'tcp') ?? Buffer.alloc(0)
    expect(show(packet)).toMatchObject({ rcode: 'NOERROR', flags: 'aa tc rd', answers: [] })
  })

  it('answers EDNS with EDNS, and only then', () => {
    const additionals = (name: string, udpSize?: number) =>
      show(answer(aQuery(name, 'A', udpSize === undefined ? {} : { udpSize }), 'udp') ?? Buffer.alloc(0)).additionals
    expect(additionals('www.example.com', 1232)).toEqual(['OPT version 0 size 4096'])
    expect(additionals('missing.example.com', 1232)).toEqual(['OPT version 0 size 4096'])
    expect(additionals('www.example.com')).toEqual([])
  })

  /** A query for www.example.com A with EDNS: 33 octets and 11 of OPT. */
  const whole = aQuery('www.example.com', 'A', { udpSize: 1232 })
  const optAt = whole.length - 11
  const patched = (...patches: readonly [number, number][]) => {
    const packet = Buffer.from(whole)
    for (const [at, octet] of patches) packet[at] = octet
    return packet
  }
  const appended = (count: number, ...octets: number[]) => Buffer.concat([patched([11, count]), Buffer.from(octets)])

  it('says BADVERS to a later EDNS, in the parts that its code has', () => {
    const packet = answer(patched([optAt + 6, 1]), 'udp') ?? Buffer.alloc(0)
    const [opt] = dns.decode(packet).additionals ?? []
    expect(show(packet)).toMatchObject({ rcode: 'NOERROR', answers: [] })
    expect(opt?.type === 'OPT' && opt.extendedRcode).toBe(1)
  })

  it('gives DO back', () => {
    const packet = answer(patched([optAt + 7, 0x80]), 'udp') ?? Buffer.alloc(0)
    const [opt] = dns.decode(packet).additionals ?? []
    expect(opt?.type === 'OPT' && opt.flag_do).toBe(true)
  })

  it('ignores an option that it does not know', () => {
    const packet = Buffer.concat([patched([optAt + 10, 6]), Buffer.from([0xfd, 0xe9, 0, 2, 1, 2])])
    expect(show(answer(packet, 'udp') ?? Buffer.alloc(0)).answers).toHaveLength(2)
  })

  it.each([
    { name: 'two questions', packet: patched([5, 2]) },
    { name: 'no question', packet: patched([5, 0]) },
    { name: 'a question that the packet cuts off', packet: whole.subarray(0, 30) },
    { name: 'a compressed question', packet: patched([12, 0xc0]) },
    { name: 'an additional record that is not there', packet: patched([11, 2]) },
    { name: 'an OPT that is longer than the packet', packet: patched([optAt + 10, 1]) },
    {
      name: 'an option that is longer than its OPT',
      packet: Buffer.concat([patched([optAt + 10, 4]), Buffer.from([0, 10, 0, 9])]),
    },
    { name: 'two OPT', packet: appended(2, ...whole.subarray(optAt)) },
    { name: 'an OPT among the answers', packet: patched([7, 1], [11, 0]) },
    {
      name: 'an OPT that is not at the root',
      packet: Buffer.concat([whole.subarray(0, optAt), Buffer.from([1, 0x61]), whole.subarray(optAt)]),
    },
    { name: 'OPT as the type asked for', packet: patched([optAt - 3, 41]) },
  ])('says FORMERR to $name', ({ packet }) => {
    expect(show(answer(packet, 'udp') ?? Buffer.alloc(0))).toMatchObject({
      rcode: 'FORMERR',
      answers: [],
      authorities: [],
    })
  })

  it.each([
    { name: 'an inverse query', packet: patched([2, 0x08]) },
    { name: 'a status request', packet: patched([2, 0x10]) },
    { name: 'a notification', packet: patched([2, 0x20]) },
    { name: 'an update without zone', packet: patched([2, 0x28], [5, 0]) },
  ])('says NOTIMP to $name, with its opcode', ({ packet }) => {
    const reply = answer(packet, 'udp') ?? Buffer.alloc(0)
    expect(show(reply)).toMatchObject({ rcode: 'NOTIMP', answers: [] })
    expect((reply[2] ?? 0) & 0x78).toBe((packet[2] ?? 0) & 0x78)
  })

  it.each([
    { name: 'CHAOS', octet: 3 },
    { name: 'ANY', octet: 255 },
  ])('says REFUSED to the class $name', ({ octet }) => {
    expect(show(answer(patched([optAt - 1, octet]), 'udp') ?? Buffer.alloc(0))).toMatchObject({
      rcode: 'REFUSED',
      answers: [],
    })
  })

  it.each([
    { name: 'nothing', packet: Buffer.alloc(0) },
    { name: 'half a header', packet: whole.subarray(0, 11) },
    { name: 'an answer, lest two servers never stop', packet: patched([2, 0x80]) },
  ])('says nothing to $name', ({ packet }) => {
    expect(answer(packet, 'udp')).toBeNull()
  })

  it('takes a message that is more than its records', () => {
    expect(show(answer(Buffer.concat([whole, Buffer.from('more')]), 'udp') ?? Buffer.alloc(0)).answers).toHaveLength(2)
  })
})

describe('createAnswerer with any octets', () => {
  const names = records
    .map(({ Name = '' }) => Name.replace('\\040', ' '))
    .concat('x.wild.example.com', 'missing.example.com')
  const query = fc
    .tuple(
      fc.constantFrom(...names),
      fc.constantFrom('A', 'AAAA', 'ANY', 'CNAME', 'DS', 'NS', 'SOA', 'TXT'),
      fc.option(fc.nat(65_535)),
    )
    .map(([name, type, udpSize]) => aQuery(name, type, udpSize === null ? {} : { udpSize }))
  const change = fc.tuple(fc.nat(80), fc.nat(255))
  const damaged = fc.tuple(query, fc.array(change, { maxLength: 4 }), fc.nat(100)).map(([packet, changes, cut]) => {
    const copy = Buffer.from(packet)
    for (const [at, octet] of changes) if (at < copy.length) copy[at] = octet
    return cut < copy.length && cut % 3 === 0 ? copy.subarray(0, cut) : copy
  })
  const random = fc.uint8Array({ maxLength: 600 }).map((octets) => Buffer.from(octets))

  it('never throws, and answers with a message that can be read, within its limit', () => {
    fc.assert(
      fc.property(fc.oneof(damaged, random), (packet) => {
        const reply = answer(packet, 'udp')
        if (!reply) return
        const decoded = dns.decode(reply)
        expect(decoded.flag_qr).toBe(true)
        expect(decoded.id).toBe(packet.readUInt16BE(0))
        expect(dns.decode.bytes).toBe(reply.length)
        expect(reply.length).toBeLessThanOrEqual(4096)
      }),
      { numRuns: 5000 },
    )
    expect(errors).toEqual([])
  })
})
