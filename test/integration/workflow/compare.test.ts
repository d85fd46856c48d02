import { afterEach, describe, expect, it } from 'vitest'
import { replayEvent } from '../../../cli/judge/replay.ts'
import type { Deployment } from '../../../shared/domain/deployment.ts'
import type { Gate } from '../../../shared/domain/gates/gate.ts'
import type { Strategy } from '../../../shared/domain/strategy.ts'
import type { Slot } from '../../../shared/domain/traffic.ts'
import { resume } from '../../../shared/use-cases/resume.ts'
import { aDeployer, webArns } from '../../support/builders.ts'
import { aCompareGate } from '../../support/gates.ts'
import { createRandom } from '../../support/random-counts.ts'
import { expectRolledBack, expectSoundEnd, greenWrites } from '../../support/walk-checks.ts'
import { startWalk, type Walk } from '../../support/workflow-walk.ts'

let walk: Walk
afterEach(() => walk.close())

const perMinute = 10_000
const usual = 0.001
const canary: Strategy = { type: 'canary', percent: 10, intervalSeconds: 900, bakeSeconds: 600 }

/** What share of a side's requests is bad, and slow. */
type Rates = Readonly<Record<Slot, number>>
let rates: Rates
/** Of all requests, those that reach the canary; null: as the rule says. */
let reaches: number | null

/** A service with 10,000 requests a minute, of which 0.1 % are errors, today as on the day before. */
async function startWith(gates: readonly Gate[], strategy: Strategy = canary, random = false): Promise<string> {
  walk = await startWalk({ service: { gates, strategy } })
  rates = { blue: usual, green: usual }
  reaches = null
  const { side } = createRandom(1)
  const share = (slot: Slot) => (slot === 'green' ? (reaches ?? walk.green()) : 100 - (reaches ?? walk.green())) / 100
  walk.traffic = (slot) => {
    const requests = Math.round(perMinute * share(slot))
    if (requests === 0) return null
    if (!random) return trafficOf(requests, Math.round(requests * rates[slot]))
    const counts = side(requests, rates[slot])
    return trafficOf(counts.requests, counts.bad)
  }
  for (let minute = 1; minute <= 1440; minute++)
    walk.cloud.metrics.setMinute(webArns.blue, walk.clock.now() - minute * 60_000, trafficOf(perMinute, 10))
  return (await walk.start()).id
}

const trafficOf = (requests: number, bad: number) => ({ requests, errors: bad, slow: bad })

const untilStep = (id: string, step: number) =>
  walk.until(id, (deployment) => deployment.phase === 'baking' && deployment.step === step)
const secondsInStep = ({ settledAt, endedAt }: Deployment) =>
  (Date.parse(endedAt ?? '') - Date.parse(settledAt ?? '')) / 1000
const reportOf = async (id: string, name = 'compare') =>
  (await walk.deps.deployments.loadMeasures(id))?.gates.find((gate) => gate.name === name)
const verdictsOf = async (id: string, name = 'compare') => (await walk.events(id)).filter(({ gate }) => gate === name)

