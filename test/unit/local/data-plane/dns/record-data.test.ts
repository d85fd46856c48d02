import type { RRType } from '@aws-sdk/client-route-53'
import * as dns from 'dns-packet'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeRecordData } from '../../../../../local/data-plane/dns/record-data.ts'
import { typeNumbers } from '../../../../../local/data-plane/dns/record-types.ts'
import { encodeRecord } from '../../../../../local/data-plane/dns/response.ts'

/** What the packet library reads from an answer with this one record at the root. */
function decode(type: RRType, value: string): unknown {
  const record = encodeRecord({ type: typeNumbers[type], ttl: 60, data: encodeRecordData(type, value) })
  const header = Buffer.from([0, 1, 0x80, 0, 0, 0, 0, 1, 0, 0, 0, 0])
  const [answer] = dns.decode(Buffer.concat([header, Buffer.alloc(1), record])).answers ?? []
  return answer && 'data' in answer ? answer.data : undefined
}

const decoded: readonly { readonly type: RRType; readonly value: string; readonly data: unknown }[] = [
  { type: 'A', value: '192.0.2.235', data: '192.0.2.235' },
  { type: 'AAAA', value: '2001:0db8:85a3:0:0:8a2e:370:7334', data: '2001:db8:85a3::8a2e:370:7334' },
  { type: 'AAAA', value: '::ffff:192.0.2.1', data: '::ffff:c000:201' },
  { type: 'AAAA', value: '::', data: '::' },
  {
    type: 'CAA',
    value: '0 issue "ca.example.com; a=b"',
    data: { flags: 0, tag: 'issue', value: 'ca.example.com; a=b', issuerCritical: false },
  },
  { type: 'CNAME', value: 'Other.example.com.', data: 'Other.example.com' },
  {
    type: 'DS',
    value: '123 4 5 ABCD 0123',
    data: { keyTag: 123, algorithm: 4, digestType: 5, digest: Buffer.from('abcd0123', 'hex') },
  },
  { type: 'MX', value: '10 mail.example.com', data: { preference: 10, exchange: 'mail.example.com' } },
  {
    type: 'NAPTR',
    value: '100 50 "u" "E2U+sip" "!^(\\\\+441632960083)$!sip:\\\\1@example.com!" .',
    data: {
      order: 100,
      preference: 50,
      flags: 'u',
      services: 'E2U+sip',
      regexp: '!^(\\+441632960083)$!sip:\\1@example.com!',
      replacement: '.',
    },
  },
  { type: 'NS', value: 'ns-1.example.com.', data: 'ns-1.example.com' },
  { type: 'PTR', value: 'host.example.com', data: 'host.example.com' },
  {
    type: 'SOA',
    value: 'ns.example.com. admin.example.com. 1 7200 900 1209600 86400',
    data: {
      mname: 'ns.example.com',
      rname: 'admin.example.com',
      serial: 1,
      refresh: 7200,
      retry: 900,
      expire: 1209600,
      minimum: 86400,
    },
  },
  {
    type: 'SRV',
    value: '10 5 80 host.example.com',
    data: { priority: 10, weight: 5, port: 80, target: 'host.example.com' },
  },
  { type: 'SSHFP', value: `1 1 ${'ab'.repeat(20)}`, data: { algorithm: 1, hash: 1, fingerprint: 'AB'.repeat(20) } },
  {
    type: 'TLSA',
    value: '3 1 1 0123AB',
    data: { usage: 3, selector: 1, matchingType: 1, certificate: Buffer.from('0123ab', 'hex') },
  },
  {
    type: 'TXT',
    value: '"a b" "c\\"d" "\\101\\000"',
    data: [Buffer.from('a b'), Buffer.from('c"d'), Buffer.from('A\0')],
  },
  { type: 'TXT', value: '""', data: [Buffer.alloc(0)] },
]

