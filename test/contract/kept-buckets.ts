import { describe, expect, it } from 'vitest'
import type { SettledBucket } from '../../shared/domain/gates/compare-buckets.ts'
import type { DeploymentStore } from '../../shared/ports/deployment-store.ts'
import { aDeployment, aSettledBucket } from '../support/builders.ts'
import { readAll } from '../support/read-all.ts'

const { id } = aDeployment()

/** The part of the written meaning of {@link DeploymentStore} that is about the buckets of compare gates. */
export function describeKeptBuckets(make: () => Promise<DeploymentStore>): void {
  describe('settled buckets', () => {
    const bucketsOf = async (store: DeploymentStore, gate = 'errors', limit = 100) =>
      (await readAll((page) => store.listBuckets(id, gate, page), limit)).items

    it('has none where none were kept', async () => {
      const store = await make()
      expect(await store.keepBuckets(id, 'errors', [])).toEqual([])
      expect(await store.listBuckets(id, 'errors', { limit: 5, cursor: null })).toEqual({ items: [], nextCursor: null })
    })

    it('keeps them, and answers with them in the order given', async () => {
      const store = await make()
      const given = [aSettledBucket(2), aSettledBucket(0), aSettledBucket(1, { step: 1, weight: 12.5 })]
      expect(await store.keepBuckets(id, 'errors', given)).toEqual(given)
      expect(await bucketsOf(store)).toEqual([given[1], given[2], given[0]])
    })

    it('never revises one: the first that was kept is the answer', async () => {
      const store = await make()
      const kept = [aSettledBucket(0), aSettledBucket(1)]
      await store.keepBuckets(id, 'errors', kept)
      expect(await store.keepBuckets(id, 'errors', kept)).toEqual(kept)
      const revised = [0, 1, 2].map((minute) => aSettledBucket(minute, { step: 3, weight: 50, strata: [] }))
      expect(await store.keepBuckets(id, 'errors', revised)).toEqual([...kept, revised[2]])
      expect(await bucketsOf(store)).toEqual([...kept, revised[2]])
    })

    it('answers in the order given where some were kept before and some are new', async () => {
      const store = await make()
      await store.keepBuckets(id, 'errors', [aSettledBucket(3), aSettledBucket(1)])
      const revised = (minute: number) => aSettledBucket(minute, { weight: 50 })
      const given = [4, 3, 0, 1, 2].map(revised)
      const kept = [revised(4), aSettledBucket(3), revised(0), aSettledBucket(1), revised(2)]
      expect(await store.keepBuckets(id, 'errors', given)).toEqual(kept)
      expect(await bucketsOf(store, 'errors', 2)).toEqual(kept.toSorted((a, b) => a.endMs - b.endMs))
    })

    it('lists them by time, not by text, up to the last instant that a Date holds', async () => {
      const store = await make()
      const ends = [1, 999, 1000, 999_999_999_999, 1_000_000_000_000, 8_640_000_000_000_000]
      const buckets = ends.map((endMs) => aSettledBucket(0, { startMs: endMs - 1, endMs }))
      expect(await store.keepBuckets(id, 'errors', buckets.toReversed())).toEqual(buckets.toReversed())
      for (const limit of [1, 100]) expect(await bucketsOf(store, 'errors', limit)).toEqual(buckets)
    })

    it('keeps the first of two with the same end in one call', async () => {
      const store = await make()
      const given = [aSettledBucket(0), aSettledBucket(0, { weight: 50 })]
      const [first, second] = await store.keepBuckets(id, 'errors', given)
      expect(given).toContainEqual(first)
      expect(second).toEqual(first)
      expect(await bucketsOf(store)).toEqual([first])
    })

    it('gives one answer to many who settle the same bucket at once', async () => {
      const store = await make()
      const rivals = Array.from({ length: 20 }, (_, weight) => [aSettledBucket(0, { weight }), aSettledBucket(1)])
      const answers = await Promise.all(rivals.map((rival) => store.keepBuckets(id, 'errors', rival)))
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
      expect(await bucketsOf(store)).toEqual(answers[0])
    })

    it('keeps 200 in one call, and lists them oldest first in pages that fit together', async () => {
      const store = await make()
      const given = Array.from({ length: 200 }, (_, minute) => aSettledBucket(minute))
      expect(await store.keepBuckets(id, 'errors', given.toReversed())).toEqual(given.toReversed())
      for (const limit of [7, 99, 100]) {
        const { items, sizes } = await readAll((page) => store.listBuckets(id, 'errors', page), limit)
        expect(items).toEqual(given)
        expect(sizes).toHaveLength(Math.ceil(200 / limit))
      }
    })

    it.each([
      { title: 'no requests at all', strata: [[0, 0, 0, 0]] },
      { title: 'a side without requests', strata: [[1000, 3, 0, 0]] },
      { title: 'counts up to 10^15', strata: [[1e15, 1e15 - 1, 999_999_999_999_999, 1]] },
      { title: 'counts that a source only estimates', strata: [[1000.25, 0.1, 99.5, 1e-7]] },
      { title: 'a stratum for each of 20 routes', strata: Array.from({ length: 20 }, (_, n) => [n + 9, n, n + 2, 1]) },
    ])('gives back exactly what was counted: $title', async ({ strata }) => {
      const store = await make()
      const bucket = aSettledBucket(0, { strata: strata.map(toStratum) })
      expect(await store.keepBuckets(id, 'errors', [bucket])).toEqual([bucket])
      expect(await bucketsOf(store)).toEqual([bucket])
    })

    it('keeps gates and deployments apart, also where one name begins with another', async () => {
      const store = await make()
      const kept = ['errors', 'errors-2', 'e'].map((gate, weight) => ({ gate, bucket: aSettledBucket(0, { weight }) }))
      for (const { gate, bucket } of kept) expect(await store.keepBuckets(id, gate, [bucket])).toEqual([bucket])
      const other = aSettledBucket(0, { weight: 99 })
      expect(await store.keepBuckets(`${id}2`, 'errors', [other])).toEqual([other])
      for (const { gate, bucket } of kept) expect(await bucketsOf(store, gate)).toEqual([bucket])
      expect((await store.listBuckets(`${id}2`, 'errors', { limit: 5, cursor: null })).items).toEqual([other])
    })

    it('goes on after the cursor although later ones were kept since', async () => {
      const store = await make()
      await store.keepBuckets(id, 'errors', [aSettledBucket(0), aSettledBucket(1), aSettledBucket(2)])
      const { nextCursor } = await store.listBuckets(id, 'errors', { limit: 2, cursor: null })
      await store.keepBuckets(id, 'errors', [aSettledBucket(3)])
      const { items } = await store.listBuckets(id, 'errors', { limit: 2, cursor: nextCursor })
      expect(items).toEqual([aSettledBucket(2), aSettledBucket(3)])
    })

    it('ends after any place that a cursor can name', async () => {
      const store = await make()
      await store.keepBuckets(id, 'errors', [aSettledBucket(0)])
      for (const place of ['999999999999999', '8999999999999999']) {
        const cursor = Buffer.from(JSON.stringify({ list: 'buckets', place })).toString('base64url')
        expect(await store.listBuckets(id, 'errors', { limit: 2, cursor })).toEqual({ items: [], nextCursor: null })
      }
    })

    it('keeps copies that its caller cannot change', async () => {
      const store = await make()
      const strata = [toStratum([1000, 1, 100, 0])]
      const [answer] = await store.keepBuckets(id, 'errors', [aSettledBucket(0, { strata })])
      strata.push(toStratum([1, 1, 1, 1]))
      expect(answer?.strata).toHaveLength(1)
      expect(await bucketsOf(store)).toEqual([answer])
    })
  })
}

function toStratum([requests = 0, bad = 0, onCanary = 0, badOnCanary = 0]: readonly number[]) {
  const stratum: SettledBucket['strata'][number] = {
    stable: { requests, bad },
    canary: { requests: onCanary, bad: badOnCanary },
  }
  return stratum
}