describe('a canary under a compare gate', () => {
  it('that fails more often than stable is taken back, by numbers that anyone can recompute', async () => {
    const id = await startWith([aCompareGate()])
    rates = { ...rates, green: 0.01 }
    await walk.until(id, 'rolled-back', 1200)
    const deployment = await expectRolledBack(walk, id, { type: 'gate', gate: 'compare' })
    expect(deployment.cause?.reason).toMatch(/^canary errors \d+ of [\d,]+ \(1 %\) against \d+ of [\d,]+ \(0.1 %\)/)
    expect(greenWrites(walk)).toEqual([10, 0])
    // The first whole minute, two until it is settled, a second one for certainty, and a look.
    expect(secondsInStep(deployment)).toBeLessThanOrEqual(330)
    const failure = (await verdictsOf(id)).at(-1)
    expect(failure).toMatchObject({ verdict: 'fail', reason: deployment.cause?.reason })
    expect(replayEvent(failure, 'event').agrees).toBe(true)
  })

  it('with the same traffic and no fault succeeds, at the time that was planned', async () => {
    const id = await startWith([aCompareGate()])
    await walk.untilEnded(id)
    const deployment = await expectSoundEnd(walk, id)
    expect(deployment).toMatchObject({ phase: 'succeeded', cause: null })
    expect(greenWrites(walk)).toEqual([10, 100])
    const seconds = (Date.parse(deployment.endedAt ?? '') - Date.parse(deployment.createdAt)) / 1000
    expect(seconds).toBeGreaterThanOrEqual(1500)
    expect(seconds).toBeLessThan(1500 + 180)
    expect((await verdictsOf(id)).map(({ verdict }) => verdict)).toEqual(['no-data', 'pass'])
  })

  it('with nothing but noise succeeds', async () => {
    const id = await startWith([aCompareGate()], canary, true)
    await walk.untilEnded(id)
    expect((await expectSoundEnd(walk, id)).phase).toBe('succeeded')
  })

  it('that fails in noise is taken back', async () => {
    const id = await startWith([aCompareGate()], canary, true)
    rates = { ...rates, green: 0.008 }
    await walk.untilEnded(id)
    await expectRolledBack(walk, id, { type: 'gate', gate: 'compare' })
  })

  it('that is slower than stable is taken back', async () => {
    const id = await startWith([aCompareGate({ measure: 'slow', slowSeconds: 0.5 })])
    rates = { ...rates, green: 0.02 }
    await walk.until(id, 'rolled-back', 1200)
    const { cause } = await expectRolledBack(walk, id, { type: 'gate', gate: 'compare' })
    expect(cause?.reason).toMatch(/^canary slow requests/)
  })

  it('whose fault began in the last minutes of a step is taken back in the next, which has no fault', async () => {
    const strategy: Strategy = {
      type: 'steps',
      steps: [10, 50, 100].map((weight) => ({ weight, bakeSeconds: 600 })),
    }
    const id = await startWith([aCompareGate()], strategy)
    const { settledAt } = await untilStep(id, 0)
    await walk.advance(420 - (walk.clock.now() - Date.parse(settledAt ?? '')) / 1000)
    rates = { ...rates, green: 0.02 }
    await untilStep(id, 1)
    rates = { ...rates, green: usual }
    await walk.until(id, 'rolled-back', 300)
    await expectRolledBack(walk, id, { type: 'gate', gate: 'compare' })
    expect(greenWrites(walk)).toEqual([10, 50, 0])
  })

  it('is taken back by the check alone, with the workflow dead', async () => {
    const id = await startWith([aCompareGate()])
    await untilStep(id, 0)
    await walk.stop(id)
    walk.faults.workflow.before = () => {
      throw new Error('Step Functions is gone')
    }
    rates = { ...rates, green: 0.02 }
    await walk.until(id, 'rolled-back', 900)
    await expectRolledBack(walk, id, { type: 'gate', gate: 'compare' })
  })

  it('is only watched by a gate that observes', async () => {
    const id = await startWith([aCompareGate({ mode: 'observe' })])
    rates = { ...rates, green: 0.02 }
    await untilStep(id, 1)
    expect(await reportOf(id)).toMatchObject({ verdict: 'fail', mode: 'observe' })
    await walk.untilEnded(id)
    expect((await expectSoundEnd(walk, id)).phase).toBe('succeeded')
  })

  it('that failed stays failed: a person who goes on is asked again in the next step', async () => {
    const id = await startWith([aCompareGate({ onFail: 'halt' })])
    rates = { ...rates, green: 0.02 }
    const halted = await walk.until(id, 'halted', 900)
    expect(halted).toMatchObject({ step: 0, weight: 10, cause: { type: 'gate', gate: 'compare' } })
    expect(walk.pages.map(({ message }) => message)).toEqual([halted.cause?.reason])
    rates = { ...rates, green: usual }
    await walk.during(resume(walk.deps, id, { actor: aDeployer }))
    await walk.until(id, ({ phase, step }) => phase === 'halted' && step === 1, 3600)
    await walk.during(resume(walk.deps, id, { actor: aDeployer }))
    await walk.untilEnded(id)
    expect((await expectSoundEnd(walk, id)).phase).toBe('succeeded')
  })
})

