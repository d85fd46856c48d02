import { scryptSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createScryptTokenHasher } from '../../../../shared/adapters/scrypt/token-hasher.ts'
import { InvariantError, TransientError } from '../../../../shared/domain/errors.ts'
import { aTokenSecret } from '../../../support/tokens.ts'

const salt = Buffer.alloc(16, 7)
/** A hash that costs next to nothing to check. */
const cheapHash = (secret: string) => {
  const key = scryptSync(secret, salt, 32, { N: 16, r: 1, p: 1 })
  return `scrypt$16$1$1$${salt.toString('base64url')}$${key.toString('base64url')}`
}

describe('the hasher of tokens', () => {
  it('makes another hash each time, and knows each as that of its secret', async () => {
    const hasher = createScryptTokenHasher()
    const [one, two] = await Promise.all([hasher.hash(aTokenSecret), hasher.hash(aTokenSecret)])
    expect(one).not.toBe(two)
    for (const hash of [one, two]) {
      expect(hash).toMatch(/^scrypt\$16384\$8\$1\$[\w-]{22}\$[\w-]{43}$/)
      expect(hash).not.toContain(aTokenSecret)
      expect(await hasher.verify(aTokenSecret, hash)).toBe(true)
      expect(await hasher.verify(aTokenSecret.toLowerCase(), hash)).toBe(false)
      expect(await hasher.verify('', hash)).toBe(false)
    }
  })

  it('checks a hash at the cost that it was made with', async () => {
    expect(await createScryptTokenHasher().verify('x', cheapHash('x'))).toBe(true)
    expect(await createScryptTokenHasher().verify('x', cheapHash('x').replace('$16$1$1$', '$32$1$1$'))).toBe(false)
  })

  it.each(['', 'x', 'scrypt$16$1$1$$', 'argon2id$16$1$1$BwcHBwcHBwcHBwcHBwcHBw$AAAA', cheapHash('x').slice(0, -3)])(
    'takes %j for no hash, and does not repeat it',
    async (hash) => {
      const verify = async () => createScryptTokenHasher().verify('x', hash)
      await expect(verify).rejects.toThrow(InvariantError)
      await expect(verify).rejects.toThrow('the stored hash of an API token is not readable')
    },
  )

  it('checks a few at a time, lets some wait, and refuses more than that', async () => {
    const hasher = createScryptTokenHasher()
    const checks = Array.from({ length: 70 }, () => hasher.verify('x', cheapHash('x')))
    const outcomes = await Promise.allSettled(checks)
    const refusals = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
    expect(refusals).toEqual([expect.any(TransientError), expect.any(TransientError)])
    expect(refusals.every((error) => error.refused)).toBe(true)
    expect(outcomes.filter((one) => one.status === 'fulfilled' && one.value)).toHaveLength(68)
    expect(await hasher.verify('x', cheapHash('x'))).toBe(true)
  })

  it('gives the place of a check that fails to the next', async () => {
    const hasher = createScryptTokenHasher()
    // More memory than Node.js lets scrypt have.
    const dear = cheapHash('x').replace('$16$1$', '$524288$64$')
    const failing = Array.from({ length: 20 }, () => hasher.verify('x', dear))
    const outcomes = await Promise.allSettled(failing)
    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true)
    expect(await hasher.verify('x', cheapHash('x'))).toBe(true)
  })
})
