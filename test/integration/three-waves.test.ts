import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newAnswers } from '../support/clients.ts'
import { type LiveWaves, type Routing, startLiveWaves } from '../support/live-waves.ts'
import { callApi, waitForDeployment } from '../support/local-mode.ts'
import { until } from '../support/until.ts'

type Json = Record<string, unknown>

const finalPhases = ['succeeded', 'rolled-back', 'aborted', 'rejected', 'rollback-failed']
const errors = { kind: 'metric', name: 'errors', metric: 'error-rate', max: 0.01, minRequests: 10 }
/** To be ended by `promote`: longer than any test. */
const untilPromoted = 86_400
const inSteps = (bakeSeconds: number) => ({
  type: 'steps',
  steps: [40, 100].map((weight) => ({ weight, bakeSeconds })),
})

let waves: LiveWaves
let before: Routing
beforeEach(async () => {
  waves = await startLiveWaves()
  before = await waves.routing()
})
afterEach(() => waves.close())

const untilSo = (id: string, isSo: (deployment: Json) => boolean) => waitForDeployment(waves.local.apiUrl, id, isSo)
const untilBaking = (id: string, step: number) => untilSo(id, (now) => now.phase === 'baking' && now.step === step)
const untilEnded = (id: string) => untilSo(id, ({ phase }) => finalPhases.includes(String(phase)))

/** Green's weight in each wave: a group that is not in the rule has 0. */
async function greens(): Promise<readonly number[]> {
  const [west, east, records] = await waves.routing()
  const inRule = ([action]: typeof west) => {
    const groups = action?.ForwardConfig?.TargetGroups ?? []
    return groups.find(({ TargetGroupArn }) => TargetGroupArn?.includes('web-green'))?.Weight ?? 0
  }
  const inRecords = records.find(({ SetIdentifier }) => SetIdentifier === 'web-green')?.Weight ?? 0
  return [inRule(west), inRule(east), inRecords]
}

/** Until the endpoint has refused somebody, or kept an answer, and each of these waves was written all the same. */
async function untilBack(start: number, expected: readonly number[]): Promise<void> {
  await until(`waves ${expected.join(', ')} back, and a fault`, async () => {
    const changes = await waves.changesAfter(start)
    const written = changes.filter(({ outcome }) => outcome.startsWith('ok')).map(({ wave }) => wave)
    const hasFailed = changes.some(({ outcome }) => !['ok', 'pending'].includes(outcome))
    return (hasFailed && expected.every((wave) => written.includes(wave))) || undefined
  })
}

/** Which versions, and which errors, the clients of each wave meet from now on. */
async function metNow(): Promise<readonly string[][]> {
  return (await newAnswers(waves.clients, 50)).map((counts) => Object.keys(counts))
}

/** Which ones they have met since this was asked last. */
const metSoFar = () => waves.clients.map((clients) => Object.keys(clients.take()).sort())

