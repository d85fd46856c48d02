import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type SignedRequest, verifySignature } from '../../../../functions/slack/verify-signature.ts'
import { ConfigError } from '../../../../shared/domain/errors.ts'
import { publishedExample, slackSignature } from '../../../support/slack-signature.ts'

const { secret, timestamp, body, signature } = publishedExample
const timeHeader = 'X-Slack-Request-Timestamp'
const signatureHeader = 'X-Slack-Signature'
const signedAtMs = Number(timestamp) * 1000

function aRequest(overrides: Partial<SignedRequest> = {}): SignedRequest {
  return {
    secret,
    headers: [
      [timeHeader, timestamp],
      [signatureHeader, signature],
    ],
    rawBody: Buffer.from(body),
    nowMs: signedAtMs,
    ...overrides,
  }
}

const withBody = (text: string) => aRequest({ rawBody: Buffer.from(text) })
const withHeaders = (...headers: [string, string][]) => aRequest({ headers })
const withSignature = (value: string) => withHeaders([timeHeader, timestamp], [signatureHeader, value])
const withTimestamp = (value: string, signed: string = signature) =>
  withHeaders([timeHeader, value], [signatureHeader, signed])
/** With a signature that is right for the timestamp as given: only the timestamp itself can be the reason. */
const withSignedTimestamp = (value: string) => withTimestamp(value, slackSignature(secret, value, body))
const parsedAndWritten = new URLSearchParams([...new URLSearchParams(body)].reverse()).toString()

describe('a request that Slack signed', () => {
  it("verifies Slack's published example", () => {
    expect(verifySignature(aRequest())).toEqual({ ok: true })
  })

  it.each([
    { name: 'lower-case names', headers: [timeHeader.toLowerCase(), signatureHeader.toLowerCase()] },
    { name: 'upper-case names', headers: [timeHeader.toUpperCase(), signatureHeader.toUpperCase()] },
  ])('verifies with $name', ({ headers: [time = '', sign = ''] }) => {
    expect(verifySignature(withHeaders([time, timestamp], [sign, signature]))).toEqual({ ok: true })
  })

  it('verifies among other headers', () => {
    const others: [string, string][] = [
      ['Content-Type', 'application/x-www-form-urlencoded'],
      ['X-Slack-Retry-Num', '1'],
    ]
    const request = withHeaders([timeHeader, timestamp], ...others, [signatureHeader, signature])
    expect(verifySignature(request)).toEqual({ ok: true })
  })

  it.each([-300_000, -1, 1, 300_000])('verifies when our clock is %d ms from its timestamp', (offsetMs) => {
    expect(verifySignature(aRequest({ nowMs: signedAtMs + offsetMs }))).toEqual({ ok: true })
  })

  it('verifies any bytes, also those that are no text', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.stringMatching(/^[!-~]{1,40}$/), (rawBody, otherSecret) => {
        const signed = slackSignature(otherSecret, timestamp, rawBody)
        const { headers } = withSignature(signed)
        expect(verifySignature(aRequest({ secret: otherSecret, headers, rawBody }))).toEqual({ ok: true })
      }),
    )
  })
})

