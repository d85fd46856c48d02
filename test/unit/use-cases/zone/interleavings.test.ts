import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { WeightedPair } from '../../../../shared/domain/record-set.ts'
import { loadDeployment } from '../../../../shared/use-cases/change-deployment.ts'
import { deploymentOf, runStormPlan, type StormPlan } from '../../../support/storm-plan.ts'
import type { Fate } from '../../../support/storm-process.ts'
import { createZoneStorm, stormPair, type ZoneStorm } from '../../../support/zone-storm.ts'

/** Later everything must have come to its end, milliseconds. */
const longestMs = 1_200_000

/** Where nothing goes wrong everybody has an answer by then, milliseconds. */
const promptMs = 10_000
const aFate: fc.Arbitrary<Fate | null> = fc.option(
  fc.record({
    atCall: fc.integer({ min: 1, max: 45 }),
    kind: fc.constantFrom('dies-before', 'dies-during', 'dies-after', 'failed', 'lost', 'freezes'),
  }),
  { freq: 2 },
)
const fates = fc.array(aFate, { maxLength: 3 })
const aPlan: fc.Arbitrary<StormPlan> = fc.record({
  startsAtMs: fc.integer({ min: 0, max: 8000 }),
  fates,
  rollbacks: fc.array(fc.record({ atMs: fc.integer({ min: 0, max: 25_000 }), fates }), { maxLength: 2 }),
  foreign: fc.oneof(
    { weight: 4, arbitrary: fc.constant([]) },
    {
      weight: 1,
      arbitrary: fc.array(fc.record({ atMs: fc.integer({ min: 0, max: 25_000 }), green: fc.constantFrom(0, 30, 70) }), {
        maxLength: 1,
      }),
    },
  ),
})
const aPlace = { seed: fc.integer(), zones: fc.constantFrom(1, 2) }
const plans = fc.array(aPlan, { minLength: 1, maxLength: 6 })
const aStorm = fc.record({
  ...{ ...aPlace, plans },
  weather: fc.record({
    throttled: fc.constantFrom(0, 0.05),
    busy: fc.constantFrom(0, 0.1),
    slow: fc.constantFrom(0, 0.2),
    unanswered: fc.constantFrom(0, 0.1),
  }),
})
const aCalmDay = fc.record({
  ...aPlace,
  plans: plans.map((all) => all.map(withoutFates)),
  weather: fc.constant({ throttled: 0, busy: 0, slow: 0, unanswered: 0 }),
})

function withoutFates({ rollbacks, ...plan }: StormPlan): StormPlan {
  return { ...plan, fates: [], rollbacks: rollbacks.map(({ atMs }) => ({ atMs, fates: [] })) }
}

describe('writers of zones, whatever their order and whoever dies', () => {
  afterEach(() => vi.restoreAllMocks())

  it('send only what may be sent, and everybody gets an answer', { timeout: 90_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof({ weight: 3, arbitrary: aStorm }, aCalmDay),
        async ({ seed, zones, plans, weather }) => {
          const random = randomFrom(seed)
          vi.spyOn(Math, 'random').mockImplementation(random)
          const storm = createZoneStorm(
            plans.map((_, index) => stormPair(index, zones)),
            weather,
            random,
          )
          const work = plans.map((plan, index) => runStormPlan(storm, stormPair(index, zones), plan))
          await runToItsEnd(storm, Promise.all(work))
          if (Object.values(weather).every((share) => share === 0) && plans.every(isUndisturbed))
            expect(storm.slowestMs()).toBeLessThan(promptMs)
          for (const [index, plan] of plans.entries()) await checkEnd(storm, stormPair(index, zones), plan)
          expect(storm.violations).toEqual([])
          expect(storm.leastInBucket()).toBeGreaterThanOrEqual(0)
        },
      ),
      { seed: 4, numRuns: 700, interruptAfterTimeLimit: 20_000 },
    )
  })
})

function isUndisturbed({ fates, rollbacks }: StormPlan): boolean {
  return [fates, ...rollbacks.map((rollback) => rollback.fates)].flat().every((fate) => fate === null)
}

async function runToItsEnd({ world, calm }: ZoneStorm, work: Promise<unknown>): Promise<void> {
  let isOver = false
  const mark = () => {
    isOver = true
  }
  work.then(mark, mark)
  for (let passedMs = 0; passedMs < longestMs && !isOver; passedMs += 500) {
    if (passedMs >= 60_000) calm()
    await world.manual.advance(500)
  }
  if (!isOver) throw new Error('somebody waits for ever')
  await work
}

async function checkEnd(storm: ZoneStorm, pair: WeightedPair, { rollbacks, foreign }: StormPlan): Promise<void> {
  const { blue, green } = pair
  const weights = storm.world.weights(pair)
  const isForeign = storm.lastWriter.get(pair.name) === 'foreign'
  if (rollbacks.length > 0) {
    const { phase } = await loadDeployment(storm.world.deps, deploymentOf(pair))
    expect(phase).toBe('rolled-back')
    if (!isForeign) expect([pair.name, weights]).toEqual([pair.name, { [blue]: 100, [green]: 0 }])
  } else if (foreign.length === 0) {
    expect([pair.name, weights]).toEqual([pair.name, { [blue]: 0, [green]: 100 }])
  }
  if (foreign.length === 0 && storm.lastWriter.has(pair.name))
    expect([pair.name, await storm.isDrift(pair)]).toEqual([pair.name, false])
}

/** Mulberry32: small, and the same numbers for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
