import { describe, expect, it } from 'vitest'
import type { PolicyRule } from '../../../../shared/domain/access/policy.ts'
import { ConflictError, ValidationError } from '../../../../shared/domain/errors.ts'
import { createToken } from '../../../../shared/use-cases/access/create-token.ts'
import { readPolicy } from '../../../../shared/use-cases/access/read-policy.ts'
import { replacePolicy } from '../../../../shared/use-cases/access/replace-policy.ts'
import { revokeToken } from '../../../../shared/use-cases/access/revoke-token.ts'
import { createMemoryAccess } from '../../../support/access.ts'
import { aPolicyRule } from '../../../support/policies.ts'
import { aTokenId } from '../../../support/tokens.ts'

const actor = { kind: 'local', name: 'local-owner' } as const
const noLocal = { doors: { local: false, iam: false, issuers: [] } }
const byToken = (...ns: readonly number[]): PolicyRule =>
  aPolicyRule('token', { name: 'admins', who: { kind: 'token', ids: ns.map(aTokenId) } })

describe('the policy', () => {
  it('is the initial one until one is saved', async () => {
    const { deps } = createMemoryAccess()
    expect(await readPolicy(deps)).toEqual(deps.initialPolicy)
  })

  it('is replaced as a whole, by versions', async () => {
    const { deps } = createMemoryAccess()
    const rules = [aPolicyRule('local'), aPolicyRule('slack')]
    const first = await replacePolicy(deps, { actor, rules, expectedVersion: 0 })
    const after = { rules, version: 1, updatedAt: '2026-01-01T00:00:00.000Z', updatedBy: actor }
    expect(first).toEqual({ before: deps.initialPolicy, after })
    expect(await readPolicy(deps)).toEqual(after)
    const second = await replacePolicy(deps, { actor, rules: [aPolicyRule('local')] })
    expect(second.before).toEqual(after)
    expect(second.after.version).toBe(2)
  })

  it('stays as it is where the caller has seen another version', async () => {
    const { deps } = createMemoryAccess()
    const replace = replacePolicy(deps, { actor, rules: [aPolicyRule('local')], expectedVersion: 4 })
    await expect(replace).rejects.toThrow(expect.objectContaining({ name: 'ConflictError', current: { version: 0 } }))
    expect(await deps.policies.read()).toBeNull()
  })

  it('stays as it is with a wrong rule', async () => {
    const { deps } = createMemoryAccess()
    const rules = [aPolicyRule('local'), aPolicyRule('slack', { services: [] })]
    await expect(replacePolicy(deps, { actor, rules })).rejects.toThrow(
      expect.objectContaining({
        name: 'ValidationError',
        problems: [{ path: 'rules[1].services', message: 'must not be empty; * is every service' }],
      }),
    )
    expect(await deps.policies.read()).toBeNull()
  })
})

describe('the last admin', () => {
  it('cannot be taken out of the policy', async () => {
    const { deps } = createMemoryAccess()
    for (const rules of [
      [],
      [aPolicyRule('slack')],
      [aPolicyRule('iam')],
      [aPolicyRule('local', { roles: ['viewer'] })],
    ])
      await expect(replacePolicy(deps, { actor, rules })).rejects.toThrow(ValidationError)
    expect(await deps.policies.read()).toBeNull()
  })

  it('may be an API token only while it is good', async () => {
    const { deps, pass } = createMemoryAccess(noLocal)
    await expect(replacePolicy(deps, { actor, rules: [byToken(1)] })).rejects.toThrow(ValidationError)
    await createToken(deps, { actor, name: 'admin', lifeSeconds: 60 })
    expect((await replacePolicy(deps, { actor, rules: [byToken(2, 1)] })).after.version).toBe(1)
    pass(60_000)
    await expect(replacePolicy(deps, { actor, rules: [byToken(1)] })).rejects.toThrow(ValidationError)
  })

  it('cannot have its API token revoked; the last but one can', async () => {
    const { deps } = createMemoryAccess(noLocal)
    for (const name of ['a', 'b', 'c']) await createToken(deps, { actor, name })
    await replacePolicy(deps, { actor, rules: [byToken(1, 2)] })
    const revoke = (n: number) => revokeToken(deps, aTokenId(n), { actor, reason: 'lost' })
    expect((await revoke(3)).revoked).not.toBeNull()
    expect((await revoke(1)).revoked).not.toBeNull()
    await expect(revoke(2)).rejects.toThrow(ConflictError)
    expect((await deps.tokens.get(aTokenId(2)))?.revoked).toBeNull()
    expect((await revoke(1)).revoked).not.toBeNull()
  })

  it('that ran out stands in the way of no other token', async () => {
    const { deps, pass } = createMemoryAccess(noLocal)
    await createToken(deps, { actor, name: 'admin', lifeSeconds: 60 })
    await createToken(deps, { actor, name: 'viewer' })
    await replacePolicy(deps, { actor, rules: [byToken(1)] })
    pass(60_000)
    expect((await revokeToken(deps, aTokenId(2), { actor, reason: 'x' })).revoked).not.toBeNull()
    expect((await revokeToken(deps, aTokenId(1), { actor, reason: 'x' })).revoked).not.toBeNull()
  })
})
