import { describe, expect, it } from 'vitest'
import { buildFixedAnswer, buildLocation } from '../../../../local/data-plane/fixed-answers.ts'

const from = { protocol: 'http', host: 'a.test', port: 80, path: '/x/y', query: 'q=1' } as const

describe('buildLocation', () => {
  it.each([
    { name: 'keeps what is not named', config: {}, to: 'http://a.test:80/x/y?q=1' },
    { name: 'moves to https', config: { Protocol: 'HTTPS', Port: '443' }, to: 'https://a.test:443/x/y?q=1' },
    {
      name: 'fills placeholders',
      config: { Host: 'new.#{host}', Path: '/v2/#{path}', Query: '#{query}&old=#{port}' },
      to: 'http://new.a.test:80/v2/x/y?q=1&old=80',
    },
    { name: 'drops the query when it is emptied', config: { Query: '' }, to: 'http://a.test:80/x/y' },
  ])('$name', ({ config, to }) => {
    expect(buildLocation({ StatusCode: 'HTTP_301', ...config }, from)).toBe(to)
  })

  it('inserts a path with dollar signs as it is', () => {
    expect(buildLocation({ StatusCode: 'HTTP_301' }, { ...from, path: '/$&$1' })).toBe('http://a.test:80/$&$1?q=1')
  })
})

describe('buildFixedAnswer', () => {
  it('takes status, type and body', () => {
    expect(buildFixedAnswer({ StatusCode: '503', ContentType: 'application/json', MessageBody: '{}' })).toEqual({
      status: 503,
      statusText: 'Service Unavailable',
      contentType: 'application/json; charset=utf-8',
      body: '{}',
    })
  })

  it('has no content type without a body', () => {
    expect(buildFixedAnswer({ StatusCode: '204' })).toMatchObject({ contentType: undefined, body: '' })
  })

  it.each(['301', '99', '5xx', ''])('refuses status %j', (StatusCode) => {
    expect(() => buildFixedAnswer({ StatusCode })).toThrow(RangeError)
  })
})
