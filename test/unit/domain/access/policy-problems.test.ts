import { describe, expect, it } from 'vitest'
import type { ClaimRule, PolicyRule, TextRule } from '../../../../shared/domain/access/policy.ts'
import { mostRules, policyProblems } from '../../../../shared/domain/access/policy-problems.ts'
import { aPolicyRule, doors, gitHubIssuer } from '../../../support/policies.ts'

const problemsOf = (overrides: Partial<PolicyRule>) => policyProblems([aPolicyRule('local', overrides)])
const oidc = (claims: Readonly<Record<string, ClaimRule>>, issuer = gitHubIssuer) =>
  problemsOf({ who: { kind: 'oidc', issuer, claims } })

const gitHubPins = 'must hold repository_id or repository_owner_id or enterprise_id of GitHub exactly'
const everybody = 'everybody can have tokens from there, with these claims too'
const bySub = 'sub is no identity there: its form changes, and names in it can be given up and taken by others'
const atClaims = (message: string) => [{ path: 'rules[0].who.claims', message }]

describe('a policy', () => {
  it('is in order with a rule about each kind of caller', () => {
    expect(policyProblems(doors.map((door) => aPolicyRule(door, { person: 'mei' })))).toEqual([])
  })

  it('may be empty, as far as its rules go', () => {
    expect(policyProblems([])).toEqual([])
  })

  it('has at most 200 rules', () => {
    const many = (count: number) => Array.from({ length: count }, (_, n) => aPolicyRule('local', { name: `r${n}` }))
    expect(policyProblems(many(mostRules))).toEqual([])
    expect(policyProblems(many(mostRules + 1))).toEqual([{ path: 'rules', message: 'must not be more than 200' }])
  })

  it('is not longer than the store takes', () => {
    const rules = Array.from({ length: 120 }, (_, n) => aPolicyRule('local', { name: `${n} ${'x'.repeat(500)}` }))
    expect(policyProblems(rules)).toEqual([
      { path: 'rules', message: expect.stringMatching(/^must not be longer than 60000 characters; these are \d+$/) },
    ])
  })

  it('lists everything that is wrong with a rule, by path', () => {
    const rules = [
      aPolicyRule('local', { name: 'x' }),
      aPolicyRule('local', { name: 'x', roles: [], services: ['Web', 'a/b', 'ok-*', ''], person: ' ' }),
      aPolicyRule('local', { name: '', services: [] }),
    ]
    const pattern = 'must be a name of a service; * stands for any part of it'
    expect(policyProblems(rules)).toEqual([
      { path: 'rules[1].name', message: 'must be unique: x is taken' },
      { path: 'rules[1].roles', message: 'must not be empty' },
      { path: 'rules[1].services[0]', message: pattern },
      { path: 'rules[1].services[1]', message: pattern },
      { path: 'rules[1].services[3]', message: pattern },
      { path: 'rules[1].person', message: 'must not be empty' },
      { path: 'rules[2].name', message: 'must not be empty' },
      { path: 'rules[2].services', message: 'must not be empty; * is every service' },
    ])
  })

  it('names somebody in each rule', () => {
    const empty = (path: string, message = 'must not be empty') => [{ path: `rules[0].who.${path}`, message }]
    expect(problemsOf({ who: { kind: 'iam', arns: [] } })).toEqual(empty('arns'))
    expect(problemsOf({ who: { kind: 'token', ids: [] } })).toEqual(empty('ids'))
    expect(problemsOf({ who: { kind: 'slack', team: '', users: [] } })).toEqual([
      ...empty('team', 'must not be empty: ids of users are unique only within a team'),
      ...empty('users'),
    ])
  })

  it.each<{ readonly arn: TextRule; readonly ok: boolean }>([
    { arn: 'arn:aws:iam::123456789012:user/mei', ok: true },
    { arn: { glob: 'arn:aws-cn:sts::123456789012:assumed-role/release/*' }, ok: true },
    { arn: { glob: 'arn:aws:sts::*:assumed-role/release/*' }, ok: false },
    { arn: { glob: 'arn:*:123456789012:user/mei' }, ok: false },
    { arn: 'mei', ok: false },
  ])('takes $arn as an ARN of a known account: $ok', ({ arn, ok }) => {
    const message = 'must name the account: arn:aws:sts::123456789012:…'
    expect(problemsOf({ who: { kind: 'iam', arns: [arn] } })).toEqual(
      ok ? [] : [{ path: 'rules[0].who.arns[0]', message }],
    )
  })
})

