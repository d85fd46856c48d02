import { afterEach, describe, expect, it } from 'vitest'
import type { FreezeWindow } from '../../../shared/domain/freeze.ts'
import { abort } from '../../../shared/use-cases/abort.ts'
import { approve } from '../../../shared/use-cases/approve.ts'
import { pause } from '../../../shared/use-cases/pause.ts'
import { promote } from '../../../shared/use-cases/promote.ts'
import { resume } from '../../../shared/use-cases/resume.ts'
import { aDeployer, webArns } from '../../support/builders.ts'
import { aMetricGate } from '../../support/gates.ts'
import { expectRolledBack, expectSoundEnd, greenWrites } from '../../support/walk-checks.ts'
import { startWalk, type Walk, type WalkOptions } from '../../support/workflow-walk.ts'

let walk: Walk
afterEach(() => walk.close())

const actor = aDeployer
const canary = { type: 'canary', percent: 10, intervalSeconds: 600, bakeSeconds: 60 } as const
// The walk begins on 1 January 2026 at 00:00 UTC, where it is 09:00 in Tokyo; the first bake is over at about 00:10.
const fromFive: FreezeWindow = {
  cron: '5 9 * * *',
  durationSeconds: 43_200,
  timeZone: 'Asia/Tokyo',
  reason: 'stocktaking',
}
const ends = '2026-01-01T12:05:00.000Z'
const isOpen: FreezeWindow = { ...fromFive, cron: '55 8 * * *' }
const overridden = [{ finding: 'freeze', reason: 'a fix of the incident, ticket 12' }]

const begin = (freeze: readonly FreezeWindow[], service: WalkOptions['service'] = {}) =>
  startWalk({ service: { strategy: canary, freeze, ...service } })
const transitions = () => walk.stepFunctions.inspect()[0]?.transitions ?? 0

/** A deployment at 10 % whose next raise waits for the end of the window. */
async function frozen(service: WalkOptions['service'] = {}): Promise<string> {
  walk = await begin([fromFive], service)
  const { id } = await walk.start()
  await walk.until(id, ({ waitsFor }) => waitsFor != null, 1200)
  return id
}

describe('a freeze window', () => {
  it('that is open refuses the start, and traffic is never touched', async () => {
    walk = await begin([isOpen])
    const { id } = await walk.start()
    await walk.untilEnded(id, 60)
    const { cause, findings } = await expectSoundEnd(walk, id)
    expect(await walk.load(id)).toMatchObject({ phase: 'rejected' })
    expect(cause).toEqual({ type: 'preflight', reason: 'preflight found: freeze' })
    expect(findings.find((finding) => finding.id === 'freeze')).toMatchObject({
      severity: 'error',
      detail: 'the freeze window "55 8 * * *" (Asia/Tokyo) is open until 2026-01-01T11:55:00.000Z: stocktaking',
    })
    expect(walk.cloud.routing.writes).toEqual([])
  })

  it('that was overridden by id holds up neither the start nor a raise', async () => {
    walk = await begin([isOpen])
    const { id } = await walk.start({ override: overridden })
    await walk.untilEnded(id)
    const { phase, endedAt, findings } = await expectSoundEnd(walk, id)
    expect(phase).toBe('succeeded')
    expect(Date.parse(endedAt ?? '')).toBeLessThan(Date.parse('2026-01-01T00:20:00.000Z'))
    expect(findings.map((finding) => finding.id)).toContain('freeze')
  })

  it('that opens later was overridden with the others', async () => {
    walk = await begin([fromFive])
    const { id } = await walk.start({ override: overridden })
    await walk.untilEnded(id)
    expect(Date.parse((await expectSoundEnd(walk, id)).endedAt ?? '')).toBeLessThan(Date.parse(ends))
  })

  it('that opens while a step bakes holds the next raise until it ends, and then the deployment goes on', async () => {
    const id = await frozen()
    expect(await walk.load(id)).toMatchObject({
      phase: 'shifting',
      weight: 10,
      target: 1,
      nextActionAt: ends,
      waitsFor: { finding: 'freeze', until: ends },
    })
    const before = transitions()
    await walk.advance((Date.parse(ends) - walk.clock.now()) / 1000 - 1)
    expect(await walk.load(id)).toMatchObject({ phase: 'shifting', weight: 10 })
    expect(greenWrites(walk)).toEqual([10])
    // Twelve hours: a look every hour, not every minute.
    expect(transitions() - before).toBeLessThan(40)
    await walk.advance(10)
    expect(greenWrites(walk)).toEqual([10, 100])
    await walk.untilEnded(id, 300)
    expect((await expectSoundEnd(walk, id)).phase).toBe('succeeded')
    const notes = (await walk.events(id)).filter(({ reason }) => reason.startsWith('the raise waits'))
    expect(notes.map(({ reason }) => reason)).toEqual([
      `the raise waits: the freeze window "5 9 * * *" (Asia/Tokyo) is open until ${ends}: stocktaking`,
    ])
  })

  it('that opens before the first raise holds that one', async () => {
    walk = await begin([{ ...fromFive, cron: '1 9 * * *' }])
    walk.cloud.setGroup(webArns.green, { total: 2, healthy: 0 })
    const { id } = await walk.start()
    await walk.until(id, 'verifying')
    await walk.advance(120)
    walk.cloud.setGroup(webArns.green)
    await walk.until(id, ({ waitsFor }) => waitsFor != null, 120)
    await walk.advance(3600)
    expect(await walk.load(id)).toMatchObject({ phase: 'shifting', weight: 0, firstShiftAt: null })
    expect(greenWrites(walk)).toEqual([])
    await walk.until(id, 'baking', 43_200)
    expect(walk.green()).toBe(10)
  })

  it('that follows on another is waited for too', async () => {
    walk = await begin([
      { ...fromFive, durationSeconds: 3600 },
      { ...fromFive, cron: '0 10 * * *', reason: 'sale' },
    ])
    const { id } = await walk.start()
    await walk.until(id, ({ waitsFor }) => waitsFor?.until === '2026-01-01T01:05:00.000Z', 1200)
    await walk.until(id, ({ waitsFor }) => waitsFor?.until === '2026-01-01T13:00:00.000Z', 7200)
    expect(greenWrites(walk)).toEqual([10])
    await walk.untilEnded(id, 50_000)
    expect((await expectSoundEnd(walk, id)).phase).toBe('succeeded')
  })

  it('that the service gets or loses meanwhile is one for the next deployment', async () => {
    const id = await frozen()
    const service = await walk.deps.services.get('web')
    if (!service) throw new Error('there is no service')
    const [none, added] = [
      { ...service, freeze: [] },
      { ...service, revision: 2, freeze: [isOpen] },
    ]
    await walk.deps.services.put(none)
    await walk.advance(3600)
    expect(await walk.load(id)).toMatchObject({ phase: 'shifting', weight: 10, nextActionAt: ends })
    await walk.during(abort(walk.deps, id, { actor }))
    const next = await walk.start()
    await walk.until(next.id, 'baking')
    await walk.deps.services.put(added)
    await walk.untilEnded(next.id)
    expect((await walk.load(next.id)).phase).toBe('succeeded')
  })

  it('leaves a deployment as it is that only has to finish', async () => {
    walk = await begin([{ ...fromFive, cron: '10 9 * * *' }], { strategy: { type: 'blue-green', bakeSeconds: 900 } })
    const { id } = await walk.start()
    await walk.untilEnded(id)
    const { phase, endedAt } = await expectSoundEnd(walk, id)
    expect(phase).toBe('succeeded')
    expect(Date.parse(endedAt ?? '')).toBeLessThan(Date.parse('2026-01-01T00:20:00.000Z'))
  })
})

