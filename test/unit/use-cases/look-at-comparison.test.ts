import { describe, expect, it } from 'vitest'
import type { Deployment } from '../../../shared/domain/deployment.ts'
import { TransientError } from '../../../shared/domain/errors.ts'
import type { CompareGate, Gate } from '../../../shared/domain/gates/gate.ts'
import { judgeGates } from '../../../shared/use-cases/judge-gates.ts'
import { lookAtComparison } from '../../../shared/use-cases/look-at-comparison.ts'
import { webArns } from '../../support/builders.ts'
import { type Compared, startCompared, toInstant } from '../../support/compared.ts'
import type { Counts } from '../../support/comparison.ts'
import { aCompareGate, anAlarmsGate } from '../../support/gates.ts'

const good: Counts = [1000, 9000, 1, 9]
const bad: Counts = [1000, 9000, 50, 9]

async function start(gate: Partial<CompareGate> = {}, changes: Partial<Deployment> = {}, others: readonly Gate[] = []) {
  return startCompared([aCompareGate(gate), ...others], changes)
}

async function startWith(minutes: readonly Counts[], gate?: Partial<CompareGate>) {
  const world = await start(gate)
  for (const [minute, counts] of minutes.entries()) world.count(minute, counts)
  return world
}

const reportOf = async ({ deps, id }: Compared, name = 'compare') =>
  (await deps.deployments.loadMeasures(id))?.gates.find((gate) => gate.name === name)
const stateOf = async (world: Compared) => (await world.memory())?.comparison?.state
const minutesOf = async (world: Compared) =>
  (await world.kept()).map(({ startMs }) => (startMs - Date.parse(toInstant(0))) / 60_000)