describe('a rule about tokens of GitHub', () => {
  it.each<{ readonly claims: Readonly<Record<string, ClaimRule>> }>([
    { claims: { repository_id: '74' } },
    { claims: { repository_owner_id: ['65', '66'], environment: { glob: 'prod-*' } } },
    { claims: { enterprise_id: '1', sub: 'repo:octo/shop:environment:production' } },
  ])('may hold $claims', ({ claims }) => {
    expect(oidc(claims)).toEqual([])
  })

  it.each<{ readonly claims: Readonly<Record<string, ClaimRule>>; readonly why: string }>([
    { claims: { sub: 'repo:octo/shop:environment:production' }, why: bySub },
    { claims: { sub: { glob: 'repo:octo/*' }, environment: 'production' }, why: bySub },
    { claims: { environment: 'production' }, why: everybody },
    { claims: { repository: 'octo/shop' }, why: everybody },
    { claims: { job_workflow_ref: 'octo/ci/.github/workflows/deploy.yml@refs/heads/main' }, why: everybody },
    { claims: { repository_id: { glob: '7*' } }, why: everybody },
    { claims: { repository_id: ['74', { glob: '7*' }] }, why: everybody },
  ])('may not hold only $claims', ({ claims, why }) => {
    expect(oidc(claims)).toEqual(atClaims(`${gitHubPins}; ${why}`))
  })

  it.each([
    `${gitHubIssuer}/octo-enterprise`,
    'https://token.actions.octo.ghe.com',
    'https://github.example.com/_services/token',
  ])('of %s is held to the same', (issuer) => {
    expect(oidc({ sub: 'repo:octo/shop:environment:production' }, issuer)).toEqual(atClaims(`${gitHubPins}; ${bySub}`))
  })

  it('lets in nobody with an empty list', () => {
    expect(oidc({ repository_id: [] })).toEqual([
      { path: 'rules[0].who.claims.repository_id', message: 'must not be empty: an empty list lets in nobody' },
      ...atClaims(`${gitHubPins}; ${everybody}`),
    ])
  })
})

describe('a rule about tokens of others', () => {
  it('holds the project or group of GitLab.com', () => {
    expect(oidc({ project_id: '22', ref_protected: 'true' }, 'https://gitlab.com')).toEqual([])
    expect(oidc({ project_path: 'a/b' }, 'https://gitlab.com')).toEqual(
      atClaims(`must hold project_id or namespace_id of GitLab.com exactly; ${everybody}`),
    )
  })

  it('may hold any claim that tells callers apart', () => {
    expect(oidc({ sub: 'job-1' }, 'https://gitlab.example.com')).toEqual([])
    const untelling = atClaims('must name a claim that tells one caller of this issuer from another')
    for (const claims of [{}, { iss: 'https://gitlab.example.com', aud: 'sluice', exp: '1', iat: '1', nbf: '1' }])
      expect(oidc(claims, 'https://gitlab.example.com')).toEqual(untelling)
  })

  it('has an issuer that is a URL', () => {
    expect(oidc({ sub: 'x' }, 'gitlab.example.com')).toEqual([
      { path: 'rules[0].who.issuer', message: 'must be the URL of the issuer, as in the claim iss' },
    ])
  })

  it.each<{ readonly rule: ClaimRule; readonly path: string; readonly message: string }>([
    { rule: '', path: '', message: 'must have 1 to 512 characters' },
    { rule: { glob: '' }, path: '', message: 'must have 1 to 512 characters' },
    { rule: 'x'.repeat(513), path: '', message: 'must have 1 to 512 characters' },
    { rule: ['ok', { glob: '**' }], path: '[1]', message: 'must be more than stars' },
  ])('cannot hold $rule', ({ rule, path, message }) => {
    expect(oidc({ team: rule }, 'https://ci.example.com')).toEqual([
      { path: `rules[0].who.claims.team${path}`, message },
    ])
  })

  it('may hold the longest text, and a star as text', () => {
    expect(oidc({ team: ['x'.repeat(512), '*'] }, 'https://ci.example.com')).toEqual([])
  })
})