describe('a raise that waits for the end of a window', () => {
  it('does not disarm the gates', async () => {
    const id = await frozen({ gates: [aMetricGate()] })
    await walk.advance(3600)
    walk.traffic = (slot) => ({ requests: 1000, errors: slot === 'green' ? 100 : 0 })
    await walk.until(id, 'rolled-back', 600)
    const { endedAt } = await expectRolledBack(walk, id, { type: 'gate', gate: 'errors' })
    expect(Date.parse(endedAt ?? '')).toBeLessThan(Date.parse(ends))
  })

  it('is aborted at once', async () => {
    const id = await frozen()
    const { restored } = await walk.during(abort(walk.deps, id, { actor }))
    expect(restored).toBe(true)
    expect(await expectSoundEnd(walk, id)).toMatchObject({ phase: 'aborted', weight: 0 })
    expect(walk.green()).toBe(0)
  })

  it('waits on after a pause, and goes on when both are over', async () => {
    const id = await frozen()
    await walk.during(pause(walk.deps, id, { actor, timeoutSeconds: 0 }))
    await walk.advance(3600)
    await walk.during(resume(walk.deps, id, { actor }))
    await walk.advance(60)
    expect(await walk.load(id)).toMatchObject({ phase: 'shifting', nextActionAt: ends })
    await walk.during(pause(walk.deps, id, { actor, timeoutSeconds: 0 }))
    await walk.advance(43_200)
    expect(greenWrites(walk)).toEqual([10])
    await walk.during(resume(walk.deps, id, { actor }))
    await walk.untilEnded(id, 300)
    expect((await expectSoundEnd(walk, id)).phase).toBe('succeeded')
  })

  it('outlives the workflow: the check starts another, which waits as well', async () => {
    const id = await frozen()
    await walk.advance(3600)
    await walk.during(walk.stop(id))
    await walk.advance(7200)
    expect(await walk.load(id)).toMatchObject({ phase: 'shifting', weight: 10, execution: 2, nextActionAt: ends })
    await walk.untilEnded(id, 43_200)
    expect((await expectSoundEnd(walk, id)).phase).toBe('succeeded')
  })

  it('is not hurried by an approval or a promotion', async () => {
    const steps = [
      { weight: 10, bakeSeconds: 600 },
      { weight: 50, bakeSeconds: 60, approval: true },
      { weight: 100, bakeSeconds: 60 },
    ]
    walk = await begin([fromFive], { strategy: { type: 'steps', steps } })
    const { id } = await walk.start()
    await walk.until(id, 'baking')
    await walk.advance(360)
    await walk.during(promote(walk.deps, id, { actor, full: true }))
    await walk.until(id, 'awaiting-approval', 30)
    await walk.during(approve(walk.deps, id, { actor }))
    await walk.until(id, ({ waitsFor }) => waitsFor != null, 30)
    expect(greenWrites(walk)).toEqual([10])
    await walk.untilEnded(id, 50_000)
    expect((await expectSoundEnd(walk, id)).phase).toBe('succeeded')
    expect(greenWrites(walk)).toEqual([10, 100])
  })

  it('is not rolled back for capacity that it does not need yet', async () => {
    const id = await frozen()
    walk.cloud.setGroup(webArns.green, { total: 1, healthy: 1 })
    await walk.advance(7200)
    expect(await walk.load(id)).toMatchObject({ phase: 'shifting', weight: 10, nextActionAt: ends })
  })
})
