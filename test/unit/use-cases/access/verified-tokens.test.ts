import { expect, it } from 'vitest'
import { createVerifiedTokens } from '../../../../shared/use-cases/access/verified-tokens.ts'

const yes = async () => true

it('forgets the oldest when there are too many', async () => {
  const asked: string[] = []
  const verified = createVerifiedTokens({ realNow: () => 0, most: 2 })
  const ask = (text: string) =>
    verified.isVerified({ text, hash: 'h' }, async () => {
      asked.push(text)
      return true
    })
  for (const text of ['a', 'b', 'a', 'c', 'b', 'c', 'a']) expect(await ask(text)).toBe(true)
  expect(asked).toEqual(['a', 'b', 'c', 'a'])
})

it('does not remember what failed or was wrong', async () => {
  const verified = createVerifiedTokens({ realNow: () => 0 })
  const of = { text: 'a', hash: 'h' }
  await expect(verified.isVerified(of, () => Promise.reject(new Error('busy')))).rejects.toThrow('busy')
  expect(await verified.isVerified(of, async () => false)).toBe(false)
  expect(await verified.isVerified(of, yes)).toBe(true)
  expect(await verified.isVerified(of, () => Promise.reject(new Error('not asked')))).toBe(true)
})

it('tells those who waited for one that failed', async () => {
  const verified = createVerifiedTokens({ realNow: () => 0 })
  const of = { text: 'a', hash: 'h' }
  const fail = () => new Promise<boolean>((_, reject) => setImmediate(() => reject(new Error('busy'))))
  const both = await Promise.allSettled([verified.isVerified(of, fail), verified.isVerified(of, yes)])
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(await verified.isVerified(of, yes)).toBe(true)
})
