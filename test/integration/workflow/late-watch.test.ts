import { afterEach, describe, expect, it } from 'vitest'
import type { Gate } from '../../../shared/domain/gates/gate.ts'
import type { LateWatch } from '../../../shared/domain/late-watch.ts'
import { readDeployment } from '../../../shared/use-cases/read-deployment.ts'
import { webArns } from '../../support/builders.ts'
import { aCompareGate, aMetricGate, anAlarmsGate } from '../../support/gates.ts'
import { startWalk, type Walk, type WalkOptions } from '../../support/workflow-walk.ts'

let walk: Walk
afterEach(() => walk.close())

const { blue, green } = webArns
const strategy = { type: 'canary', percent: 10, intervalSeconds: 300, bakeSeconds: 300 } as const
const seconds = 1800

/** A deployment that has just succeeded. */
async function succeed(lateWatch: LateWatch, gates: readonly Gate[] = [aMetricGate()], options: WalkOptions = {}) {
  walk = await startWalk({ service: { strategy, gates, lateWatch }, ...options })
  walk.cloud.alarms.setState('web-5xx', 'OK')
  const { id } = await walk.start()
  expect((await walk.untilEnded(id)).phase).toBe('succeeded')
  return id
}
const fail = () => {
  walk.traffic = (slot) => ({ requests: 1000, errors: slot === 'green' ? 200 : 0 })
}
const notes = async (id: string) => {
  const events = await walk.events(id)
  const ended = events.findIndex(({ to }) => to === 'succeeded')
  return events.slice(ended + 1).filter(({ type }) => type === 'note')
}
const verdicts = async (id: string, gate: string) =>
  (await walk.events(id)).filter((one) => one.type === 'verdict' && one.gate === gate).map(({ verdict }) => verdict)

describe('a late watch in which nothing fails', () => {
  it('ends with the word that the old side is free, once, and not before its time', async () => {
    const id = await succeed({ seconds, action: 'roll-back' })
    await walk.advance(seconds - 60)
    expect([await notes(id), await walk.deps.deployments.watched('web')]).toEqual([[], id])
    await walk.advance(600)
    expect((await notes(id)).map(({ reason }) => reason)).toEqual([
      `old-side-free: the late watch of 1800 s is over and no gate failed; the targets of blue may be scaled down: ${blue}`,
    ])
    expect(await walk.deps.deployments.watched('web')).toBeNull()
    expect([walk.pages, walk.failedChecks, walk.green()]).toEqual([[], [], 100])
  })

  it('of 0 seconds says so at the first check, and weights are still compared for 15 minutes', async () => {
    const id = await succeed({ seconds: 0, action: 'notify' })
    await walk.advance(61)
    expect((await notes(id)).map(({ reason }) => reason)).toEqual([
      `old-side-free: there is no late watch; the targets of blue may be scaled down: ${blue}`,
    ])
    fail()
    await walk.advance(600)
    expect([await walk.deps.deployments.watched('web'), walk.pages]).toEqual([id, []])
    await walk.advance(420)
    expect(await walk.deps.deployments.watched('web')).toBeNull()
    expect(await notes(id)).toHaveLength(1)
  })

  it('is none in a record of an earlier version, of which nothing is said', async () => {
    walk = await startWalk({ service: { strategy } })
    const { id } = await walk.start()
    await walk.untilEnded(id)
    await walk.advance(3600)
    expect([await notes(id), walk.failedChecks]).toEqual([[], []])
  })

  it('says which gates saw nothing, and takes nothing back for that', async () => {
    const id = await succeed({ seconds, action: 'roll-back' })
    walk.cloud.metrics.fail('CloudWatch is away')
    await walk.advance(seconds + 120)
    expect(await verdicts(id, 'errors')).toEqual(['no-data', 'pass', 'no-data', 'pass', 'error'])
    expect((await notes(id)).map(({ reason }) => reason)).toEqual([
      expect.stringMatching(/^old-side-free: .* no gate failed \(without data at the end: "errors"\); /),
    ])
    expect([walk.pages, walk.green()]).toEqual([[], 100])
  })

  it('ends when the next deployment begins: nothing is said, not even after that one was taken back', async () => {
    const id = await succeed({ seconds, action: 'notify' })
    await walk.advance(300)
    const next = await walk.start()
    await walk.until(next.id, 'baking')
    walk.traffic = (slot) => ({ requests: 1000, errors: slot === 'blue' ? 200 : 0 })
    expect((await walk.untilEnded(next.id)).phase).toBe('rolled-back')
    await walk.advance(seconds + 1200)
    expect([await notes(id), walk.pages, await walk.deps.deployments.watched('web')]).toEqual([[], [], null])
  })

  it('goes on where the next deployment was refused, and ends where the service was removed', async () => {
    const id = await succeed({ seconds, action: 'notify' })
    await walk.deps.line.stop({ reason: 'incident', by: { kind: 'local', name: 'me' }, at: '2026-01-01T00:00:00.000Z' })
    expect((await walk.untilEnded((await walk.start()).id)).phase).toBe('rejected')
    expect(await walk.deps.deployments.watched('web')).toBe(id)
    const service = await walk.deps.services.get('web')
    await walk.deps.services.delete('web', service?.revision ?? 0)
    await walk.advance(120)
    expect((await notes(id)).map(({ reason }) => reason)).toEqual(['web was removed: its late watch is over'])
  })
})

