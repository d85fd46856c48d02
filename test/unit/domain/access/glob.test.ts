import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { matchesGlob } from '../../../../shared/domain/access/glob.ts'

describe('a glob', () => {
  it.each([
    { pattern: 'web', matches: ['web'], not: ['Web', 'web-1', 'we', ''] },
    { pattern: '', matches: [''], not: ['a'] },
    { pattern: '*', matches: ['', 'web', 'a.b@c'], not: ['a/b', 'a:b', '/', ':'] },
    { pattern: '**', matches: ['', 'a/b:c', '/'], not: [] },
    { pattern: 'web-*', matches: ['web-', 'web-1', 'web-a-b'], not: ['web', 'xweb-1', 'web-a/b'] },
    { pattern: '*-web', matches: ['-web', 'a-web', '-web-web'], not: ['a-webs'] },
    { pattern: 'a*b*c', matches: ['abc', 'axbxc', 'abbcc'], not: ['acb', 'ab', 'a/b/c'] },
    { pattern: 'refs/heads/release-*', matches: ['refs/heads/release-1'], not: ['refs/heads/release-1/x'] },
    {
      pattern: 'octo/ci/.github/workflows/*@refs/heads/main',
      matches: ['octo/ci/.github/workflows/deploy.yml@refs/heads/main'],
      not: [
        'octo/ci/.github/workflows/deploy.yml@refs/heads/main-2',
        'octo/ci/.github/workflows/sub/x.yml@refs/heads/main',
        'octo/ci/xgithub/workflows/deploy.yml@refs/heads/main',
      ],
    },
    { pattern: 'a***', matches: ['a', 'a/b'], not: ['b'] },
    { pattern: '.+?^$()[]{}|\\', matches: ['.+?^$()[]{}|\\'], not: ['x'] },
    { pattern: 'é😀*', matches: ['é😀', 'é😀x'], not: ['é'] },
  ])('$pattern', ({ pattern, matches, not }) => {
    expect(matches.filter((text) => !matchesGlob(pattern, text))).toEqual([])
    expect(not.filter((text) => matchesGlob(pattern, text))).toEqual([])
  })

  it('agrees with a regular expression on all short texts', () => {
    const short = (alphabet: string) => fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 7 })
    fc.assert(
      fc.property(short('ab*/'), short('ab/:'), (pattern, text) => {
        const source = pattern.replace(/\*\*|\*/g, (stars) => (stars === '*' ? '[^/:]*' : '.*'))
        expect(matchesGlob(pattern, text)).toBe(new RegExp(`^${source}$`).test(text))
      }),
      { numRuns: 2000 },
    )
  })

  it('is done in no time with a pattern that would make a backtracking matcher hang', () => {
    expect(matchesGlob(`${'*a'.repeat(100)}*b`, 'a'.repeat(2000))).toBe(false)
  })
})
