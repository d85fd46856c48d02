import { describe, expect, it } from 'vitest'
import { largestEvidenceBytes, parseAnswer } from '../../../../shared/adapters/http/webhook-answer.ts'

const parse = (document: unknown) => parseAnswer(Buffer.from(JSON.stringify(document)))
const plain = { status: 'answered', reason: null, evidence: null, note: null }

/** Evidence that is `bytes` long as JSON. */
const evidenceOf = (bytes: number) => ({ text: 'x'.repeat(bytes - '{"text":""}'.length) })

describe('an answer', () => {
  it.each<[string, object, object]>([
    ['pass', { verdict: 'pass' }, { ...plain, verdict: 'pass' }],
    ['no-data', { verdict: 'no-data', reason: null, evidence: null }, { ...plain, verdict: 'no-data' }],
    [
      'fail with all there is',
      { verdict: 'fail', reason: 'orders fell', evidence: { orders: { now: 3, before: 12.5 } } },
      { ...plain, verdict: 'fail', reason: 'orders fell', evidence: { orders: { now: 3, before: 12.5 } } },
    ],
    ['members that nobody asked for', { verdict: 'pass', colour: 'red' }, { ...plain, verdict: 'pass' }],
    ['a blank reason', { verdict: 'pass', reason: ' \n' }, { ...plain, verdict: 'pass' }],
    [
      'a reason of several lines',
      { verdict: 'fail', reason: 'orders\n\tfell\u0007 \u001b[31mnow ' },
      { ...plain, verdict: 'fail', reason: 'orders fell [31mnow' },
    ],
    [
      'a long reason',
      { verdict: 'fail', reason: 'x'.repeat(501) },
      { ...plain, verdict: 'fail', reason: `${'x'.repeat(500)}…` },
    ],
    [
      'as much evidence as is kept',
      { verdict: 'pass', evidence: evidenceOf(largestEvidenceBytes) },
      { ...plain, verdict: 'pass', evidence: evidenceOf(largestEvidenceBytes) },
    ],
    [
      'a byte more of it',
      { verdict: 'fail', evidence: evidenceOf(largestEvidenceBytes + 1) },
      { ...plain, verdict: 'fail', note: 'its evidence of 8193 bytes was dropped: at most 8192 are kept' },
    ],
  ])('with %s is read', (_name, document, expected) => {
    expect(parse(document)).toEqual(expected)
  })

  it.each<[string, unknown]>([
    ['another word', { verdict: 'ok' }],
    ['a word in capitals', { verdict: 'PASS' }],
    ['the word "error", which is ours', { verdict: 'error' }],
    ['no verdict', { reason: 'fine' }],
    ['a reason that is no text', { verdict: 'pass', reason: 3 }],
    ['evidence that is a list', { verdict: 'pass', evidence: [1] }],
    ['no object', 'pass'],
    ['null', null],
  ])('with %s is malformed', (_name, document) => {
    expect(parse(document)).toMatch(/^the answer is malformed: \S/)
  })

  it.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array()],
    ['HTML', Buffer.from('<html>')],
    ['half of it', Buffer.from('{"verdict":"pass"')],
    ['bytes that are no UTF-8', Buffer.from([0x22, 0xff, 0x22])],
  ])('of %s is not JSON', (_name, body) => {
    expect(parseAnswer(body)).toBe('the answer is not JSON')
  })
})
