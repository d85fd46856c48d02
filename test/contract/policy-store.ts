import { describe, expect, it } from 'vitest'
import type { Policy } from '../../shared/domain/access/policy.ts'
import { ConflictError } from '../../shared/domain/errors.ts'
import type { PolicyStore } from '../../shared/ports/policy-store.ts'
import { aPolicyRule, doors } from '../support/policies.ts'

const first: Policy = {
  rules: doors.map((door) => aPolicyRule(door, { person: 'mei', ownApproval: true })),
  version: 0,
  updatedAt: '2026-01-01T00:00:00.000Z',
  updatedBy: { kind: 'local', name: 'local-owner' },
}

/** The written meaning of {@link PolicyStore}. `make` gives an empty one. */
export function describePolicyStore(name: string, make: () => Promise<PolicyStore>): void {
  describe(`${name} as the store of the policy`, () => {
    it('has none until one is saved', async () => {
      const store = await make()
      expect(await store.read()).toBeNull()
      expect(await store.save(first)).toEqual({ ...first, version: 1 })
      expect(await store.read()).toEqual({ ...first, version: 1 })
    })

    it('saves the version that was read as the next one', async () => {
      const store = await make()
      const saved = await store.save(first)
      const next = { ...saved, rules: [aPolicyRule('local')] }
      expect(await store.save(next)).toEqual({ ...next, version: 2 })
      expect(await store.read()).toEqual({ ...next, version: 2 })
    })

    it.each([0, 2])('refuses version %d over version 1, and changes nothing', async (version) => {
      const store = await make()
      await store.save(first)
      const late = store.save({ ...first, rules: [], version })
      await expect(late).rejects.toThrow(ConflictError)
      await expect(late).rejects.toThrow(expect.objectContaining({ current: { version: 1 } }))
      expect(await store.read()).toEqual({ ...first, version: 1 })
    })

    it('refuses to change what is not there', async () => {
      const store = await make()
      const late = store.save({ ...first, version: 3 })
      await expect(late).rejects.toThrow(expect.objectContaining({ name: 'ConflictError', current: { version: 0 } }))
      expect(await store.read()).toBeNull()
    })

    it('takes one of many at once', async () => {
      const store = await make()
      const policies = Array.from({ length: 5 }, (_, n) => ({
        ...first,
        rules: [aPolicyRule('local', { name: `by ${n}` })],
      }))
      const outcomes = await Promise.allSettled(policies.map((policy) => store.save(policy)))
      const [saved, ...more] = outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
      expect(more).toEqual([])
      expect(await store.read()).toEqual(saved)
    })

    it('keeps every name of a claim', async () => {
      const store = await make()
      const claims = JSON.parse('{"__proto__":"x","constructor":["y"]}')
      const rules = [aPolicyRule('oidc', { who: { kind: 'oidc', issuer: 'https://ci.example.com', claims } })]
      await store.save({ ...first, rules })
      const who = (await store.read())?.rules[0]?.who
      expect(who?.kind === 'oidc' && Object.entries(who.claims)).toEqual([
        ['__proto__', 'x'],
        ['constructor', ['y']],
      ])
    })
  })
}