/** Types that the packet library leaves as octets. The bindings are the test vectors of RFC 9460 appendix D. */
const octets: readonly { readonly type: RRType; readonly value: string; readonly hex: string }[] = [
  { type: 'SPF', value: '"v=spf1 -all"', hex: `0b${Buffer.from('v=spf1 -all').toString('hex')}` },
  { type: 'HTTPS', value: '0 foo.example.com.', hex: '000003666f6f076578616d706c6503636f6d00' },
  { type: 'SVCB', value: '1 .', hex: '000100' },
  { type: 'SVCB', value: '16 foo.example.com. port=53', hex: '001003666f6f076578616d706c6503636f6d00000300020035' },
  {
    type: 'SVCB',
    value: '1 foo.example.com. key667=hello',
    hex: '000103666f6f076578616d706c6503636f6d00029b000568656c6c6f',
  },
  {
    type: 'SVCB',
    value: '1 foo.example.com. ipv6hint="2001:db8::1,2001:db8::53:1"',
    hex: '000103666f6f076578616d706c6503636f6d000006002020010db800000000000000000000000120010db8000000000000000000530001',
  },
  {
    type: 'SVCB',
    value: '16 foo.example.org. alpn=h2,h3-19 mandatory=ipv4hint,alpn ipv4hint=192.0.2.1',
    hex: '001003666f6f076578616d706c65036f7267000000000400010004000100090268320568332d313900040004c0000201',
  },
  { type: 'HTTPS', value: '1 . no-default-alpn ech="AAE="', hex: '0001000002000000050002' + '0001' },
]

describe('encodeRecordData', () => {
  it.each(decoded)(
    'puts the $type value $value on the wire as the packet library reads it',
    ({ type, value, data }) => {
      expect(decode(type, value)).toEqual(data)
    },
  )

  it.each(octets)('puts the $type value $value on the wire', ({ type, value, hex }) => {
    expect(encodeRecordData(type, value).toString('hex')).toBe(hex)
  })

  it('knows every type that Route 53 has', () => {
    const tested = new Set([...decoded, ...octets].map(({ type }) => type))
    expect([...tested].sort()).toEqual(Object.keys(typeNumbers).sort())
  })

  it('carries any octets of a text', () => {
    const text = fc.uint8Array({ maxLength: 255 })
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 4 }), (texts) => {
        const quote = (one: Uint8Array) =>
          `"${Array.from(one, (octet) => `\\${octet.toString(8).padStart(3, '0')}`).join('')}"`
        expect(decode('TXT', texts.map(quote).join(' '))).toEqual(texts.map((one) => Buffer.from(one)))
      }),
    )
  })

  it('carries any address', () => {
    fc.assert(fc.property(fc.ipV4(), (address) => decode('A', address) === address))
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        expect(new URL(`http://[${decode('AAAA', address)}]`).hostname).toBe(new URL(`http://[${address}]`).hostname)
      }),
    )
  })

  it.each<{ type: RRType; value: string }>([
    { type: 'A', value: '192.0.2' },
    { type: 'A', value: '192.0.2.1 192.0.2.2' },
    { type: 'A', value: '' },
    { type: 'AAAA', value: 'fe80::1%lo' },
    { type: 'CNAME', value: 'a..b' },
    { type: 'DS', value: '1 1 1 abc' },
    { type: 'DS', value: '1 1 1' },
    { type: 'MX', value: 'mail.example.com' },
    { type: 'MX', value: '65536 mail.example.com' },
    { type: 'MX', value: '1e3 mail.example.com' },
    { type: 'SRV', value: '1 2 host.example.com' },
    { type: 'TXT', value: '"open' },
    { type: 'TXT', value: '' },
    { type: 'TXT', value: `"${'a'.repeat(256)}"` },
    { type: 'SVCB', value: '1 . unheard=of' },
    { type: 'SVCB', value: '1 . port=1 port=2' },
    { type: 'SVCB', value: '1 . port=' },
    { type: 'SVCB', value: '1 . port=65536' },
    { type: 'SVCB', value: '1 . alpn=' },
    { type: 'SVCB', value: `1 . alpn=${'a'.repeat(256)}` },
    { type: 'SVCB', value: '1 . ipv4hint=::1' },
    { type: 'SVCB', value: '1 . ech=*' },
    { type: 'SVCB', value: '1 . no-default-alpn=h2' },
  ])('refuses the $type value $value', ({ type, value }) => {
    expect(() => encodeRecordData(type, value)).toThrow(RangeError)
  })
})
