import { describe, expect, it } from 'vitest'
import { replayEvent } from '../../../cli/judge/replay.ts'
import type { DeploymentEvent } from '../../../shared/domain/deployment.ts'
import { TransientError } from '../../../shared/domain/errors.ts'
import type { CompareGate } from '../../../shared/domain/gates/gate.ts'
import {
  addBucket,
  type Bucket,
  type ComparisonFixed,
  type ComparisonParameters,
  readComparison,
  startComparison,
} from '../../../shared/domain/sequential-test.ts'
import { resourceOf } from '../../../shared/domain/service.ts'
import { anAlbRoute, webArns } from '../../support/builders.ts'
import { type Compared, startCompared } from '../../support/compared.ts'
import type { Counts } from '../../support/comparison.ts'
import { aCompareGate, aMetricGate } from '../../support/gates.ts'

const good: Counts = [1000, 9000, 1, 9]
const bad: Counts = [1000, 9000, 50, 9]
const quiet: Counts = [1000, 9000, 0, 0]
/** With `bad` before it: an evidence of 184, too little for half of an alpha of 1 %. */
const doubtful: Counts = [1000, 9000, 4, 9]
const bare = { phi: 1, cap: 64 } as const

interface Side {
  readonly requests: number
  readonly errors?: number
  readonly slow?: number
}
type Pair = Readonly<Record<'stable' | 'canary', Side>>
type Entry = (Pair | { readonly strata: readonly Pair[] }) & { readonly weight: number }
interface Replay {
  readonly gate: ComparisonParameters
  readonly data: {
    readonly bucketSeconds: number
    readonly plannedBuckets: number
    readonly fixed: Omit<ComparisonFixed, 'bucketSeconds' | 'plannedBuckets'>
    readonly buckets?: readonly Entry[]
  }
  readonly bucketsAt?: string
}

const replayOf = (event: DeploymentEvent | undefined) => event?.evidence?.replay as Replay

/** As anyone would who has nothing but the event. */
function recompute({ gate, data: { fixed, buckets = [], ...plan } }: Replay) {
  const toSide = ({ requests, errors, slow }: Side) => ({ requests, bad: errors ?? slow ?? Number.NaN })
  const toBucket = (entry: Entry): Bucket => ({
    strata: ('strata' in entry ? entry.strata : [entry]).map(({ stable, canary }) => ({
      stable: toSide(stable),
      canary: toSide(canary),
    })),
    weight: entry.weight,
  })
  const state = buckets.reduce(
    (now, entry) => addBucket(gate, { ...plan, ...fixed }, now, toBucket(entry)),
    startComparison(gate),
  )
  const { e, eSup, failedAt, provenAt, verdict } = readComparison(gate, state)
  return { e, eSup, failedAt, provenAt, verdict }
}

async function startWith(gates: readonly CompareGate[], minutes: readonly Counts[]): Promise<Compared> {
  const world = await startCompared(gates)
  for (const [minute, counts] of minutes.entries()) world.count(minute, counts)
  return world
}

