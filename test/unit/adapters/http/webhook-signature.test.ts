import { describe, expect, it } from 'vitest'
import { isSignature, signAnswer, signRequest } from '../../../../shared/adapters/http/webhook-signature.ts'

const secret = 'correct horse battery staple'
const requestId = '7d1f2f0e-0c4b-4b52-9a0e-3f1f5d7f6a11'
const timestamp = 1_767_268_800
const question = '{"deployment":"dep_1","weight":10,"note":"größer"}'
const body = Buffer.from('{"verdict":"pass"}')

// Computed beside this code, with Python's hmac and hashlib.
const requestSignature = 'v1=0d63fca910002ed56008e2984450b8f720ce58307739e7aa2c8fbe7c8cca7949'
const answerSignature = 'v1=a2933c9e978945531a923dc67865f5a5bd6dc1544bf246b5e059351e27959291'
const emptySignature = 'v1=33938356139e4e6d68013f108fbbd2470b2f2e715dec9077ef3dacde775a7839'

describe('signatures', () => {
  it('are HMAC-SHA256 over what the documentation says', () => {
    expect(signRequest(secret, { requestId, timestamp, body: question })).toBe(requestSignature)
    expect(signAnswer(secret, { requestId, body })).toBe(answerSignature)
    expect(signAnswer(secret, { requestId, body: new Uint8Array() })).toBe(emptySignature)
  })

  it.each<[string, string]>([
    ['another secret', signRequest(`${secret} `, { requestId, timestamp, body: question })],
    ['another request', signRequest(secret, { requestId: requestId.replace('7', '8'), timestamp, body: question })],
    ['another second', signRequest(secret, { requestId, timestamp: timestamp + 1, body: question })],
    ['another weight', signRequest(secret, { requestId, timestamp, body: question.replace('10', '11') })],
    ['a space more', signRequest(secret, { requestId, timestamp, body: `${question} ` })],
  ])('of a request differ with %s', (_name, signature) => {
    expect(isSignature(signature, requestSignature)).toBe(false)
  })

  it.each<[string, string]>([
    ['another secret', signAnswer('', { requestId, body })],
    ['another request', signAnswer(secret, { requestId: requestId.replace('7', '8'), body })],
    ['another verdict', signAnswer(secret, { requestId, body: Buffer.from('{"verdict":"fail"}') })],
    ['the signature of the request', signRequest(secret, { requestId, timestamp, body: body.toString() })],
  ])('of an answer differ with %s', (_name, signature) => {
    expect(isSignature(signature, answerSignature)).toBe(false)
  })
})

describe('a given signature', () => {
  it.each([
    ['the same', answerSignature, true],
    ['empty', '', false],
    ['a part of it', answerSignature.slice(0, -1), false],
    ['more than it', `${answerSignature}0`, false],
    ['without its version', answerSignature.slice(3), false],
    ['of another version', answerSignature.replace('v1', 'v2'), false],
    ['in capitals', answerSignature.toUpperCase(), false],
    ['its last digit changed', answerSignature.replace(/1$/, '2'), false],
    ['as long in characters, not in bytes', `${answerSignature.slice(0, -1)}é`, false],
  ])('that is %s is good: %#', (_name, given, good) => {
    expect(isSignature(given, answerSignature)).toBe(good)
  })
})