describe('a gate that fails in a late watch', () => {
  it.each<[string, Gate, () => void]>([
    ['metric', aMetricGate(), fail],
    ['alarms', anAlarmsGate(), () => walk.cloud.alarms.setState('web-5xx', 'ALARM')],
    ['compare', aCompareGate(), fail],
  ])('calls a person once (%s), and the old side is not called free', async (_, gate, breakIt) => {
    const id = await succeed({ seconds, action: 'notify' }, [gate])
    await walk.advance(300)
    breakIt()
    await walk.advance(seconds + 120)
    const reasons = (await notes(id)).map(({ reason }) => reason)
    expect(reasons).toEqual([
      expect.stringMatching(
        new RegExp(
          `^gate "${gate.name}" fails in the late watch of 1800 s: .*; POST /v1/services/web/rollback takes it back$`,
        ),
      ),
      `the late watch of 1800 s is over; "${gate.name}" failed in it, so blue is not called free: a person decides`,
    ])
    expect(walk.pages.map(({ message }) => message)).toEqual([reasons[0]])
    expect((await verdicts(id, gate.name)).at(-1)).toBe('fail')
    expect([(await walk.load(id)).phase, walk.green(), walk.failedChecks]).toEqual(['succeeded', 100, []])
  })

  it('calls nobody twice, however often a look breaks off after that', async () => {
    const id = await succeed({ seconds, action: 'notify' })
    fail()
    await walk.until(id, ({ lateFailed }) => lateFailed !== undefined, 900)
    const called = walk.pages.length
    walk.faults.store.after = ({ method }) => {
      if (method === 'saveMeasures') throw new Error('the process died')
    }
    await walk.advance(120)
    walk.faults.store.after = undefined
    await walk.advance(300)
    expect([called, walk.pages.length]).toEqual([1, 1])
  })

  it('is taken back alone where the service says so', async () => {
    const id = await succeed({ seconds, action: 'roll-back' })
    await walk.advance(300)
    fail()
    await walk.until(id, ({ lateRollbackBy }) => lateRollbackBy !== undefined, 900)
    await walk.advance(60)
    const { lateRollbackBy = '' } = await walk.load(id)
    const late = await walk.load(lateRollbackBy)
    expect(late).toMatchObject({
      ...{ phase: 'rolled-back', lateRollbackOf: id, weight: 0, createdBy: { kind: 'system' } },
      cause: { type: 'gate', gate: 'errors', reason: expect.stringMatching(/late watch of 1800 s: .*0\.2/) },
    })
    expect([walk.green(), walk.pages, walk.failedChecks]).toEqual([0, [], []])
    expect((await notes(id)).map(({ reason }) => reason)).toEqual([
      expect.stringContaining(`; taken back by ${late.id}`),
      `taken back by the late rollback ${late.id}`,
    ])
    expect(await walk.deps.deployments.watched('web')).toBe(late.id)
    await walk.advance(1200)
    expect([await walk.deps.deployments.watched('web'), walk.failedChecks]).toEqual([null, []])
  })

  it('calls a person once with what is missing where the old side is not warm, and takes back once it is', async () => {
    const id = await succeed({ seconds, action: 'roll-back' })
    walk.cloud.setGroup(blue, { total: 1, healthy: 1 })
    fail()
    await walk.advance(600)
    expect(walk.pages.map(({ message }) => message)).toEqual([
      expect.stringMatching(/fails in the late watch.*not taken back: .*has 1 of 1 targets healthy and needs 2/),
    ])
    expect([walk.green(), (await walk.load(id)).lateFailed]).toEqual([100, ['errors']])
    walk.cloud.setGroup(blue)
    await walk.advance(60)
    expect([walk.green(), walk.pages.length]).toEqual([0, 1])
  })

  it('is finished by the next check where the first one dies after the record', async () => {
    const id = await succeed({ seconds, action: 'roll-back' })
    walk.cloud.inject({
      before: ({ action }) => {
        if (action === 'router.write') throw new Error('the process died')
      },
    })
    fail()
    await walk.until(id, () => walk.failedChecks.length > 0, 900)
    expect(walk.green()).toBe(100)
    walk.cloud.inject({})
    await walk.advance(120)
    expect([walk.green(), (await walk.load(id)).lateRollbackBy !== undefined]).toEqual([0, true])
  })
})

describe('a deployment that is watched', () => {
  const readiness = async (id: string) => {
    const { measures } = await readDeployment(walk.deps, id)
    return [measures?.rollback.ready, measures?.rollback.reasons]
  }

  it('shows whether it could be taken back, as it is now', async () => {
    const id = await succeed({ seconds, action: 'notify' })
    await walk.advance(61)
    expect(await readiness(id)).toEqual([true, []])
    walk.cloud.setGroup(blue, { total: 2, healthy: 0 })
    await walk.advance(60)
    expect(await readiness(id)).toEqual([
      false,
      [`${blue} has 0 of 2 targets healthy and needs 2: as many as serve now`],
    ])
    walk.cloud.setGroup(blue)
    await walk.advance(seconds)
    expect(await readiness(id)).toEqual([false, ['not looked at any more: the late watch is over']])
  })

  it('is not ready while the old side belongs to a later one', async () => {
    const id = await succeed({ seconds, action: 'notify' })
    await walk.advance(61)
    await walk.start()
    expect(await readiness(id)).toEqual([false, ['not looked at any more: the late watch is over']])
    expect(walk.cloud.weightsOf(webArns.rule)[green]).toBe(100)
  })
})
