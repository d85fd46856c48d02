import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toTokenText } from '../../../shared/domain/api-token.ts'
import { redact, redactJson } from '../../../shared/domain/redact.ts'

const id = '01kdvdnc00000000000000t0k1'
const jwt = ['eyJhbGciOiJSUzI1NiJ9', 'eyJzdWIiOiJyZXBvOm9jdG8vc2hvcCJ9', 'c2lnbmF0dXJlLW9mLWl0'].join('.')
const hex = '0123456789abcdef'.repeat(4)

describe('what looks like a secret', () => {
  it.each([
    ['an API token', `it is ${toTokenText({ id, secret: 'S'.repeat(43) })}.`, `it is sluice_${id}_[hidden].`],
    ['a JSON Web Token', `{"t":"${jwt}"}`, '{"t":"[hidden]"}'],
    ['one without a signature', `${jwt.split('.').slice(0, 2).join('.')}. next`, '[hidden] next'],
    ['a token of a Slack bot', `xoxb${'-123456789012-abcDEF'}, xapp${'-1-A123-456'}`, '[hidden], [hidden]'],
    [
      'an address to answer Slack at',
      'https://hooks.slack.com/commands/T1/2/abc?x',
      'https://hooks.slack.com/[hidden]',
    ],
    ["Slack's signature", `v0=${hex}`, 'v0=[hidden]'],
    ["a webhook's signature", `x-sluice-signature: v1=${hex}`, 'x-sluice-signature: v1=[hidden]'],
    ["AWS's signature", `Credential=a/b, Signature=${hex}`, 'Credential=a/b, Signature=[hidden]'],
    [
      'a signed address',
      `https://x/?X-Amz-Security-Token=abc%2F&X-Amz-Signature=${hex}&a=1`,
      'https://x/?X-Amz-Security-Token=[hidden]&X-Amz-Signature=[hidden]&a=1',
    ],
    ['an authorization header', 'authorization: bearer abc.def-123', 'authorization: bearer [hidden]'],
    ['a basic one', 'Basic dXNlcjpwYXNz', 'Basic [hidden]'],
    ['a password in an address', 'http://user:pa55@host/p@th', 'http://[hidden]@host/p@th'],
    ['several', `v0=${hex} ${jwt}`, 'v0=[hidden] [hidden]'],
  ])('is hidden: %s', (_name, text, shown) => {
    expect(redact(text)).toBe(shown)
  })

  it.each([
    'the canary answered 503, expected 200-299',
    'dep_01KDVDNC00000000000000DEP1 is at step 2',
    'git:4f1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f7a8b9c',
    'sluice_table, v1=ok, Basic plan, bearer of news, user@example.com',
    'arn:aws:iam::123456789012:role/deployer',
    'https://shop.example/a?b=c@d',
  ])('is not: %s', (text) => expect(redact(text)).toBe(text))

  it('is hidden from every token that can be made, whatever stands around it', () => {
    const secret = fc.stringMatching(/^[A-Za-z0-9_-]{43}$/)
    fc.assert(
      fc.property(secret, fc.string(), fc.string(), (made, before, after) => {
        const text = redact(`${before} ${toTokenText({ id, secret: made })} ${after}`)
        return !text.includes(made)
      }),
    )
  })

  it('is hidden once: what is left hides nothing more', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii', maxLength: 200 }), (text) => {
        const once = redact(`${text} ${jwt} v0=${hex} http://${text}@x`)
        return redact(once) === once
      }),
    )
  })

  it('is hidden in time that grows with the text', () => {
    const texts = ['eyJ', '://', 'v0=', 'Bearer ', 'xoxb-', 'sluice_', 'hooks.slack.com/'].map((start) =>
      start.repeat(20_000),
    )
    const startedAt = performance.now()
    for (const text of texts) redact(text)
    expect(performance.now() - startedAt).toBeLessThan(2000)
  })

  it('is hidden in each text of a document, and nothing else changes', () => {
    const document = { a: [1, null, { b: `v0=${hex}` }], c: true }
    expect(redactJson(document)).toEqual({ a: [1, null, { b: 'v0=[hidden]' }], c: true })
  })
})
