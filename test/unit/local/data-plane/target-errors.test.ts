import { errors } from 'undici'
import { describe, expect, it } from 'vitest'
import { classifyTargetError, isLikelyStaleConnection } from '../../../../local/data-plane/target-errors.ts'

const systemError = (code: string) => Object.assign(new Error(code), { code })

describe('classifyTargetError', () => {
  it.each([
    { error: systemError('ECONNREFUSED'), status: 502, connecting: true, connectionLost: false },
    { error: new AggregateError([systemError('ECONNREFUSED')]), status: 502, connecting: true, connectionLost: false },
    { error: new errors.ConnectTimeoutError(), status: 504, connecting: true, connectionLost: false },
    { error: new errors.HeadersTimeoutError(), status: 504, connecting: false, connectionLost: false },
    { error: systemError('ECONNRESET'), status: 502, connecting: false, connectionLost: true },
    { error: new errors.SocketError('other side closed'), status: 502, connecting: false, connectionLost: true },
    { error: new errors.InvalidArgumentError('bad header'), status: 400, connecting: false, connectionLost: false },
    { error: new errors.HTTPParserError('nonsense'), status: 502, connecting: false, connectionLost: false },
    { error: new Error('anything else'), status: 502, connecting: false, connectionLost: false },
  ])('$error → $status', ({ error, ...failure }) => {
    expect(classifyTargetError(error)).toEqual(failure)
  })
})

describe('isLikelyStaleConnection', () => {
  it.each([
    { method: 'GET', quietMs: 1000, isStale: false },
    { method: 'GET', quietMs: 1001, isStale: true },
    { method: 'HEAD', quietMs: 4999, isStale: true },
    { method: 'GET', quietMs: 5000, isStale: false },
    { method: 'DELETE', quietMs: 2000, isStale: false },
  ])('$method after $quietMs ms: $isStale', ({ method, quietMs, isStale }) => {
    expect(isLikelyStaleConnection(method, quietMs)).toBe(isStale)
  })
})
