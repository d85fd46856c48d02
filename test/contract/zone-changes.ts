import { describe, expect, it } from 'vitest'
import { createManualClock } from '../../local/clock.ts'
import type { ZoneChangeResult } from '../../shared/domain/zone-change.ts'
import type { Clock } from '../../shared/ports/clock.ts'
import { forgottenAfterMs, type ZoneChanges } from '../../shared/ports/zone-changes.ts'
import { aRouteState } from '../support/builders.ts'
import { aZoneChange, done, kept, someZoneChanges } from '../support/zone-changes.ts'

/** The written meaning of {@link ZoneChanges}. `make` gives an empty store on the clock's real time. */
export function describeZoneChanges(name: string, make: (clock: Pick<Clock, 'realNow'>) => Promise<ZoneChanges>): void {
  describe(`${name} as zone changes`, () => {
    const start = async () => {
      const clock = createManualClock()
      return { changes: await make({ realNow: clock.now }), clock }
    }
    const change = aZoneChange()

    it('knows nothing of a change that was never added', async () => {
      const { changes } = await start()
      expect(await changes.read(change)).toBeNull()
      expect(await changes.waiting('Z1')).toEqual([])
    })

    it('keeps a change whole, waiting', async () => {
      const { changes } = await start()
      const bold = aZoneChange({ lane: 'rollback', expect: null })
      const late = aZoneChange({ id: `${change.wantedAtMs}#late`, afterEnd: true })
      for (const added of [change, bold, late]) await changes.add(added)
      expect(await changes.read(change)).toEqual(kept(change))
      expect(await changes.read(bold)).toEqual(kept(bold))
      expect(await changes.read(late)).toEqual(kept(late))
    })

    it('lists rollbacks first, then by how long they wait, whatever the order of adding', async () => {
      const { changes } = await start()
      const [plan, rollbacks] = [someZoneChanges('plan', 12), someZoneChanges('rollback', 12)]
      await Promise.all([...plan, ...rollbacks].reverse().map((added) => changes.add(added)))
      expect(await changes.waiting('Z1')).toEqual([...rollbacks, ...plan].map((added) => kept(added)))
      expect(await changes.waiting('Z1', 'rollback')).toEqual(rollbacks.map((added) => kept(added)))
      expect(await changes.waiting('Z1', 'plan')).toEqual(plan.map((added) => kept(added)))
    })

    it('keeps changes of the same instant apart', async () => {
      const { changes } = await start()
      const other = aZoneChange({ id: `${change.wantedAtMs}#b`, deployment: 'dep_2' })
      await Promise.all([changes.add(other), changes.add(change)])
      expect(await changes.waiting('Z1')).toEqual([kept(change), kept(other)])
    })

    it('keeps zones apart, also where one is the beginning of the other', async () => {
      const { changes } = await start()
      const other = aZoneChange({ pair: { ...change.pair, hostedZoneId: 'Z12' } })
      await Promise.all([changes.add(change), changes.add(other)])
      expect(await changes.waiting('Z1')).toEqual([kept(change)])
      expect(await changes.waiting('Z12')).toEqual([kept(other)])
      expect(await changes.waiting('Z')).toEqual([])
    })

    it('changes nothing when a change is added again, whatever became of it', async () => {
      const { changes } = await start()
      await changes.add(change)
      await changes.noteAccepted(change, 'C1', 5)
      await changes.add(change)
      expect(await changes.read(change)).toEqual(kept(change, { accepted: { changeId: 'C1', atMs: 5 } }))
      await changes.noteResult(change, done)
      await changes.add(change)
      expect(await changes.waiting('Z1')).toEqual([])
      expect(await changes.read(change)).toMatchObject({ result: done })
    })

    it('goes on listing a change that was accepted', async () => {
      const { changes } = await start()
      await changes.add(change)
      await changes.noteAccepted(change, 'C1', 5)
      expect(await changes.waiting('Z1')).toEqual([kept(change, { accepted: { changeId: 'C1', atMs: 5 } })])
    })

    it('keeps the latest batch of a change that was sent again, in whatever order the notes arrive', async () => {
      const { changes } = await start()
      await changes.add(change)
      for (const [changeId, atMs] of [
        ['C1', 5],
        ['C3', 9],
        ['C3', 9],
        ['C2', 7],
      ] as const)
        await changes.noteAccepted(change, changeId, atMs)
      expect((await changes.read(change))?.accepted).toEqual({ changeId: 'C3', atMs: 9 })
    })

    it.each<ZoneChangeResult>([
      done,
      { type: 'done', changeId: null, before: null },
      { type: 'changed', found: aRouteState({ weights: { blue: 0, green: null } }) },
      { type: 'gone', missing: true, reason: 'there is no such record' },
      { type: 'stopped', reason: 'the deployment is to be rolled back' },
      { type: 'refused', reason: 'InvalidChangeBatch' },
    ])('tells the writer what became of a change, and lists it no more: $type', async (result) => {
      const { changes } = await start()
      await changes.add(change)
      await changes.noteResult(change, result)
      expect(await changes.read(change)).toEqual(kept(change, { result }))
      expect(await changes.waiting('Z1')).toEqual([])
      expect(await changes.waiting('Z1', 'plan')).toEqual([])
    })

    it('keeps the first result, and what was accepted before it', async () => {
      const { changes } = await start()
      await changes.add(change)
      await changes.noteAccepted(change, 'C1', 5)
      await changes.noteResult(change, done)
      await changes.noteResult(change, { type: 'stopped', reason: 'late' })
      await changes.noteAccepted(change, 'C2', 9)
      expect(await changes.read(change)).toEqual(kept(change, { accepted: { changeId: 'C1', atMs: 5 }, result: done }))
    })

    it('lets one of many concurrent results stand', async () => {
      const { changes } = await start()
      await changes.add(change)
      const results = Array.from({ length: 20 }, (_, n) => ({ type: 'stopped', reason: `holder ${n}` }) as const)
      await Promise.all(results.map((result) => changes.noteResult(change, result)))
      const standing = (await changes.read(change))?.result
      expect(results).toContainEqual(standing)
      await changes.noteResult(change, done)
      expect((await changes.read(change))?.result).toEqual(standing)
    })

    it('notes nothing for a change that was removed, and removes it twice', async () => {
      const { changes } = await start()
      await changes.add(change)
      await changes.remove(change)
      await changes.remove(change)
      await changes.noteAccepted(change, 'C1', 5)
      await changes.noteResult(change, done)
      expect(await changes.read(change)).toBeNull()
      expect(await changes.waiting('Z1')).toEqual([])
    })

    it('removes nothing but the change', async () => {
      const { changes } = await start()
      const [first, second, third] = someZoneChanges('plan', 3)
      if (!first || !second || !third) throw new Error('there are three')
      const rollback = aZoneChange({ lane: 'rollback', wantedAtMs: second.wantedAtMs })
      await Promise.all([first, second, third, rollback].map((added) => changes.add(added)))
      await changes.remove(second)
      expect(await changes.waiting('Z1')).toEqual([kept(rollback), kept(first), kept(third)])
    })

    it('notes 250 at once', async () => {
      const { changes } = await start()
      const many = someZoneChanges('plan', 250)
      await Promise.all(many.map((added) => changes.add(added)))
      await Promise.all(many.map((added) => changes.noteAccepted(added, 'C1', 5)))
      const accepted = { changeId: 'C1', atMs: 5 }
      expect(await changes.waiting('Z1')).toEqual(many.map((added) => kept(added, { accepted })))
      await Promise.all(many.map((added) => changes.noteResult(added, done)))
      expect(await changes.waiting('Z1')).toEqual([])
      expect(await Promise.all(many.map((added) => changes.read(added)))).toEqual(
        many.map((added) => kept(added, { accepted, result: done })),
      )
    })

    it('goes on listing what was given up, and forgets it once nobody can wait for it any more', async () => {
      const { changes, clock } = await start()
      const [open, finished] = [change, aZoneChange({ lane: 'rollback' })]
      await Promise.all([changes.add(open), changes.add(finished)])
      await changes.noteResult(finished, done)
      await clock.advance(change.giveUpAtMs - clock.now() + forgottenAfterMs - 1)
      expect(await changes.waiting('Z1')).toEqual([kept(open)])
      expect(await changes.read(finished)).toMatchObject({ result: done })
      await clock.advance(1)
      const fresh = aZoneChange({ wantedAtMs: clock.now() })
      await changes.add(fresh)
      expect(await changes.waiting('Z1')).toEqual([kept(fresh)])
      expect(await Promise.all([open, finished, fresh].map((each) => changes.read(each)))).toEqual([
        null,
        null,
        kept(fresh),
      ])
    })

    it('keeps copies that its callers cannot change', async () => {
      const { changes } = await start()
      const raw = { order: 1 }
      const added = aZoneChange({ target: aRouteState({ raw }) })
      await changes.add(added)
      raw.order = 2
      expect((await changes.read(added))?.target.raw).toEqual({ order: 1 })
    })
  })
}