describe('a canary that gets everything at once', () => {
  const atOnce: Strategy = { type: 'blue-green', bakeSeconds: 900 }

  it('is held to the usual rate, and taken back above it', async () => {
    const id = await startWith([aCompareGate()], atOnce)
    rates = { ...rates, green: 0.02 }
    await walk.until(id, 'rolled-back', 900)
    const { cause } = await expectRolledBack(walk, id, { type: 'gate', gate: 'compare' })
    expect(cause?.reason).toContain('against a limit of 0.5 %')
  })

  it('succeeds with the usual rate', async () => {
    const id = await startWith([aCompareGate()], atOnce)
    await walk.untilEnded(id)
    expect((await expectSoundEnd(walk, id)).phase).toBe('succeeded')
  })
})

describe('a canary without traffic', () => {
  it('is taken back when the grace and the limit are over, and nobody calls it a bad release', async () => {
    const id = await startWith([aCompareGate()])
    reaches = 0
    await walk.until(id, 'rolled-back', 1200)
    const deployment = await expectRolledBack(walk, id, { type: 'gate', gate: 'compare' })
    expect(deployment.cause?.reason).toMatch(/^no canary traffic: 0 of 10,000 requests .* at a weight of 10 %/)
    expect(secondsInStep(deployment)).toBeGreaterThan(240 + 3 * 60)
    expect((await verdictsOf(id)).map(({ verdict }) => verdict)).toEqual(['no-data'])
  })

  it('halts instead where the gate says so, and goes on when traffic comes', async () => {
    const id = await startWith([aCompareGate({ onNoData: 'halt' })])
    reaches = 0
    await walk.until(id, 'halted', 1200)
    reaches = null
    await walk.advance(300)
    expect(await reportOf(id)).toMatchObject({ verdict: 'pass' })
    await walk.during(resume(walk.deps, id, { actor: aDeployer }))
    await walk.untilEnded(id)
    expect((await expectSoundEnd(walk, id)).phase).toBe('succeeded')
  })
})

describe('a source that fails', () => {
  it('holds the canary, then takes it back by what the gate says about missing data', async () => {
    const id = await startWith([aCompareGate()])
    await untilStep(id, 0)
    await walk.advance(360)
    expect(await reportOf(id)).toMatchObject({ verdict: 'pass' })
    walk.cloud.metrics.fail('access denied')
    await walk.until(id, 'rolled-back', 600)
    const { cause } = await expectRolledBack(walk, id, { type: 'gate', gate: 'compare' })
    expect(cause?.reason).toBe('errors could not be compared: access denied')
  })

  it('for a while is made up for: nothing that it counted is lost', async () => {
    const id = await startWith([aCompareGate({ noDataLimit: 10 })])
    await untilStep(id, 0)
    await walk.advance(300)
    walk.cloud.metrics.fail('throttled')
    rates = { ...rates, green: 0.02 }
    await walk.advance(180)
    rates = { ...rates, green: usual }
    expect(await reportOf(id)).toMatchObject({ verdict: 'error' })
    walk.cloud.metrics.fail(null)
    await walk.until(id, 'rolled-back', 300)
    await expectRolledBack(walk, id, { type: 'gate', gate: 'compare' })
  })
})