describe('a request that was tampered with', () => {
  it.each([
    { name: 'an empty body', request: withBody(''), refusal: 'wrong-signature' },
    { name: 'a byte more', request: withBody(`${body} `), refusal: 'wrong-signature' },
    { name: 'a line end more', request: withBody(`${body}\n`), refusal: 'wrong-signature' },
    { name: 'a byte less', request: withBody(body.slice(0, -1)), refusal: 'wrong-signature' },
    { name: 'a byte order mark', request: withBody(`\ufeff${body}`), refusal: 'wrong-signature' },
    { name: 'another user', request: withBody(body.replace('U2CERLKJA', 'U2CERLKJB')), refusal: 'wrong-signature' },
    { name: 'another text', request: withBody(body.replace('text=', 'text=abort')), refusal: 'wrong-signature' },
    { name: 'a parameter twice', request: withBody(`${body}&text=abort`), refusal: 'wrong-signature' },
    { name: 'fields in another order', request: withBody(parsedAndWritten), refusal: 'wrong-signature' },
    { name: 'escapes in lower case', request: withBody(body.replaceAll('%2F', '%2f')), refusal: 'wrong-signature' },
    { name: 'escapes decoded', request: withBody(decodeURIComponent(body)), refusal: 'wrong-signature' },
    { name: 'escapes doubled', request: withBody(body.replaceAll('%', '%25')), refusal: 'wrong-signature' },
    { name: 'base64 not decoded', request: withBody(Buffer.from(body).toString('base64')), refusal: 'wrong-signature' },
    { name: 'UTF-16', request: aRequest({ rawBody: Buffer.from(body, 'utf16le') }), refusal: 'wrong-signature' },
    { name: 'another secret', request: aRequest({ secret: `${secret}0` }), refusal: 'wrong-signature' },
    { name: 'a timestamp moved by 1 s', request: withTimestamp('1531420619'), refusal: 'wrong-signature' },
    { name: 'a timestamp with a zero before', request: withTimestamp('01531420618'), refusal: 'wrong-signature' },
    { name: '301 s old', request: aRequest({ nowMs: signedAtMs + 300_001 }), refusal: 'stale-timestamp' },
    { name: '301 s in the future', request: aRequest({ nowMs: signedAtMs - 300_001 }), refusal: 'stale-timestamp' },
    { name: 'milliseconds', request: withSignedTimestamp('1531420618000'), refusal: 'malformed-timestamp' },
    { name: 'a timestamp of 0', request: withSignedTimestamp('0'), refusal: 'stale-timestamp' },
    { name: 'a negative timestamp', request: withSignedTimestamp('-1531420618'), refusal: 'malformed-timestamp' },
    {
      name: 'a timestamp with a fraction',
      request: withSignedTimestamp('1531420618.0'),
      refusal: 'malformed-timestamp',
    },
    { name: 'a timestamp in hex', request: withSignedTimestamp('0x5b478d8a'), refusal: 'malformed-timestamp' },
    {
      name: 'a timestamp with an exponent',
      request: withSignedTimestamp('1531420618e0'),
      refusal: 'malformed-timestamp',
    },
    { name: 'a timestamp with a space', request: withSignedTimestamp(' 1531420618'), refusal: 'malformed-timestamp' },
    {
      name: 'a timestamp with a line end',
      request: withSignedTimestamp('1531420618\n'),
      refusal: 'malformed-timestamp',
    },
    { name: 'an empty timestamp', request: withSignedTimestamp(''), refusal: 'malformed-timestamp' },
    {
      name: 'two timestamps in one',
      request: withSignedTimestamp(`${timestamp}, ${timestamp}`),
      refusal: 'malformed-timestamp',
    },
    {
      name: 'the timestamp twice',
      request: withHeaders(
        [timeHeader, timestamp],
        [timeHeader.toLowerCase(), timestamp],
        [signatureHeader, signature],
      ),
      refusal: 'malformed-timestamp',
    },
    { name: 'no timestamp', request: withHeaders([signatureHeader, signature]), refusal: 'no-timestamp' },
    { name: 'no signature', request: withHeaders([timeHeader, timestamp]), refusal: 'no-signature' },
    { name: 'no header at all', request: withHeaders(), refusal: 'no-timestamp' },
    { name: 'an empty signature', request: withSignature(''), refusal: 'malformed-signature' },
    {
      name: 'a signature without its version',
      request: withSignature(signature.slice(3)),
      refusal: 'malformed-signature',
    },
    { name: 'another version', request: withSignature(signature.replace('v0', 'v1')), refusal: 'malformed-signature' },
    {
      name: 'the version in upper case',
      request: withSignature(signature.replace('v0', 'V0')),
      refusal: 'malformed-signature',
    },
    {
      name: 'a signature in upper case',
      request: withSignature(`v0=${signature.slice(3).toUpperCase()}`),
      refusal: 'malformed-signature',
    },
    { name: 'a signature cut short', request: withSignature(signature.slice(0, -1)), refusal: 'malformed-signature' },
    { name: 'a longer signature', request: withSignature(`${signature}0`), refusal: 'malformed-signature' },
    { name: 'a signature with a line end', request: withSignature(`${signature}\n`), refusal: 'malformed-signature' },
    {
      name: 'two signatures in one',
      request: withSignature(`${signature},${signature}`),
      refusal: 'malformed-signature',
    },
    {
      name: 'the signature twice',
      request: withHeaders([timeHeader, timestamp], [signatureHeader, signature], ['x-slack-signature', signature]),
      refusal: 'malformed-signature',
    },
    {
      name: 'one digit of the signature',
      request: withSignature(signature.replace('a2114', 'a2115')),
      refusal: 'wrong-signature',
    },
    { name: 'a signature of zeros', request: withSignature(`v0=${'0'.repeat(64)}`), refusal: 'wrong-signature' },
    {
      name: 'a signature over the body alone',
      request: withSignature(slackSignature(secret, '', body)),
      refusal: 'wrong-signature',
    },
  ])('is refused: $name', ({ request, refusal }) => {
    expect(verifySignature(request)).toEqual({ ok: false, refusal })
  })

  it('is refused whichever byte of the body was changed', () => {
    const position = fc.nat(body.length - 1)
    fc.assert(
      fc.property(position, fc.integer({ min: 1, max: 255 }), (at, flipped) => {
        const rawBody = Buffer.from(body)
        rawBody[at] = (rawBody[at] ?? 0) ^ flipped
        expect(verifySignature(aRequest({ rawBody }))).toEqual({ ok: false, refusal: 'wrong-signature' })
      }),
    )
  })
})

it.each(['', ' ', '\n'])('takes no empty secret: %j', (empty) => {
  const headers = withSignature(slackSignature(empty, timestamp, body)).headers
  expect(() => verifySignature(aRequest({ secret: empty, headers }))).toThrow(ConfigError)
})
