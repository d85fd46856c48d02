import type { FinalizeRequestMiddleware } from '@smithy/types'
import { describe, expect, it } from 'vitest'
import { lazy, perRegion, queueBeyond } from '../../../shared/adapters/aws-client.ts'

describe('one value per Region', () => {
  it('is made on first use and kept', () => {
    const made: string[] = []
    const valueFor = perRegion((region) => {
      made.push(region)
      return { region }
    })
    expect(made).toEqual([])
    expect(valueFor('eu-west-1')).toBe(valueFor('eu-west-1'))
    expect(valueFor('us-east-2')).toEqual({ region: 'us-east-2' })
    expect(made).toEqual(['eu-west-1', 'us-east-2'])
  })
})

describe('lazy loading', () => {
  it('happens once, for callers at the same time too', async () => {
    let loads = 0
    const load = lazy(async () => ++loads)
    expect(loads).toBe(0)
    expect(await Promise.all([load(), load()])).toEqual([1, 1])
    expect(await load()).toBe(1)
  })

  it('is tried again after it failed', async () => {
    let loads = 0
    const load = lazy(async () => {
      if (++loads === 1) throw new Error('not now')
      return loads
    })
    await expect(load()).rejects.toThrow('not now')
    expect(await load()).toBe(2)
  })
})

describe('a queue in front of a client', () => {
  /** A stack that keeps the middleware, and requests that end when they are told to. */
  function aQueue(most: number) {
    let middleware: FinalizeRequestMiddleware<object, object> = (next) => next
    queueBeyond(most, {
      add: (added) => {
        middleware = added
      },
    })
    const begun: number[] = []
    const end = new Map<number, { readonly resolve: () => void; readonly reject: (error: Error) => void }>()
    const send = middleware(
      ({ input }) =>
        new Promise((resolve, reject) => {
          const number = Number(Reflect.get(input, 'number'))
          begun.push(number)
          end.set(number, { resolve: () => resolve({ output: {}, response: {} }), reject })
        }),
      {},
    )
    const request = (number: number) => send({ input: { number }, request: {} })
    const turn = () => new Promise((resolve) => setImmediate(resolve))
    return { begun, end, request, turn }
  }

  it('lets so many go at once; the next goes when one is done, also when that one failed', async () => {
    const { begun, end, request, turn } = aQueue(2)
    const sent = [1, 2, 3, 4].map(request)
    await turn()
    expect(begun).toEqual([1, 2])
    end.get(2)?.resolve()
    await turn()
    expect(begun).toEqual([1, 2, 3])
    end.get(1)?.reject(new Error('reset'))
    await expect(sent[0]).rejects.toThrow('reset')
    await turn()
    expect(begun).toEqual([1, 2, 3, 4])
    for (const number of [3, 4]) end.get(number)?.resolve()
    await Promise.all(sent.slice(1))
  })

  it('lets nobody in between who leaves and who waits', async () => {
    const { begun, end, request, turn } = aQueue(1)
    const sent = [1, 2].map(request)
    await turn()
    end.get(1)?.resolve()
    sent.push(request(3))
    await turn()
    expect(begun).toEqual([1, 2])
    for (const number of [2, 3]) {
      end.get(number)?.resolve()
      await turn()
    }
    await Promise.all(sent)
    expect(begun).toEqual([1, 2, 3])
  })
})