describe('an incident in both versions', () => {
  it('rolls nobody back: the step is held, and goes on when it is over', async () => {
    const id = await startWith([aCompareGate()])
    await untilStep(id, 0)
    await walk.advance(600)
    rates = { blue: 0.1, green: 0.1 }
    await walk.advance(600)
    expect(await walk.load(id)).toMatchObject({ phase: 'baking', step: 0, weight: 10 })
    expect(await reportOf(id)).toMatchObject({
      verdict: 'pass',
      reason: expect.stringMatching(/^incident in both versions, not a regression: /),
      evidence: { dataState: 'incident' },
    })
    rates = { blue: usual, green: usual }
    await untilStep(id, 1)
    await walk.untilEnded(id)
    expect((await expectSoundEnd(walk, id)).phase).toBe('succeeded')
  })

  it('that does not end is the end of the canary, in which onNoData decides', async () => {
    const id = await startWith([aCompareGate()])
    rates = { blue: 0.1, green: 0.1 }
    await walk.untilEnded(id)
    const { cause } = await expectRolledBack(walk, id, { type: 'gate', gate: 'compare' })
    expect(cause?.reason).toMatch(/did not pass within 900 s after the bake: incident in both versions/)
  })
})

describe('a step that ends when the canary is proven', () => {
  const week: Strategy = {
    type: 'steps',
    steps: [
      { weight: 10, bakeSeconds: 86_400 },
      { weight: 100, bakeSeconds: 0 },
    ],
  }

  it('ends early', async () => {
    const id = await startWith([aCompareGate({ atStepEnd: 'prove' })], week)
    const { settledAt } = await untilStep(id, 0)
    await untilStep(id, 1)
    const seconds = (walk.clock.now() - Date.parse(settledAt ?? '')) / 1000
    expect(seconds).toBeGreaterThan(240)
    expect(seconds).toBeLessThan(1200)
    const raise = (await walk.events(id)).find(({ reason }) => reason.includes('is proven'))
    expect(raise).toMatchObject({ reason: 'step 0 is proven and its gates pass', to: 'shifting' })
    await walk.untilEnded(id)
    expect((await expectSoundEnd(walk, id)).phase).toBe('succeeded')
  })

  it('is prolonged while it is not, then onNoData decides', async () => {
    const gate = aCompareGate({ atStepEnd: 'prove', onNoData: 'halt', maxExtendSeconds: 300, pMax: 0.0001 })
    const id = await startWith([gate])
    // Twice as often as stable, on average: too little to be proven worse or no worse.
    rates = { blue: usual, green: 0.0018 }
    const halted = await walk.until(id, 'halted', 1800)
    expect(halted).toMatchObject({ step: 0, cause: { type: 'gate', gate: 'compare' } })
    expect(halted.cause?.reason).toMatch(/did not pass within 300 s after the bake: not proven yet: canary errors/)
  })
})

describe('two compare gates', () => {
  const bare = { phi: 1, cap: 64 } as const
  const gates = [
    aCompareGate({ ...bare, name: 'errors' }),
    aCompareGate({ ...bare, name: 'slow', measure: 'slow', slowSeconds: 0.5 }),
  ]

  it('share alpha: what is too little for one is enough for both', async () => {
    const id = await startWith(gates, { ...canary, intervalSeconds: 3600 })
    rates = { ...rates, green: 0.002 }
    await walk.untilEnded(id)
    const { cause } = await expectRolledBack(walk, id, { type: 'gate' })
    const report = await reportOf(id, cause?.gate)
    expect(report?.evidence).toMatchObject({ share: 0.5, alpha: 0.01, meanE: expect.any(Number) })
    const failure = (await verdictsOf(id, cause?.gate)).at(-1)
    expect(replayEvent(failure, 'event').agrees).toBe(true)
  })

  it('pass together when nothing is wrong', async () => {
    const id = await startWith(gates)
    await walk.untilEnded(id)
    expect((await expectSoundEnd(walk, id)).phase).toBe('succeeded')
  })

  it('name the one that is to blame', async () => {
    const id = await startWith(gates)
    const { traffic } = walk
    walk.traffic = (slot) => {
      const minute = traffic(slot)
      return minute && { ...minute, slow: slot === 'green' ? minute.requests / 10 : (minute.errors ?? 0) }
    }
    await walk.untilEnded(id)
    await expectRolledBack(walk, id, { type: 'gate', gate: 'slow' })
  })
})
