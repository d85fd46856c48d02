import { describe, expect, it } from 'vitest'
import { buildRequestHeaders, type ForwardedBy } from '../../../../local/data-plane/request-headers.ts'

const by: ForwardedBy = { clientAddress: '10.0.0.9', listenerPort: '80', traceId: '1-a-b', xffMode: 'append' }
const added = ['X-Forwarded-For', '10.0.0.9', 'X-Forwarded-Proto', 'http', 'X-Forwarded-Port', '80']
const traced = ['X-Amzn-Trace-Id', 'Root=1-a-b']

describe('buildRequestHeaders', () => {
  it('keeps order, spelling and repetition and adds where the request came from', () => {
    expect(buildRequestHeaders(['Host', 'a.test', 'X-A', '1', 'x-a', '2'], '1.1', by)).toEqual({
      ok: true,
      headers: ['Host', 'a.test', 'X-A', '1', 'x-a', '2', ...added, ...traced],
      hasBody: false,
    })
  })

  it('drops what belongs to the connection, and what Connection names', () => {
    const raw = ['Host', 'a', 'Connection', 'close, X-Mine', 'Keep-Alive', 'timeout=5', 'TE', 'trailers', 'X-Mine', '1']
    const more = [
      'Expect',
      '100-continue',
      'Upgrade',
      'h2c',
      'HTTP2-Settings',
      'x',
      'Proxy-Connection',
      'close',
      'Trailer',
      'x',
    ]
    expect(buildRequestHeaders([...raw, ...more], '1.1', by)).toEqual({
      ok: true,
      headers: ['Host', 'a', ...added, ...traced],
      hasBody: false,
    })
  })

  it('does not let Connection strip the Host or the length', () => {
    const built = buildRequestHeaders(
      ['Host', 'a', 'Content-Length', '3', 'Connection', 'host, content-length'],
      '1.1',
      by,
    )
    expect(built).toMatchObject({
      ok: true,
      hasBody: true,
      headers: ['Host', 'a', 'Content-Length', '3', ...added, ...traced],
    })
  })

  it.each([
    { name: 'a length', raw: ['Content-Length', '5'], hasBody: true },
    { name: 'length 0', raw: ['Content-Length', '0'], hasBody: false },
    { name: 'chunks', raw: ['Transfer-Encoding', 'chunked'], hasBody: true },
    { name: 'neither', raw: [], hasBody: false },
  ])('sees a body by $name', ({ raw, hasBody }) => {
    expect(buildRequestHeaders(['Host', 'a', ...raw], '1.1', by)).toMatchObject({ ok: true, hasBody })
  })

  it.each([
    { mode: 'append', headers: ['X-Forwarded-For', '1.1.1.1, 2.2.2.2, 10.0.0.9'] },
    { mode: 'preserve', headers: ['X-Forwarded-For', '1.1.1.1, 2.2.2.2'] },
    { mode: 'remove', headers: [] },
  ] as const)('handles received addresses: $mode', ({ mode, headers }) => {
    const raw = ['Host', 'a', 'X-Forwarded-For', '1.1.1.1', 'x-forwarded-for', '2.2.2.2', 'X-Forwarded-Proto', 'gopher']
    expect(buildRequestHeaders(raw, '1.1', { ...by, xffMode: mode })).toMatchObject({
      headers: ['Host', 'a', ...headers, 'X-Forwarded-Proto', 'http', 'X-Forwarded-Port', '80', ...traced],
    })
  })

  it('continues a trace that has a root', () => {
    const built = buildRequestHeaders(['Host', 'a', 'X-Amzn-Trace-Id', 'Self=1-x;Root=1-old;CalledFrom=app'], '1.1', by)
    expect(built).toMatchObject({
      headers: ['Host', 'a', ...added, 'X-Amzn-Trace-Id', 'Self=1-a-b;Root=1-old;CalledFrom=app'],
    })
  })

  it.each([
    { name: 'HTTP/1.1 without Host', raw: ['X', '1'], version: '1.1', status: 400 },
    { name: 'two Hosts', raw: ['Host', 'a', 'host', 'b'], version: '1.1', status: 400 },
    { name: 'a header over 16 KiB', raw: ['Host', 'a', 'X', 'x'.repeat(16_384)], version: '1.1', status: 400 },
    {
      name: '31 forwarded addresses',
      raw: ['Host', 'a', 'X-Forwarded-For', Array(31).fill('1.1.1.1').join(', ')],
      version: '1.1',
      status: 463,
    },
  ])('refuses $name', ({ raw, version, status }) => {
    expect(buildRequestHeaders(raw, version, by)).toEqual({ ok: false, status })
  })

  it('lets HTTP/1.0 do without a Host', () => {
    expect(buildRequestHeaders([], '1.0', by)).toMatchObject({ ok: true })
  })
})
