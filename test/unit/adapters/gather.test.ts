import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { askHalving, gather, gatherBy } from '../../../shared/adapters/gather.ts'

const soon = { quietMs: 5, quietMsEach: 1, mostQuietMs: 20 }
const double = async (keys: readonly number[]) => keys.map((key) => 2 * key)

/** {@link gather} with the batches it made. */
function counted(options: Parameters<typeof gather<number, number>>[1] = soon) {
  const batches: (readonly number[])[] = []
  const load = gather<number, number>(async (keys) => {
    batches.push(keys)
    return double(keys)
  }, options)
  return { load, batches }
}

describe('what many ask', () => {
  it('goes in one batch, and everybody gets his own answer', async () => {
    const { load, batches } = counted()
    expect(await Promise.all([load(1), load(2), load(1)])).toEqual([2, 4, 2])
    expect(batches).toEqual([[1, 2, 1]])
  })

  it('is asked again by whoever comes later: nothing is kept', async () => {
    const { load, batches } = counted()
    expect([await load(1), await load(1)]).toEqual([2, 2])
    expect(batches).toEqual([[1], [1]])
  })

  it('waits for those who come while it is waiting', async () => {
    const { load, batches } = counted({ quietMs: 200 })
    const first = load(1)
    await new Promise((resolve) => setTimeout(resolve, 20))
    await Promise.all([first, load(2)])
    expect(batches).toEqual([[1, 2]])
  })

  it('goes in the end though somebody is always coming', async () => {
    const { load, batches } = counted({ quietMs: 10_000, mostQuietMs: 10_000, longestMs: 30 })
    const first = load(0)
    const coming = setInterval(() => void load(1), 3)
    await first.finally(() => clearInterval(coming))
    expect(batches.length).toBe(1)
  })

  it('begins another batch with the one that does not fit, without waiting', async () => {
    const never = { quietMs: 10_000, mostQuietMs: 10_000, longestMs: 20_000 }
    const { load, batches } = counted({ ...never, fits: (batch) => batch.length < 2 })
    const [first, second] = [load(1), load(2)]
    void load(3)
    expect(await Promise.all([first, second])).toEqual([2, 4])
    expect(batches).toEqual([[1, 2]])
  })

  it('has an error of its own for each that has one, and the same for all when the call fails', async () => {
    const load = gather<number, number>(async (keys) => {
      if (keys.includes(9)) throw new Error('no answer')
      return keys.map((key) => (key === 1 ? new Error('no such key') : key))
    }, soon)
    const [one, two] = await Promise.allSettled([load(1), load(2)])
    expect(one).toMatchObject({ status: 'rejected', reason: { message: 'no such key' } })
    expect(two).toEqual({ status: 'fulfilled', value: 2 })
    const failed = await Promise.allSettled([load(9), load(2)])
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  })

  it('goes apart where it is of another name', async () => {
    const batches: (readonly [string, readonly number[]])[] = []
    const load = gatherBy<number, number>(
      (key) => (key % 2 === 0 ? 'even' : 'odd'),
      async (name, keys) => {
        batches.push([name, keys])
        return double(keys)
      },
      soon,
    )
    expect(await Promise.all([1, 2, 3, 4].map(load))).toEqual([2, 4, 6, 8])
    expect(batches.sort()).toEqual([
      ['even', [2, 4]],
      ['odd', [1, 3]],
    ])
  })
})

describe('asking in halves', () => {
  const refusal = new Error('one of them is wrong')
  const isOfOne = (error: unknown) => error === refusal

  it('gives the error to those at fault alone, whoever and however many they are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 40 }), async (isWrong) => {
        const keys = isWrong.map((_, index) => index)
        const ask = async (some: readonly number[]) => {
          if (some.some((key) => isWrong[key])) throw refusal
          return some
        }
        expect(await askHalving(keys, ask, isOfOne)).toEqual(isWrong.map((wrong, key) => (wrong ? refusal : key)))
      }),
    )
  })

  it('asks about twice the logarithm of the number, for one at fault', async () => {
    let calls = 0
    const ask = async (some: readonly number[]) => {
      calls++
      if (some.includes(77)) throw refusal
      return some
    }
    await askHalving(
      Array.from({ length: 128 }, (_, key) => key),
      ask,
      isOfOne,
    )
    expect(calls).toBe(15)
  })

  it('does not repeat a call that failed for another reason', async () => {
    let calls = 0
    const down = new Error('no answer')
    const ask = async (): Promise<readonly number[]> => {
      calls++
      throw down
    }
    expect(await askHalving([1, 2, 3, 4], ask, isOfOne)).toEqual([down, down, down, down])
    expect(calls).toBe(1)
  })
})