describe('a look at a comparison', () => {
  it('keeps a minute once it is settled, and judges what is kept', async () => {
    const world = await startWith([good, good])
    await world.look(130)
    expect(await world.kept()).toEqual([])
    await world.look(190)
    expect(await world.kept()).toEqual([
      {
        ...{ startMs: Date.parse(toInstant(0)), endMs: Date.parse(toInstant(60)), step: 0, weight: 10 },
        strata: [{ stable: { requests: 9000, bad: 9 }, canary: { requests: 1000, bad: 1 } }],
      },
    ])
    const { gates } = await world.look(250)
    expect(gates.unsettled).toBeNull()
    expect(await stateOf(world)).toMatchObject({ buckets: 2, totals: { canary: { requests: 2000, bad: 2 } } })
  })

  it('leaves the minute that goes on alone, and one that is revised changes nothing but the next look', async () => {
    const world = await startWith([good, good, good])
    await world.lookUntil(3)
    const before = await stateOf(world)
    world.count(0, bad)
    world.count(1, bad)
    await world.look(250)
    expect(await stateOf(world)).toEqual(before)
    await world.look(310)
    expect(await stateOf(world)).toMatchObject({ buckets: 3, totals: { canary: { requests: 3000, bad: 52 } } })
  })

  it('goes by the bucket that another looker kept, whatever the source says now', async () => {
    const world = await startWith([bad, good])
    const startMs = Date.parse(toInstant(0))
    const strata = [{ stable: { requests: 9000, bad: 9 }, canary: { requests: 1000, bad: 2 } }]
    const kept = { startMs, endMs: startMs + 60_000, step: 0, weight: 10, strata }
    await world.deps.deployments.keepBuckets(world.id, 'compare', [kept])
    await world.lookUntil(3)
    expect((await world.kept())[0]).toEqual(kept)
    expect(await stateOf(world)).toMatchObject({ buckets: 1, totals: { canary: { requests: 1000, bad: 2 } } })
  })

  it.each(['before', 'after'] as const)('comes to the same evidence after a crash %s the save', async (when) => {
    const minutes = [good, bad, good, good, bad]
    const whole = await startWith(minutes)
    await whole.lookUntil(8)

    const broken = await startWith(minutes)
    await broken.lookUntil(2)
    broken.faults[when] = ({ method }) => {
      if (method === 'saveMeasures') throw new TransientError('the answer is lost')
    }
    await expect(broken.look(190)).rejects.toThrow(TransientError)
    expect(await minutesOf(broken)).toEqual([0])
    broken.faults[when] = undefined
    broken.count(0, bad)
    for (const second of [220, 250, 310, 370, 430, 490]) await broken.look(second)
    expect(await stateOf(broken)).toEqual(await stateOf(whole))
    expect(await broken.kept()).toEqual(await whole.kept())
  })

  it('changes nothing when it is taken again', async () => {
    const world = await startWith([good, bad, bad])
    await world.lookUntil(5)
    const before = { memory: await world.memory(), kept: await world.kept(), verdicts: await world.verdicts() }
    const report = await reportOf(world)
    await world.look(310)
    expect({ memory: await world.memory(), kept: await world.kept(), verdicts: await world.verdicts() }).toEqual(before)
    expect(await reportOf(world)).toEqual(report)
  })

  it('counts each minute once when several look at the same moment', async () => {
    const world = await startWith([good, good, bad])
    const alone = await startWith([good, good, bad])
    await alone.lookUntil(6)
    for (let minute = 1; minute <= 6; minute++) {
      await world.at(minute * 60 + 10)
      await Promise.all([1, 2, 3].map(() => judgeGates(world.deps, world.id)))
    }
    expect(await stateOf(world)).toEqual(await stateOf(alone))
    expect((await world.verdicts()).map(({ verdict }) => verdict)).toEqual(['no-data', 'pass', 'no-data'])
  })

  it('settles what the step before left, and a late look at that step neither keeps nor counts anything', async () => {
    const world = await startWith([good, good, good, good, bad])
    await world.lookUntil(5)
    expect(await minutesOf(world)).toEqual([0, 1, 2])
    const gate = aCompareGate()
    const late = await lookAtComparison(world.deps, await world.load(), gate, Date.parse(toInstant(0)))

    await world.change({ step: 1, weight: 50, settledAt: toInstant(315), bakeEndsAt: toInstant(1800) })
    await world.look(375)
    await world.look(430)
    expect(await minutesOf(world)).toEqual([0, 1, 2, 3, 4])
    expect((await world.kept()).map(({ step, weight }) => [step, weight])).toEqual(Array(5).fill([0, 10]))
    const memory = await world.memory()
    expect(memory).toMatchObject({ step: 1, comparison: { bucketsInStep: 0, state: { buckets: 5 } } })
    if (memory === undefined) throw new Error('nothing is remembered')

    world.count(3, bad)
    const judged = await late(memory, {
      ...{ step: 0, weight: 10, nowMs: Date.parse(toInstant(440)), settledAtMs: Date.parse(toInstant(0)) },
      firstShiftAtMs: Date.parse(toInstant(-10)),
    })
    expect(judged.memory).toEqual(memory)
    expect(await minutesOf(world)).toEqual([0, 1, 2, 3, 4])
  })

  it('leaves the first minute of a release to caches, where it looks for slow requests', async () => {
    const world = await start({ measure: 'slow', slowSeconds: 0.5 })
    for (let minute = 0; minute < 3; minute++)
      for (const slot of ['blue', 'green'] as const) world.setMinute(slot, minute, { requests: 1000, slow: 10 })
    await world.lookUntil(5)
    expect(await minutesOf(world)).toEqual([1, 2])
  })

  it('judges counters of the service’s own in buckets of ten seconds', async () => {
    const source = {
      ...{ namespace: 'Shop', requests: 'Orders', bad: 'Failures', periodSeconds: 10 as const },
      dimensions: { blue: { Slot: 'blue' }, green: { Slot: 'green' } },
    }
    const world = await start({ source })
    for (let second = 0; second < 40; second += 10)
      for (const Slot of ['blue', 'green'])
        for (const [metricName, value] of [['Orders', 100] as const, ['Failures', second] as const])
          world.cloud.metrics.put(
            { namespace: 'Shop', metricName, dimensions: { Slot } },
            Date.parse(toInstant(second)),
            value,
          )
    await world.look(60)
    await world.look(170)
    expect(await world.kept()).toHaveLength(4)
    expect(await world.memory()).toMatchObject({
      comparison: { fixed: { bucketSeconds: 10, cap: 4 }, state: { totals: { canary: { requests: 400, bad: 60 } } } },
    })
    await world.look(240)
    expect((await reportOf(world))?.reason).toMatch(
      /^no requests were counted for Shop Orders {"Slot":"blue"}, Shop Orders {"Slot":"green"} \(2026.*:\d0\.000Z to 2026/,
    )
  })
})

describe('what is fixed before the first bucket', () => {
  it('is measured on stable’s day before the first shift', async () => {
    const world = await startWith([good, good])
    for (let minute = -1500; minute < 0; minute++) world.setMinute('blue', minute, { requests: 1000, errors: 3 })
    await world.lookUntil(3)
    const { fixed } = (await world.memory())?.comparison ?? {}
    expect(fixed).toMatchObject({ bucketSeconds: 60, plannedBuckets: 80, phi: 1, cap: 64, knowsNormalRate: true })
    expect(fixed?.p0).toBe(0.005)
  })

  it('is not fixed while the day before cannot be read, which is an error; then it works', async () => {
    const world = await startWith([good, good])
    let calls = 0
    world.cloud.inject({
      before: ({ action }) => {
        if (action === 'metrics.counts' && ++calls % 2 === 0) throw new Error('throttled')
      },
    })
    await world.lookUntil(2)
    expect(await reportOf(world)).toMatchObject({
      verdict: 'error',
      reason: "errors could not be compared: stable's day before: throttled",
    })
    expect((await world.memory())?.comparison).toBeUndefined()
    world.cloud.inject({})
    await world.look(190)
    await world.look(250)
    expect(await reportOf(world)).toMatchObject({ verdict: 'pass' })
    expect(await stateOf(world)).toMatchObject({ buckets: 2 })
  })

  it('stays as the first look fixed it', async () => {
    const world = await startWith([good, good])
    await world.lookUntil(1)
    for (let minute = -1500; minute < 0; minute++) world.setMinute('blue', minute, { requests: 1000, errors: 3 })
    const { fixed } = (await world.memory())?.comparison ?? {}
    await world.look(190)
    expect((await world.memory())?.comparison?.fixed).toEqual(fixed)
  })
})

describe('a comparison without data', () => {
  it('names the dimensions that returned nothing', async () => {
    const world = await start()
    await world.lookUntil(4)
    expect(await reportOf(world)).toMatchObject({
      verdict: 'no-data',
      reason: expect.stringContaining(
        'no requests were counted for TargetGroup targetgroup/web-blue/73e2d6bc24d8a067, TargetGroup targetgroup/web-green/943f017f100becff (2026-',
      ),
    })
    expect(webArns.green).toContain('web-green/943f017f100becff')
    expect(await world.kept()).toEqual([])
  })

  it('names the side whose metric keeps no distribution', async () => {
    const world = await start({ measure: 'slow', slowSeconds: 0.5 })
    for (let minute = 0; minute < 3; minute++) {
      world.setMinute('blue', minute, { requests: 900, slow: 4 })
      world.setMinute('green', minute, { requests: 100, slow: null })
    }
    await world.lookUntil(5)
    expect(await reportOf(world)).toMatchObject({
      verdict: 'no-data',
      reason: expect.stringMatching(
        /^TargetGroup targetgroup\/web-green\/\w+ has requests but no count of the bad ones/,
      ),
    })
  })

  it('spends its misses without canary traffic', async () => {
    const world = await startWith(Array<Counts>(10).fill([0, 9000, 0, 9]))
    await world.lookUntil(8)
    expect(await reportOf(world)).toMatchObject({
      verdict: 'no-data',
      reason: expect.stringMatching(/^no canary traffic: 0 of 9,000 requests in the newest bucket at a weight of 10 %/),
    })
    const { gates } = await world.look(560)
    expect(gates.blind).toMatchObject({ gate: 'compare', answer: 'roll-back' })
  })

  it('is an error of its own where buckets cannot be kept: the other gates are judged', async () => {
    const world = await start({}, {}, [anAlarmsGate()])
    world.count(0, bad)
    world.cloud.alarms.setState('web-5xx', 'OK')
    await world.lookUntil(2)
    world.faults.before = ({ method }) => {
      if (method === 'keepBuckets') throw new TransientError('throttled')
    }
    world.cloud.alarms.setState('web-5xx', 'ALARM')
    const { gates } = await world.look(190)
    expect(gates.failing).toMatchObject({ gate: 'alarms' })
    expect(await reportOf(world)).toMatchObject({
      verdict: 'error',
      reason: 'errors could not be compared: the settled buckets could not be kept: throttled',
    })
    world.faults.before = undefined
    await world.look(220)
    expect(await minutesOf(world)).toEqual([0])
  })
})

describe('what a comparison remembers', () => {
  it('stays small after a day in which nobody looked, and the day is judged in the end', async () => {
    const world = await start()
    for (let minute = 0; minute < 1440; minute++) world.count(minute, [1000, 9000, minute % 3, 9])
    await world.look(86_700)
    expect(JSON.stringify(await world.memory()).length).toBeLessThan(20_000)
    for (let look = 1; look <= 13; look++) await world.look(86_700 + look * 60)
    expect(await stateOf(world)).toMatchObject({ buckets: 1440, totals: { canary: { bad: 1440 } } })
    expect(JSON.stringify(await world.memory()).length).toBeLessThan(5000)
  })
})
