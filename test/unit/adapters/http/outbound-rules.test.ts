import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseAllowList } from '../../../../shared/adapters/http/allow-list.ts'
import { createOutboundRules } from '../../../../shared/adapters/http/outbound-rules.ts'
import { ConfigError } from '../../../../shared/domain/errors.ts'

const strict = createOutboundRules([])
const isPrivate = 'is a private address: the installation must allow it (SLUICE_OUTBOUND_ALLOW)'
const isLoopback = 'is the machine itself: the installation must allow it (SLUICE_OUTBOUND_ALLOW)'
const isForbidden = 'is an address of metadata, link-local, multicast or reserved: never called'
const sentences = { isPrivate, isLoopback, isForbidden }

/** Host of a URL, and what it is to us. */
const literals: readonly (readonly [string, keyof typeof sentences])[] = [
  ['10.0.0.1', 'isPrivate'],
  ['172.16.0.1', 'isPrivate'],
  ['172.31.255.255', 'isPrivate'],
  ['192.168.1.1', 'isPrivate'],
  ['100.64.0.1', 'isPrivate'],
  ['100.127.255.255', 'isPrivate'],
  ['[fc00::1]', 'isPrivate'],
  ['[fd12:3456::1]', 'isPrivate'],
  ['[::ffff:10.0.0.1]', 'isPrivate'],
  ['[64:ff9b::10.0.0.1]', 'isPrivate'],
  ['10.1', 'isPrivate'],
  ['012.0.0.1', 'isPrivate'],
  ['167772161', 'isPrivate'],
  ['127.0.0.1', 'isLoopback'],
  ['127.255.255.254', 'isLoopback'],
  ['127.1', 'isLoopback'],
  ['127.0.0.1.', 'isLoopback'],
  ['2130706433', 'isLoopback'],
  ['0x7f000001', 'isLoopback'],
  ['0x7f.1', 'isLoopback'],
  ['0177.0.0.01', 'isLoopback'],
  ['017700000001', 'isLoopback'],
  ['１２７.０.０.１', 'isLoopback'],
  ['127。0。0。1', 'isLoopback'],
  ['%31%32%37.0.0.1', 'isLoopback'],
  ['[::1]', 'isLoopback'],
  ['[0:0:0:0:0:0:0:1]', 'isLoopback'],
  ['[::ffff:127.0.0.1]', 'isLoopback'],
  ['[::ffff:7f00:1]', 'isLoopback'],
  ['[64:ff9b::7f00:1]', 'isLoopback'],
  ['169.254.169.254', 'isForbidden'],
  ['169.254.170.2', 'isForbidden'],
  ['169.254.170.23', 'isForbidden'],
  ['2852039166', 'isForbidden'],
  ['0xa9fea9fe', 'isForbidden'],
  ['0251.0376.0251.0376', 'isForbidden'],
  ['[::ffff:169.254.169.254]', 'isForbidden'],
  ['[::ffff:a9fe:a9fe]', 'isForbidden'],
  ['[64:ff9b::a9fe:a9fe]', 'isForbidden'],
  ['[fd00:ec2::254]', 'isForbidden'],
  ['[fd00:ec2::23]', 'isForbidden'],
  ['[fe80::1]', 'isForbidden'],
  ['[febf::1]', 'isForbidden'],
  ['[fec0::1]', 'isForbidden'],
  ['[::]', 'isForbidden'],
  ['[::127.0.0.1]', 'isForbidden'],
  ['[64:ff9b:1::10.0.0.1]', 'isForbidden'],
  ['[2002:7f00:1::]', 'isForbidden'],
  ['[2001:0:4136:e378:8000:63bf:3fff:fdd2]', 'isForbidden'],
  ['[2001:db8::1]', 'isForbidden'],
  ['[ff02::1]', 'isForbidden'],
  ['[4000::1]', 'isForbidden'],
  ['0.0.0.0', 'isForbidden'],
  ['0', 'isForbidden'],
  ['0.1.2.3', 'isForbidden'],
  ['224.0.0.1', 'isForbidden'],
  ['239.255.255.255', 'isForbidden'],
  ['255.255.255.255', 'isForbidden'],
  ['240.0.0.1', 'isForbidden'],
  ['192.0.0.192', 'isForbidden'],
  ['192.0.2.1', 'isForbidden'],
  ['198.18.0.1', 'isForbidden'],
]

