import { afterEach, describe, expect, it } from 'vitest'
import type { Gate } from '../../../shared/domain/gates/gate.ts'
import { resume } from '../../../shared/use-cases/resume.ts'
import { aDeployer, webArns } from '../../support/builders.ts'
import { aMetricGate, anAlarmsGate, aRoute53HealthGate, aWebhookGate } from '../../support/gates.ts'
import { expectRolledBack, expectSoundEnd } from '../../support/walk-checks.ts'
import { startWalk, type Walk } from '../../support/workflow-walk.ts'

let walk: Walk
afterEach(() => walk.close())

const strategy = { type: 'canary', percent: 10, intervalSeconds: 600, bakeSeconds: 60 } as const
const refused = () => {
  throw new Error('CloudWatch is away')
}

/** How each kind of gate goes blind, and what it says then. */
const blindness: readonly (readonly [string, Gate, 'no-data' | 'error', () => void])[] = [
  ['a metric without data', aMetricGate(), 'no-data', () => (walk.traffic = () => null)],
  ['a metric with too few requests', aMetricGate(), 'no-data', () => (walk.traffic = () => ({ requests: 99 }))],
  ['a metric that cannot be read', aMetricGate(), 'error', () => walk.cloud.metrics.fail('access denied')],
  [
    'an alarm without data',
    anAlarmsGate(),
    'no-data',
    () => walk.cloud.alarms.setState('web-5xx', 'INSUFFICIENT_DATA'),
  ],
  [
    'alarms that cannot be read',
    anAlarmsGate(),
    'error',
    () => walk.cloud.inject({ before: ({ action }) => void (action === 'alarms.read' && refused()) }),
  ],
  [
    'a health check without data',
    aRoute53HealthGate(),
    'no-data',
    () => walk.cloud.healthChecks.setState('check-b', null),
  ],
  [
    'health checks that cannot be read',
    aRoute53HealthGate(),
    'error',
    () => walk.cloud.inject({ before: ({ action }) => void (action === 'health-checks.read' && refused()) }),
  ],
  [
    'a webhook whose judge has no data',
    aWebhookGate(),
    'no-data',
    () =>
      walk.cloud.answerWebhooks(() => ({
        ...{ status: 'answered', verdict: 'no-data', reason: 'night' },
        ...{ evidence: null, note: null, milliseconds: 1 },
      })),
  ],
  [
    'a webhook whose answers nobody can trust',
    aWebhookGate(),
    'error',
    () => walk.cloud.answerWebhooks(() => ({ status: 'error', reason: 'the answer is not signed' })),
  ],
  ['a webhook whose secret is gone', aWebhookGate(), 'error', () => walk.cloud.setSecret('/sluice/judge', null)],
]

async function startWith(gates: readonly Gate[]): Promise<string> {
  walk = await startWalk({ service: { gates, strategy } })
  walk.cloud.alarms.setState('web-5xx', 'OK')
  for (const id of ['check-a', 'check-b']) walk.cloud.healthChecks.setState(id, 'healthy')
  return (await walk.start()).id
}

describe.each(blindness)('%s', (_, gate, word, goBlind) => {
  it('rolls back after the grace and the limit, and not before', async () => {
    const id = await startWith([gate])
    const { settledAt } = await walk.until(id, 'baking')
    goBlind()
    await walk.until(id, 'rolled-back', 1200)
    const deployment = await expectRolledBack(walk, id, { type: 'gate', gate: gate.name })
    const blindSeconds = (Date.parse(deployment.endedAt ?? '') - Date.parse(settledAt ?? '')) / 1000
    expect(blindSeconds).toBeGreaterThan(240 + 60)
    const words = (await walk.events(id)).filter((event) => event.gate === gate.name).map(({ verdict }) => verdict)
    expect(words.at(-1)).toBe(word)
  })

  it('halts instead where the gate says so, and never counts as health', async () => {
    const id = await startWith([{ ...gate, onNoData: 'halt' }])
    await walk.until(id, 'baking')
    goBlind()
    const halted = await walk.until(id, 'halted', 1200)
    expect(halted).toMatchObject({ weight: 10, cause: { type: 'gate', gate: gate.name } })
    await walk.advance(3600)
    expect((await walk.load(id)).phase).toBe('halted')
  })
})

