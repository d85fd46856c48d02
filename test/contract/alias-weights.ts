import { beforeEach, describe, expect, it } from 'vitest'
import type { AliasWeights } from '../../local/aws/codedeploy/alias-weights.ts'

/** The written meaning of {@link AliasWeights}. @param make - With the alias `live` of `pay`, whole on version 1; version 2 exists. */
export function describeAliasWeights(name: string, make: () => Promise<AliasWeights>): void {
  describe(`${name} as the weights of aliases`, () => {
    let aliases: AliasWeights
    beforeEach(async () => {
      aliases = await make()
    })

    it('shows where an alias points', async () => {
      expect(await aliases.get('pay', 'live')).toEqual({ version: '1' })
    })

    it('splits an alias, and makes it whole again', async () => {
      const split = { version: '1', additional: { version: '2', weight: 0.1 } }
      await aliases.set('pay', 'live', split)
      expect(await aliases.get('pay', 'live')).toEqual(split)
      await aliases.set('pay', 'live', { version: '2' })
      expect(await aliases.get('pay', 'live')).toEqual({ version: '2' })
    })

    it('shows nothing of a function or an alias that is not there, and refuses to set it', async () => {
      expect(await aliases.get('pay', 'other')).toBeUndefined()
      expect(await aliases.get('other', 'live')).toBeUndefined()
      await expect(aliases.set('pay', 'other', { version: '1' })).rejects.toThrow()
      await expect(aliases.set('other', 'live', { version: '1' })).rejects.toThrow()
      expect(await aliases.get('pay', 'other')).toBeUndefined()
    })
  })
}