describe('an address in a URL', () => {
  it.each(literals)('%s %s', (host, what) => {
    for (const scheme of ['http', 'https'])
      expect(strict.whyRefused(`${scheme}://${host}/health`)).toBe(sentences[what])
  })

  it.each(['8.8.8.8', '54.239.28.85', '100.63.255.255', '100.128.0.0', '172.15.0.1', '172.32.0.1', '[2600:9000::1]'])(
    '%s is public',
    (host) => expect(strict.whyRefused(`https://${host}/`)).toBeNull(),
  )

  it.each(['localhost', 'LOCALHOST', 'localhost.', 'canary.localhost'])('%s is the machine itself', (host) => {
    expect(strict.whyRefused(`http://${host}/`)).toMatch(/the machine itself/)
  })

  it.each(['example.com', 'shop.example.com:8443', 'bücher.example', 'judge', 'metadata.google.internal'])(
    'a name such as %s is asked about when a request goes out',
    (host) => expect(strict.whyRefused(`https://${host}/`)).toBeNull(),
  )

  it.each([
    ['no URL', 'not a url', 'is no URL'],
    ['an address out of range', 'http://127.0.0.256/', 'is no URL'],
    ['a zone of an address', 'http://[fe80::1%25eth0]/', 'is no URL'],
    ['another protocol', 'ftp://example.com/', 'is neither http nor https'],
    ['a file', 'file:///etc/passwd', 'is neither http nor https'],
    ['a user', 'https://example.com@10.0.0.1/', 'has a user or password in it'],
    ['a password', 'https://:x@example.com/', 'has a user or password in it'],
    ['a backslash before the host', 'http:\\\\10.0.0.1/', isPrivate],
    ['a mail server', 'http://example.com:25/', expect.stringMatching(/^has port 25: /)],
    ['ssh', 'https://example.com:22/', expect.stringMatching(/^has port 22: /)],
  ])('%s is refused', (_name, url, reason) => {
    expect(strict.whyRefused(url)).toEqual(reason)
  })

  it.each([80, 443, 1024, 8080, 65_535])('port %i is called', (port) => {
    expect(strict.whyRefused(`http://example.com:${port}/`)).toBeNull()
  })

  it('is looked at for both sides', () => {
    const rules = createOutboundRules(['10.0.0.1'])
    expect(rules.whyRefused('http://{side}.example.com/{side}')).toBeNull()
    expect(rules.whyRefused('http://{side}.localhost/')).toMatch(/the machine itself/)
  })
})

describe('an address that a name stands for', () => {
  it.each(literals.filter(([host]) => /^([1-9]\d*\.){3}\d+$|^\[(?!::127)/.test(host)))(
    '%s is refused as it is in a URL',
    (host, what) => {
      const address = host.replace(/[[\]]/g, '')
      const refused = strict.whyAddressRefused('shop.example', address)
      expect(refused).toBe(`stands for ${address}, ${sentences[what].replace(/^is /, '')}`)
    },
  )

  it('is refused when it is none', () => {
    expect(strict.whyAddressRefused('shop.example', 'elsewhere')).toBe('resolves to elsewhere, which is no address')
  })

  it('is never public between the bounds of private blocks', () => {
    const inPrivate = fc.tuple(fc.constantFrom(0x0a000000, 0xac100000, 0xc0a80000), fc.nat(0xffff))
    fc.assert(
      fc.property(inPrivate, ([start, offset]) => {
        const bits = start + offset
        const address = [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join('.')
        const forms = [address, `::ffff:${address}`, `64:ff9b::${address}`]
        return forms.every((form) => strict.whyAddressRefused('shop.example', form) !== null)
      }),
    )
  })
})

describe('what the installation allows', () => {
  const rules = createOutboundRules(['10.1.0.0/16', 'fd12::/32', '192.168.7.7', 'judge.internal', '*.corp.example'])

  it.each([
    'http://10.1.255.255/',
    'http://10.1.0.1:81/',
    'http://[::ffff:10.1.0.1]/',
    'http://[fd12::5]/',
    'http://192.168.7.7/',
    'http://judge.internal:99/',
    'http://a.b.corp.example:25/',
  ])('%s may be called', (url) => expect(rules.whyRefused(url)).toBeNull())

  it.each(['http://10.2.0.1/', 'http://[fd13::5]/', 'http://192.168.7.8/', 'http://corp.example:25/'])(
    '%s may not',
    (url) => expect(rules.whyRefused(url)).not.toBeNull(),
  )

  it('opens private addresses to a host, and to no other', () => {
    expect(rules.whyAddressRefused('judge.internal', '10.9.9.9')).toBeNull()
    expect(rules.whyAddressRefused('judge.internal.', 'fd99::1')).toBeNull()
    expect(rules.whyAddressRefused('x.corp.example', '100.64.0.1')).toBeNull()
    expect(rules.whyAddressRefused('notcorp.example', '10.9.9.9')).toMatch(/^stands for 10\.9\.9\.9, a private address/)
    expect(rules.whyAddressRefused('judge.internal.evil.example', '10.9.9.9')).toMatch(/a private address/)
  })

  it('opens the machine itself by address only', () => {
    expect(rules.whyAddressRefused('judge.internal', '127.0.0.1')).toMatch(/the machine itself/)
    const local = createOutboundRules(['127.0.0.0/8', '::1'])
    expect(local.whyAddressRefused('localhost', '127.0.0.1')).toBeNull()
    expect(local.whyRefused('http://localhost:3000/')).toBeNull()
    expect(local.whyRefused('http://[::1]:3000/')).toBeNull()
  })

  it.each(['169.254.169.254', 'fd00:ec2::254', 'fe80::1', '224.0.0.1', '0.0.0.0'])('never opens %s', (address) => {
    const open = createOutboundRules(['0.0.0.0/0', '::/0', address, 'judge.internal'])
    expect(open.whyAddressRefused('judge.internal', address)).toMatch(/never called$/)
    expect(open.whyRefused(`http://${address.includes(':') ? `[${address}]` : address}/`)).toBe(isForbidden)
  })

  it('is read however it is written', () => {
    const list = parseAllowList(['BÜCHER.example', '*.Corp.Example'])
    expect(list.hasHost('xn--bcher-kva.example')).toBe(true)
    expect(list.hasHost('a.corp.example')).toBe(true)
    expect(list.hasHost('corp.example')).toBe(false)
  })

  it.each([
    '*',
    '*.',
    '*.com',
    '10.0.0.1/8',
    '10.0.0.0/33',
    '10.0.0',
    '300.0.0.1',
    'a b',
    'http://x.example',
    'x.example:80',
    '-x.example',
    '',
  ])('is refused where it is %j', (entry) => expect(() => createOutboundRules([entry])).toThrow(ConfigError))
})