describe('a step whose gate has not passed yet', () => {
  it('is prolonged, and ends as soon as the gate passes', async () => {
    const id = await startWith([aMetricGate({ graceSeconds: 900 })])
    walk.traffic = () => null
    const { bakeEndsAt } = await walk.until(id, 'baking')
    await walk.advance(900)
    expect(await walk.load(id)).toMatchObject({ phase: 'baking', step: 0 })
    expect(walk.clock.now()).toBeGreaterThan(Date.parse(bakeEndsAt ?? ''))
    walk.traffic = () => ({ requests: 1000 })
    await walk.until(id, ({ step }) => step === 1, 400)
    await walk.untilEnded(id)
    expect((await expectSoundEnd(walk, id)).phase).toBe('succeeded')
  })

  it('is not prolonged beyond its limit: then onNoData decides', async () => {
    const id = await startWith([aMetricGate({ graceSeconds: 900, maxExtendSeconds: 300 })])
    walk.traffic = () => null
    const { bakeEndsAt } = await walk.until(id, 'baking')
    await walk.untilEnded(id)
    const { cause, endedAt } = await expectRolledBack(walk, id, { type: 'gate', gate: 'errors' })
    expect(cause?.reason).toMatch(/did not pass within 300 s after the bake/)
    const lateSeconds = (Date.parse(endedAt ?? '') - Date.parse(bakeEndsAt ?? '')) / 1000
    expect(lateSeconds).toBeGreaterThanOrEqual(300)
    expect(lateSeconds).toBeLessThan(310)
  })

  it('is held by one bad window below the count, and goes on after a good one', async () => {
    const id = await startWith([aMetricGate({ failures: 3 })])
    const { bakeEndsAt } = await walk.until(id, 'baking')
    const badMs = Date.parse(bakeEndsAt ?? '') - 180_000
    walk.traffic = (slot) => {
      const isBad = slot === 'green' && Math.abs(walk.clock.now() - 60_000 - badMs) < 30_000
      return { requests: 1000, errors: isBad ? 100 : 0 }
    }
    await walk.until(id, ({ step }) => step === 1, 1200)
    const { firstShiftAt } = await walk.load(id)
    expect(firstShiftAt).not.toBeNull()
    const shiftedAt = (await walk.events(id)).filter(({ type }) => type === 'write').at(-1)?.at ?? ''
    expect(Date.parse(shiftedAt)).toBeGreaterThanOrEqual(Date.parse(bakeEndsAt ?? ''))
    await walk.untilEnded(id)
    expect((await expectSoundEnd(walk, id)).phase).toBe('succeeded')
  })
})

describe('an alarm that went to ALARM and back to OK', () => {
  it('between two looks still takes everything back', async () => {
    const id = await startWith([anAlarmsGate()])
    await walk.until(id, 'baking')
    await walk.advance(70)
    walk.cloud.alarms.setState('web-5xx', 'ALARM')
    await walk.advance(5)
    walk.cloud.alarms.setState('web-5xx', 'OK')
    await walk.until(id, 'rolled-back', 120)
    await expectRolledBack(walk, id, { type: 'gate', gate: 'alarms' })
  })

  it('before the first shift counts for nothing', async () => {
    walk = await startWalk({ service: { gates: [anAlarmsGate()], strategy } })
    walk.cloud.alarms.setState('web-5xx', 'ALARM')
    await walk.advance(5)
    walk.cloud.alarms.setState('web-5xx', 'OK')
    const { id } = await walk.start()
    await walk.untilEnded(id)
    expect((await walk.load(id)).phase).toBe('succeeded')
  })
})

describe('while a deployment is halted', () => {
  const failOnGreen = () => {
    walk.traffic = (slot) => ({ requests: 1000, errors: slot === 'green' ? 500 : 0 })
  }

  it('by drift, a gate that begins to fail calls a person and overwrites nothing', async () => {
    const id = await startWith([aMetricGate()])
    await walk.until(id, 'baking')
    walk.cloud.routing.set(webArns.rule, { weights: { [webArns.blue]: 50, [webArns.green]: 50 } })
    await walk.until(id, 'halted', 900)
    failOnGreen()
    await walk.advance(900)
    expect((await walk.load(id)).phase).toBe('halted')
    expect(walk.green()).toBe(50)
    expect(walk.pages).toHaveLength(2)
    expect(walk.pages[1]?.message).toMatch(/gate "errors" fails while .* is halted: 2 of 2 bad windows/)
    await walk.during(resume(walk.deps, id, { actor: aDeployer, drift: 'overwrite' }))
    await walk.untilEnded(id, 900)
    expect(await walk.load(id)).toMatchObject({ phase: 'rolled-back', cause: { type: 'gate', gate: 'errors' } })
    expect(walk.green()).toBe(0)
  })

  it('by a gate that asks, another one that rolls back is followed', async () => {
    const id = await startWith([aMetricGate(), anAlarmsGate({ onFail: 'halt' })])
    await walk.until(id, 'baking')
    walk.cloud.alarms.setState('web-5xx', 'ALARM')
    await walk.until(id, 'halted', 120)
    failOnGreen()
    await walk.untilEnded(id, 900)
    await expectRolledBack(walk, id, { type: 'gate', gate: 'errors' })
  })
})

describe('target health that cannot be read', () => {
  it('neither rolls back at once nor lets the step end', async () => {
    walk = await startWalk({ service: { strategy } })
    const { id } = await walk.start()
    await walk.until(id, 'baking')
    walk.cloud.inject({
      before: ({ action, subject }) => void (action === 'health.read' && subject === webArns.green && refused()),
    })
    await walk.until(id, 'rolled-back', 1200)
    await expectRolledBack(walk, id, { type: 'gate', gate: 'target-health' })
  })
})