describe('a deployment over two Regions and DNS, under traffic', () => {
  it('brings one wave after the other to 100 %, and no client sees an error', { timeout: 120_000 }, async () => {
    const start = await waves.lastRequest()
    const id = await waves.deploy({ strategy: inSteps(60), gates: [errors] })
    const seen: unknown[] = []
    for (const step of [0, 2, 4]) {
      await untilBaking(id, step)
      seen.push(await greens())
    }
    expect(seen).toEqual([
      [40, 0, 0],
      [100, 40, 0],
      [100, 100, 40],
    ])
    expect(await untilEnded(id)).toMatchObject({ phase: 'succeeded', weight: 100, cause: null })
    expect(await greens()).toEqual([100, 100, 100])
    const versions = ['v1', 'v2']
    expect(metSoFar()).toEqual([versions, versions, versions])
    expect(await metNow()).toEqual([['v2'], ['v2'], ['v2']])
    // First each green is put into its rule at weight 0, to be checked; then one wave after the other.
    const attached = [1, 2].map((wave) => [wave, 0])
    const shifted = [1, 2, 3].flatMap((wave) => [40, 100].map((green) => [wave, green]))
    expect(await waves.writesOf(id)).toEqual([...attached, ...shifted])
    const accepted = (await waves.changesAfter(start)).filter(({ outcome }) => outcome === 'ok')
    expect(accepted.map(({ wave }) => wave)).toEqual([1, 2, 1, 1, 2, 2, 3, 3])
  })

  it('restores everything when the second wave fails its gate, and never writes DNS', {
    timeout: 120_000,
  }, async () => {
    waves.services[1].green.deploy('v2', 0.5)
    const start = await waves.lastRequest()
    const id = await waves.deploy({ strategy: inSteps(60), gates: [errors] })
    await untilBaking(id, 2)
    expect(await greens()).toEqual([100, 40, 0])
    const ended = await untilEnded(id)
    expect(ended).toMatchObject({
      ...{ phase: 'rolled-back', weight: 0, cause: { type: 'gate', gate: 'errors' } },
      routes: [
        { kind: 'alb', wave: 1, restore: { status: 'restored' } },
        { kind: 'alb', wave: 2, restore: { status: 'restored' } },
        { kind: 'route53', wave: 3 },
      ],
    })
    expect((ended.cause as Json).reason).toMatch(/^[2-9] of 2 bad windows in a row: error-rate 0\.[45]/)
    // No client of a name was moved, so none comes late.
    expect(ended.tail).toBeUndefined()
    expect(await waves.routing()).toEqual(before)
    expect(metSoFar()).toEqual([['v1', 'v2'], ['v1', 'v2', 'v2 500'], ['v1']])
    expect(await metNow()).toEqual([['v1'], ['v1'], ['v1']])
    const moved = (await waves.writesOf(id)).slice(2)
    expect(moved).toEqual([
      [1, 40],
      [1, 100],
      [2, 40],
      [2, 0],
      [1, 0],
    ])
    expect((await waves.changesAfter(start)).map(({ wave }) => wave)).not.toContain(3)
  })

  it.each([
    {
      title: 'while Route 53 takes no change, the load balancers are back at once',
      faults: [{ service: 'route53', action: 'ChangeResourceRecordSets', kind: 'throttle' }],
      meanwhile: { back: [2, 1], greens: [0, 0, 40] },
    },
    {
      title: 'while no load balancer takes one, the records are back at once',
      faults: [{ service: 'elasticloadbalancing', action: 'ModifyRule', kind: 'throttle' }],
      meanwhile: { back: [3], greens: [100, 100, 0] },
    },
    {
      title: 'while one Region throttles, the others are back and it follows',
      faults: [{ service: 'elasticloadbalancing', action: 'ModifyRule', kind: 'throttle', count: 2 }],
      meanwhile: { back: [3, 2, 1], greens: [0, 0, 0] },
    },
    {
      title: 'where both lose an answer, the record has every write all the same',
      faults: [
        { service: 'route53', action: 'ChangeResourceRecordSets', kind: 'lost-answer', count: 1 },
        { service: 'elasticloadbalancing', action: 'ModifyRule', kind: 'lost-answer', count: 1 },
      ],
      meanwhile: { back: [3, 2, 1], greens: [0, 0, 0] },
    },
  ])('aborted in its last wave: $title', { timeout: 120_000 }, async ({ faults, meanwhile }) => {
    const id = await waves.deploy({ strategy: inSteps(untilPromoted) })
    const { apiUrl, clock } = waves.local
    for (const step of [0, 1, 2, 3]) {
      await untilBaking(id, step)
      await callApi(apiUrl, 'POST', `/v1/deployments/${id}/promote`, { expectedStep: step })
    }
    await untilBaking(id, 4)
    expect(await greens()).toEqual([100, 100, 40])
    const start = await waves.lastRequest()
    await waves.fail(...faults)
    const [answer] = await Promise.all([
      callApi(apiUrl, 'POST', `/v1/deployments/${id}/abort`, { reason: 'enough' }),
      untilBack(start, meanwhile.back).then(async () => {
        expect(await greens()).toEqual(meanwhile.greens)
        await waves.fail()
      }),
    ])
    expect([200, 202]).toContain(answer.status)
    const ended = await untilEnded(id)
    expect(ended).toMatchObject({ phase: 'aborted', weight: 0, cause: { type: 'command', reason: 'enough' } })
    expect(await waves.routing()).toEqual(before)
    // The check may have joined in, so one of them may be there twice; in whatever order, the record has them all.
    const restores = (await waves.writesOf(id)).slice(7).map(String)
    expect([...new Set(restores)].sort()).toEqual(['1,0', '2,0', '3,0'])
    const { endsAt } = ended.tail as { endsAt: string }
    await until('the end of the tail', () => clock.now() > Date.parse(endsAt) || undefined)
    expect(await metNow()).toEqual([['v1'], ['v1'], ['v1']])
  })
})
