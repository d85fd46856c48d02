import { describe, expect, it } from 'vitest'
import { findValueProblem } from '../../../../../local/aws/route53/record-value.ts'

describe('findValueProblem', () => {
  it.each([
    ['A', '127.0.0.1'],
    ['AAAA', '2001:db8::1'],
    ['AAAA', '::ffff:127.0.0.1'],
    ['CNAME', 'lb.example.com.'],
    ['NS', 'ns-1.awsdns-00.com.'],
    ['PTR', 'host.example.com'],
    ['TXT', '"v=spf1 -all"'],
    ['TXT', '"a" "b"'],
    ['TXT', '"a \\"quoted\\" word"'],
    ['TXT', `"${'x'.repeat(255)}"`],
    ['TXT', `"${'\\344'.repeat(255)}"`],
    ['SPF', '"v=spf1 -all"'],
    ['MX', '10 mail.example.com'],
    ['MX', '0 .'],
    ['SRV', '1 2 65535 host.example.com'],
    ['CAA', '0 issue "ca.example.com; policy=ev"'],
    ['CAA', '128 iodef mailto'],
    ['DS', '60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118'],
    ['NAPTR', '100 50 "u" "E2U+sip" "!^.*$!sip:a@b!" .'],
    ['SOA', 'ns.example.com. admin.example.com. 1 7200 900 1209600 86400'],
    ['SSHFP', '1 1 09F6A01D2175742B257C6B98B7C72C44C4040683'],
    ['TLSA', '3 0 1 30820307'],
    ['HTTPS', '1 . alpn="h2,h3" ipv4hint=127.0.0.1'],
    ['SVCB', '0 lb.example.com'],
  ])('lets %s %s stand', (type, value) => {
    expect(findValueProblem(type, value)).toBeUndefined()
  })

  it.each([
    ['A', '', 'ARRDATAIllegalIPv4Address'],
    ['A', '127.0.0.256', 'ARRDATAIllegalIPv4Address'],
    ['A', '::1', 'ARRDATAIllegalIPv4Address'],
    ['A', '127.0.0.1 127.0.0.2', 'ARRDATANotSingleField'],
    ['AAAA', '127.0.0.1', 'AAAARRDATAIllegalIPv6Address'],
    ['AAAA', 'fe80::1%eth0', 'AAAARRDATAIllegalIPv6Address'],
    ['CNAME', 'a..b', 'DomainLabelEmpty'],
    ['CNAME', 'a b', 'CNAMERRDATANotSingleField'],
    ['TXT', 'bare', 'InvalidCharacterString'],
    ['TXT', '"a" b', 'InvalidCharacterString'],
    ['TXT', '"open', 'InvalidCharacterString'],
    ['TXT', `"${'x'.repeat(256)}"`, 'CharacterStringTooLong'],
    ['TXT', `"${'x'.repeat(4000)}"`, 'ValueTooLong'],
    ['MX', 'mail.example.com', 'MXRRDATAWrongFieldCount'],
    ['MX', '65536 mail.example.com', 'MXRRDATAIllegalField'],
    ['MX', '-1 mail.example.com', 'MXRRDATAIllegalField'],
    ['SRV', '1 2 3', 'SRVRRDATAWrongFieldCount'],
    ['CAA', '256 issue "x"', 'CAARRDATAIllegalField'],
    ['DS', '1 5 1 xyz', 'DSRRDATAIllegalField'],
    ['NAPTR', '100 50 u "E2U+sip" "" .', 'NAPTRRRDATAIllegalField'],
    ['SOA', 'ns.example.com. admin.example.com. 1 7200 900 1209600', 'SOARRDATAWrongFieldCount'],
    ['HTTPS', '1', 'HTTPSRRDATAMalformed'],
    ['HTTPS', 'x . alpn=h2', 'HTTPSRRDATAMalformed'],
    ['SVCB', '1 . =h2', 'SVCBRRDATAMalformed'],
    ['WKS', 'x', 'WKSUnsupportedType'],
  ])('refuses %s %s', (type, value, problem) => {
    expect(findValueProblem(type, value)).toMatch(new RegExp(`^${problem} \\(`))
  })
})
