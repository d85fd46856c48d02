import { describe, expect, it } from 'vitest'
import { compileWildcard } from '../../../../local/data-plane/wildcard.ts'

describe('compileWildcard', () => {
  it.each([
    { pattern: '/api/*', value: '/api/', matches: true },
    { pattern: '/api/*', value: '/api/a/b', matches: true },
    { pattern: '/api/*', value: '/api', matches: false },
    { pattern: '/v?/x', value: '/v1/x', matches: true },
    { pattern: '/v?/x', value: '/v12/x', matches: false },
    { pattern: '*', value: '', matches: true },
    { pattern: '*.jpg', value: '/a.jpg.jpg', matches: true },
    { pattern: '/a*b*c', value: '/aXbYbZc', matches: true },
    { pattern: '/a*b*c', value: '/aXbYbZ', matches: false },
    { pattern: '/a.c', value: '/abc', matches: false },
    { pattern: '/A', value: '/a', matches: false },
    { pattern: '5\\*', value: '5*', matches: true },
    { pattern: '5\\*', value: '55', matches: false },
    { pattern: 'a\\?', value: 'ab', matches: false },
    { pattern: '', value: '', matches: true },
    { pattern: '', value: 'a', matches: false },
  ])('$pattern on "$value": $matches', ({ pattern, value, matches }) => {
    expect(compileWildcard(pattern, { ignoreCase: false })(value)).toBe(matches)
  })

  it('ignores case when asked', () => {
    expect(compileWildcard('*.Example.com', { ignoreCase: true })('WWW.example.COM')).toBe(true)
  })

  it('answers at once for a pattern that would stall a regular expression', () => {
    const matches = compileWildcard(`${'a*'.repeat(40)}b`, { ignoreCase: false })
    const startedAt = performance.now()
    expect(matches('a'.repeat(10_000))).toBe(false)
    expect(performance.now() - startedAt).toBeLessThan(2000)
  })
})
