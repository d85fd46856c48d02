import { describe, expect, it } from 'vitest'
import { readCountsDocument } from '../../../../cli/judge/counts-document.ts'
import { readGateFile } from '../../../../cli/judge/gate-file.ts'
import { judgeCounts } from '../../../../cli/judge/judge-counts.ts'
import { replayEvent, withBuckets } from '../../../../cli/judge/replay.ts'

const gate = { measure: 'errors', alpha: 0.01 }
const fixed = { phi: 1, cap: 64, p0: 0.005, knowsNormalRate: true }
const bad = { stable: { requests: 900, errors: 1 }, canary: { requests: 100, errors: 9 }, weight: 10 }
const data = { bucketSeconds: 60, plannedBuckets: 60, fixed, buckets: [bad, bad, bad] }

function judged(counts: typeof data) {
  const { parameters } = readGateFile(gate, 'gate')
  return judgeCounts(parameters, readCountsDocument(counts, 'errors', 'counts'))
}

function anEvent(evidence: Record<string, unknown> = {}, verdict = 'fail') {
  const { e, eSup, failedAt } = judged(data)
  return { type: 'verdict', verdict, evidence: { e, eSup, failedAt, replay: { gate, data }, ...evidence } }
}

const differing = (event: unknown) =>
  replayEvent(event, 'event.json')
    .fields.filter(({ agrees }) => !agrees)
    .map(({ field }) => field)

describe('a verdict judged again', () => {
  it('agrees with its evidence', () => {
    const replayed = replayEvent(anEvent(), 'event.json')
    expect(replayed.agrees).toBe(true)
    expect(replayed.fields.map(({ field }) => field)).toEqual(['verdict', 'e', 'eSup', 'failedAt'])
  })

  it('agrees where only the last digits of the evidence differ', () => {
    expect(differing(anEvent({ e: judged(data).e * (1 + 1e-12) }))).toEqual([])
  })

  it.each([
    ['verdict', anEvent({}, 'pass')],
    ['e', anEvent({ e: judged(data).e * 1.001 })],
    ['eSup', anEvent({ eSup: 3 })],
    ['failedAt', anEvent({ failedAt: null })],
    ['failedAt', anEvent({ failedAt: 0 })],
  ])('differs in %s', (field, event) => {
    expect(differing(event)).toEqual([field])
  })

  it('differs where a count was changed', () => {
    const changed = { ...data, buckets: [bad, bad, { ...bad, canary: { requests: 100, errors: 1 } }] }
    expect(differing(anEvent({ replay: { gate, data: changed } }))).toEqual(['e', 'eSup'])
  })

  it('agrees with no-data where its counts pass: windows without counts leave none', () => {
    const quiet = { ...data, buckets: [{ ...bad, canary: { requests: 100, errors: 0 } }] }
    const { e, eSup, failedAt } = judged(quiet)
    const evidence = { e, eSup, failedAt, replay: { gate, data: quiet } }
    expect(differing(anEvent(evidence, 'no-data'))).toEqual([])
    expect(differing(anEvent(evidence, 'fail'))).toEqual(['verdict'])
    expect(differing(anEvent({}, 'no-data'))).toEqual(['verdict'])
  })

  it('of a gate that failed together with others looks at the limit they left it', () => {
    const some = { ...data, buckets: [bad] }
    const { e, eSup } = judged(some)
    const evidence = { e, eSup, failedAt: null, meanE: 100, replay: { gate: { ...gate, alpha: 0.9 }, data: some } }
    expect(differing(anEvent({ ...evidence, limit: e / 2 }))).toEqual([])
    expect(differing(anEvent({ ...evidence, limit: e * 2 }))).toEqual(['verdict'])
  })

  it.each([
    ['no event', 3, 'no evidence.replay'],
    ['without evidence', { verdict: 'fail' }, 'no evidence.replay'],
    ['without replay', { verdict: 'fail', evidence: {} }, 'no evidence.replay'],
    ['without the numbers', anEvent({ e: 'many' }), 'cannot be judged again'],
    ['with a wrong gate', anEvent({ replay: { gate: { alpha: 7 }, data } }), 'evidence.replay.gate of event.json'],
    ['with wrong counts', anEvent({ replay: { gate, data: {} } }), 'evidence.replay.data of event.json'],
  ])('is refused: %s', (_, event, message) => {
    expect(() => replayEvent(event, 'event.json')).toThrow(message)
  })
})

describe('an event with too many buckets to hold them', () => {
  const { buckets: _elsewhere, ...rest } = data
  const side = ({ requests, errors }: { requests: number; errors: number }) => ({ requests, bad: errors })
  const item = {
    startAt: 'x',
    endAt: 'y',
    step: 0,
    weight: 10,
    strata: [{ stable: side(bad.stable), canary: side(bad.canary) }],
  }
  const event = anEvent({ buckets: 3, replay: { gate, data: rest, bucketsAt: '/v1/buckets?gate=errors' } })

  it('gets those that it was made on from the API, page by page', async () => {
    const asked: string[] = []
    const whole = await withBuckets(event, async (path) => {
      asked.push(path)
      return { items: [item, item], nextCursor: 'next one' }
    })
    expect(asked).toEqual(['/v1/buckets?gate=errors', '/v1/buckets?gate=errors&cursor=next%20one'])
    expect(replayEvent(whole, 'event.json').agrees).toBe(true)
  })

  it('is asked for only where it is needed', async () => {
    const never = () => Promise.reject(new Error('asked'))
    expect(await withBuckets(3, never)).toBe(3)
    expect(await withBuckets({ evidence: {} }, never)).toEqual({ evidence: {} })
    const whole = anEvent()
    expect(await withBuckets(whole, never)).toBe(whole)
  })

  it('cannot be judged where the API has none', async () => {
    const none = await withBuckets(event, async () => ({}))
    expect(replayEvent(none, 'event.json').agrees).toBe(false)
  })
})
