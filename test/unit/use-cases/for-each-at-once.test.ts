import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { forEachAtOnce } from '../../../shared/use-cases/for-each-at-once.ts'

async function* upTo(count: number, failAt = Number.POSITIVE_INFINITY) {
  for (let n = 0; n < count; n++) {
    await Promise.resolve()
    if (n === failAt) throw new Error(`no item ${n}`)
    yield n
  }
}

/** Takes as many turns as its number says. */
const turns = async (count: number) => {
  for (let turn = 0; turn < count; turn++) await Promise.resolve()
}

describe('forEachAtOnce', () => {
  it('does the work once for each, never more of it at once than the limit, and as much as it may', async () => {
    const someTurns = fc.array(fc.nat({ max: 30 }), { maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(someTurns, fc.integer({ min: 1, max: 25 }), async (lengths, limit) => {
        const done: number[] = []
        let running = 0
        let most = 0
        const count = await forEachAtOnce(upTo(lengths.length), limit, async (n) => {
          most = Math.max(most, ++running)
          await turns(lengths[n] ?? 0)
          running--
          done.push(n)
        })
        expect([...done].sort((a, b) => a - b)).toEqual(lengths.map((_, n) => n))
        expect(count).toBe(lengths.length)
        expect(most).toBeLessThanOrEqual(limit)
      }),
    )
  })

  it('fills every place while there is something to do: one that hangs holds up nobody', async () => {
    const began: number[] = []
    let release: () => void = () => undefined
    const hanging = new Promise<void>((resolve) => {
      release = resolve
    })
    const all = forEachAtOnce(upTo(50), 2, async (n) => {
      began.push(n)
      if (n === 0) await hanging
    })
    for (let turn = 0; turn < 1000 && began.length < 50; turn++) await Promise.resolve()
    expect(began).toHaveLength(50)
    release()
    expect(await all).toBe(50)
  })

  it('ends with what the list threw, after what had begun is done', async () => {
    const done: number[] = []
    const all = forEachAtOnce(upTo(10, 3), 2, async (n) => {
      await turns(20)
      done.push(n)
    })
    await expect(all).rejects.toThrow('no item 3')
    expect(done.sort()).toEqual([0, 1, 2])
  })

  it('begins nothing new once the work threw', async () => {
    const began: number[] = []
    const all = forEachAtOnce(upTo(100), 3, async (n) => {
      began.push(n)
      if (n === 1) throw new Error('no work 1')
      await turns(10)
    })
    await expect(all).rejects.toThrow('no work 1')
    expect(began.length).toBeLessThanOrEqual(4)
  })
})
