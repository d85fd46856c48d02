import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { covers, coversEverything, isAbout } from '../../../../shared/domain/access/matches.ts'
import type { ClaimRule, Who } from '../../../../shared/domain/access/policy.ts'
import { aJob, gitHubIssuer, principals } from '../../../support/policies.ts'

const about = (claims: Readonly<Record<string, ClaimRule>>): Who => ({ kind: 'oidc', issuer: gitHubIssuer, claims })

describe('a rule on claims', () => {
  it.each([
    { name: 'exact text', rule: '74', claim: '74', holds: true },
    { name: 'other text', rule: '74', claim: '740', holds: false },
    { name: 'case', rule: 'prod', claim: 'Prod', holds: false },
    { name: 'number', rule: '74', claim: 74, holds: true },
    { name: 'boolean', rule: 'true', claim: true, holds: true },
    { name: 'null', rule: 'null', claim: null, holds: false },
    { name: 'object', rule: '[object Object]', claim: {}, holds: false },
    { name: 'absent', rule: 'undefined', claim: undefined, holds: false },
    { name: 'stars without glob stand for themselves', rule: '*', claim: 'x', holds: false },
    { name: 'stars without glob are met by stars', rule: '*', claim: '*', holds: true },
    { name: 'glob', rule: { glob: 'release-*' }, claim: 'release-1', holds: true },
    { name: 'glob, other form', rule: { glob: 'release-*' }, claim: 'main', holds: false },
    { name: 'glob, number', rule: { glob: '7*' }, claim: 74, holds: true },
    { name: 'glob, longest text', rule: { glob: '**' }, claim: 'x'.repeat(2048), holds: true },
    { name: 'glob, endless text', rule: { glob: '**' }, claim: 'x'.repeat(2049), holds: false },
    { name: 'one of a list', rule: ['a', { glob: 'b*' }], claim: 'bc', holds: true },
    { name: 'none of a list', rule: ['a', { glob: 'b*' }], claim: 'c', holds: false },
    { name: 'empty list', rule: [], claim: 'c', holds: false },
    { name: 'one of a claim with several', rule: 'ops', claim: ['dev', 'ops'], holds: true },
    { name: 'none of a claim with several', rule: ['ops'], claim: ['dev', ['ops'], null], holds: false },
    { name: 'list within a claim of several', rule: '[]', claim: [[]], holds: false },
  ])('on $name', ({ rule, claim, holds }) => {
    expect(isAbout(about({ repository_id: rule }), aJob({ repository_id: claim }))).toBe(holds)
  })

  it('must hold in every claim', () => {
    const both = about({ repository_id: '74', environment: 'production' })
    expect(isAbout(both, aJob())).toBe(true)
    expect(isAbout(both, aJob({ environment: 'test' }))).toBe(false)
    expect(isAbout(both, aJob({ repository_id: '75' }))).toBe(false)
  })

  it('is met by no token of another issuer', () => {
    const who: Who = { kind: 'oidc', issuer: `${gitHubIssuer}/`, claims: { repository_id: '74' } }
    expect(isAbout(who, aJob())).toBe(false)
  })

  it('is met by nobody without claims', () => {
    expect(isAbout(about({}), aJob())).toBe(false)
  })

  it('does not take what every object has for a claim', () => {
    expect(isAbout(about({ constructor: { glob: '**' } }), aJob())).toBe(false)
    expect(isAbout(about(JSON.parse('{"__proto__":{"glob":"**"}}')), aJob())).toBe(false)
  })

  it('is met by its own text, whatever that is', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (rule, claim) => {
        expect(isAbout(about({ environment: rule }), aJob({ environment: claim }))).toBe(rule === claim)
      }),
    )
  })
})

describe('a rule', () => {
  it.each([
    { who: { kind: 'iam', arns: ['arn:aws:iam::123456789012:user/mei'] } as const, holds: false },
    { who: { kind: 'iam', arns: [principals.iam.arn] } as const, holds: true },
    { who: { kind: 'iam', arns: [{ glob: 'arn:aws:sts::123456789012:assumed-role/*' }] } as const, holds: false },
    {
      who: { kind: 'iam', arns: [{ glob: 'arn:aws:sts::123456789012:assumed-role/release/*' }] } as const,
      holds: true,
    },
    { who: { kind: 'iam', arns: [] } as const, holds: false },
  ])('on ARNs $who.arns: $holds', ({ who, holds }) => {
    expect(isAbout(who, principals.iam)).toBe(holds)
  })

  it('is about ids of tokens, never their names', () => {
    expect(isAbout({ kind: 'token', ids: ['x', principals.token.id] }, principals.token)).toBe(true)
    expect(isAbout({ kind: 'token', ids: [principals.token.name] }, principals.token)).toBe(false)
  })

  it('is about users of its own Slack team', () => {
    expect(isAbout({ kind: 'slack', team: 'T1', users: ['U0', 'U1'] }, principals.slack)).toBe(true)
    expect(isAbout({ kind: 'slack', team: 'T2', users: ['U1'] }, principals.slack)).toBe(false)
    expect(isAbout({ kind: 'slack', team: 'T1', users: ['U2'] }, principals.slack)).toBe(false)
  })

  it('covers services by name and pattern', () => {
    const rule = { services: ['api', 'web-*'] }
    expect(['api', 'web-', 'web-1', 'web', 'api-1', ''].filter((name) => covers(rule, name))).toEqual([
      'api',
      'web-',
      'web-1',
    ])
  })

  it('covers everything only with a pattern of nothing but stars', () => {
    expect([['*'], ['**'], ['a', '*']].every((services) => coversEverything({ services }))).toBe(true)
    expect([[], ['a*'], ['*-*'], ['']].some((services) => coversEverything({ services }))).toBe(false)
  })
})