describe('the evidence of a verdict', () => {
  it.each<{ name: string; gate?: Partial<CompareGate>; minutes: Counts[]; verdict: string }>([
    { name: 'that fails', minutes: [good, bad, bad, bad, good], verdict: 'fail' },
    { name: 'that passes', gate: bare, minutes: [good, good], verdict: 'pass' },
    { name: 'without canary traffic', minutes: [good, [0, 9000, 0, 9]], verdict: 'no-data' },
    {
      name: 'with parameters of its own',
      gate: { alpha: 0.2, grid: [2, 4], p0: 0.01, restarts: { release: 0.5, later: 0.5 } },
      minutes: [good, bad, bad, bad],
      verdict: 'fail',
    },
    {
      name: 'of slow requests',
      gate: { measure: 'slow', slowSeconds: 1 },
      minutes: [good, bad, bad, bad],
      verdict: 'fail',
    },
  ])('$name can be recomputed', async ({ gate, minutes, verdict }) => {
    const world = await startWith([aCompareGate(gate)], minutes)
    if (gate?.measure === 'slow')
      for (const [minute, [onCanary, onStable, slowOnCanary, slowOnStable]] of minutes.entries()) {
        world.setMinute('green', minute, { requests: onCanary, slow: slowOnCanary })
        world.setMinute('blue', minute, { requests: onStable, slow: slowOnStable })
      }
    await world.lookUntil(minutes.length + 2)
    const event = (await world.verdicts()).findLast((one) => one.verdict === verdict)
    const { e, eSup, failedAt, provenAt } = event?.evidence ?? {}
    expect(recompute(replayOf(event))).toEqual({ e, eSup, failedAt, provenAt, verdict })
    expect(replayEvent(event, 'event').agrees).toBe(true)
  })

  it('holds only what the verdict was made on, although more is kept by now', async () => {
    const world = await startWith([aCompareGate()], [good, good, good])
    await world.lookUntil(5)
    const [, pass] = await world.verdicts()
    expect(pass).toMatchObject({ verdict: 'pass', evidence: { buckets: 1 } })
    expect(replayOf(pass).data.buckets).toHaveLength(1)
    expect(await world.kept()).toHaveLength(3)
  })

  it('can be recomputed where the mean of several gates decided', async () => {
    const gates = [aCompareGate({ ...bare, name: 'one' }), aCompareGate({ ...bare, name: 'two' })]
    const world = await startWith(gates, [bad, doubtful, good])
    await world.lookUntil(4)
    const [failure] = (await world.verdicts('one')).filter(({ verdict }) => verdict === 'fail')
    const { e, limit, meanE } = failure?.evidence ?? {}
    expect(meanE).toBeCloseTo(Number(e))
    expect(Number(e)).toBeLessThan(200)
    expect(limit).toBeCloseTo(200 - Number(e))
    expect(recompute(replayOf(failure))).toMatchObject({ e, verdict: 'fail' })
    expect(replayEvent(failure, 'event').agrees).toBe(true)
    // What was left of the limit depends on the others: the bucket at which the mean reached it is this gate's newest.
    expect(failure?.evidence).toMatchObject({ failedAt: 1, buckets: 2 })
    expect((await world.verdicts('two')).map(({ verdict }) => verdict)).toEqual(['no-data', 'pass'])
  })

  it('can be recomputed for a gate with a part of alpha that failed alone', async () => {
    const gates = [aCompareGate({ ...bare, name: 'one' }), aCompareGate({ ...bare, name: 'two', weight: 3 })]
    const world = await startWith(gates, [bad, bad, good])
    await world.lookUntil(4)
    const event = (await world.verdicts('two')).at(-1)
    expect(event).toMatchObject({ verdict: 'fail', evidence: { share: 0.75 } })
    const { e, failedAt } = event?.evidence ?? {}
    expect(recompute(replayOf(event))).toMatchObject({ e, failedAt, verdict: 'fail' })
  })

  it('has every route of a bucket', async () => {
    const second = anAlbRoute({ ruleArn: `${webArns.rule}2` })
    const api = { ...second, blue: `${webArns.blue}2`, green: `${webArns.green}2` }
    const routes = [anAlbRoute(), api]
    const world = await startCompared([aCompareGate()])
    const { settings, routes: progress } = await world.load()
    const both = routes.flatMap((route) => progress.map((one) => ({ ...one, resource: resourceOf(route) })))
    await world.change({ settings: { ...settings, routes }, routes: both })
    world.cloud.routing.set(`${webArns.rule}2`, { weights: { [api.blue]: 90, [api.green]: 10 } })
    world.cloud.setGroup(api.blue)
    world.cloud.setGroup(api.green)
    world.count(0, bad)
    const startMs = Date.parse('2026-01-01T00:00:00Z')
    world.cloud.metrics.setMinute(api.blue, startMs, { requests: 70 })
    world.cloud.metrics.setMinute(api.green, startMs, { requests: 30, errors: 3 })
    await world.lookUntil(3)
    const event = (await world.verdicts()).at(-1)
    expect(replayOf(event).data.buckets).toEqual([
      {
        strata: [
          { stable: { requests: 9000, errors: 9 }, canary: { requests: 1000, errors: 50 } },
          { stable: { requests: 70, errors: 0 }, canary: { requests: 30, errors: 3 } },
        ],
        weight: 10,
      },
    ])
    expect(recompute(replayOf(event))).toMatchObject({ e: event?.evidence?.e, verdict: 'pass' })
    expect(replayEvent(event, 'event').agrees).toBe(true)
  })

  it('says where the buckets are when they are too many for an event', async () => {
    const world = await startWith([aCompareGate(bare)], Array<Counts>(152).fill(good))
    // The minute after them has no counts, the one after that has them again.
    world.count(153, good)
    for (const second of [9120, 9180, 9240, 9300, 9360]) await world.look(second)
    const events = await world.verdicts()
    expect(events.map(({ verdict }) => verdict)).toEqual(['no-data', 'pass', 'no-data', 'pass'])
    for (const event of events.slice(2)) {
      expect(replayOf(event).bucketsAt).toBe(`/v1/deployments/${world.id}/buckets?gate=compare`)
      expect(replayOf(event).data).not.toHaveProperty('buckets')
      expect(JSON.stringify(event).length).toBeLessThan(3000)
    }
  })

  it('holds all of a failure, which comes once, up to about 100 KB', async () => {
    const world = await startWith([aCompareGate(bare)], [...Array<Counts>(200).fill(quiet), bad, bad, bad, bad])
    for (const second of [12_300, 12_360, 12_420]) await world.look(second)
    const failure = (await world.verdicts()).at(-1)
    expect(failure).toMatchObject({ verdict: 'fail', evidence: { buckets: 204 } })
    expect(replayOf(failure).data.buckets).toHaveLength(204)
    expect(replayEvent(failure, 'event').agrees).toBe(true)
  })

  it('says where they are when they cannot be read now: a verdict is noted all the same', async () => {
    const world = await startWith([aCompareGate()], [bad, bad, bad])
    await world.lookUntil(3)
    world.faults.before = ({ method }) => {
      if (method === 'listBuckets') throw new TransientError('throttled')
    }
    const { gates } = await world.look(250)
    expect(gates.failing).toMatchObject({ gate: 'compare' })
    const failure = (await world.verdicts()).at(-1)
    expect(failure?.verdict).toBe('fail')
    expect(replayOf(failure).bucketsAt).toBe(`/v1/deployments/${world.id}/buckets?gate=compare`)
    expect(world.logged.map(({ event }) => event)).toContain('replay-not-read')
  })

  it('has nothing to recompute before the comparison began, nor for other gates', async () => {
    const world = await startCompared([aCompareGate(), aMetricGate()])
    world.cloud.metrics.fail('access denied')
    await world.lookUntil(1)
    const events = [...(await world.verdicts()), ...(await world.verdicts('errors'))]
    expect(events.map(({ verdict }) => verdict)).toEqual(['error', 'error'])
    for (const { evidence } of events) expect(evidence).not.toHaveProperty('replay')
  })
})
