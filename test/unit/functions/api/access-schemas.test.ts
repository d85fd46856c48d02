import { describe, expect, it } from 'vitest'
import { parse } from '../../../../functions/api/parse.ts'
import { policyBody, tokenBody } from '../../../../functions/api/schemas/access.ts'
import { ValidationError } from '../../../../shared/domain/errors.ts'
import { aPolicyRule, doors } from '../../../support/policies.ts'

const problemsOf = (call: () => unknown) => {
  try {
    call()
  } catch (error) {
    if (error instanceof ValidationError) return error.problems
    throw error
  }
  return []
}

describe('the body of a policy', () => {
  it('is the rules of the domain', () => {
    const rules = doors.map((door) => aPolicyRule(door, { ownApproval: true, person: 'mei' }))
    expect(parse(policyBody, { rules, expectedVersion: 3 }, 'policy')).toEqual({ rules, expectedVersion: 3 })
  })

  it.each([
    { body: { rules: [{ ...aPolicyRule('local'), who: { kind: 'github' } }] }, path: 'rules[0].who.kind' },
    { body: { rules: [{ ...aPolicyRule('local'), roles: ['root'] }] }, path: 'rules[0].roles[0]' },
    { body: { rules: [{ ...aPolicyRule('local'), service: 'web' }] }, path: 'rules[0].service' },
    { body: { rules: [{ ...aPolicyRule('local'), ownApproval: 'yes' }] }, path: 'rules[0].ownApproval' },
    { body: { rules: [aPolicyRule('local', { services: [] })] }, path: 'rules[0].services' },
    { body: { rules: [], version: 1 }, path: 'version' },
    { body: {}, path: 'rules' },
  ])('is refused at $path', ({ body, path }) => {
    expect(problemsOf(() => parse(policyBody, body, 'policy'))).toEqual([expect.objectContaining({ path })])
  })

  it('is refused with what the domain says, at its place', () => {
    const rules = [
      { ...aPolicyRule('oidc'), who: { kind: 'oidc', issuer: 'https://gitlab.com', claims: { sub: { glob: 'a*' } } } },
    ]
    expect(problemsOf(() => parse(policyBody, { rules }, 'policy'))).toEqual([
      { path: 'rules[0].who.claims', message: expect.stringMatching(/^must hold project_id or namespace_id/) },
    ])
  })
})

describe('the body of a token', () => {
  it('has a name, and how long it is good for', () => {
    expect(parse(tokenBody, { name: ' on-call ' }, 'token')).toEqual({ name: 'on-call' })
    expect(parse(tokenBody, { name: 'ci', lifeSeconds: 60 }, 'token')).toEqual({ name: 'ci', lifeSeconds: 60 })
  })

  it.each([{ name: ' ' }, { name: 'x', lifeSeconds: 59 }, { name: 'x', lifeSeconds: 366 * 86_400 + 1 }, {}])(
    'cannot be %j',
    (body) => {
      expect(problemsOf(() => parse(tokenBody, body, 'token'))).toHaveLength(1)
    },
  )
})
