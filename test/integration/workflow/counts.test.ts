import { afterEach, describe, expect, it } from 'vitest'
import type { Gate } from '../../../shared/domain/gates/gate.ts'
import type { Strategy } from '../../../shared/domain/strategy.ts'
import { aMetricGate, anAlarmsGate } from '../../support/gates.ts'
import { expectSoundEnd } from '../../support/walk-checks.ts'
import { startWalk, type Walk } from '../../support/workflow-walk.ts'

let walk: Walk
afterEach(() => walk.close())

/**
 * State transitions (what AWS bills) and history events of a whole deployment. Before traffic VerifyCanary is called
 * until target health was good twice: those retries depend on the targets and are not counted.
 */
async function count(strategy: Strategy, gates: readonly Gate[], checkSeconds = 60) {
  walk = await startWalk({ service: { strategy, gates }, checkSeconds })
  walk.cloud.alarms.setState('web-5xx', 'OK')
  const { id, plan } = await walk.start()
  await walk.advance(plan.minimumSeconds)
  await walk.untilEnded(id)
  expect((await expectSoundEnd(walk, id)).phase).toBe('succeeded')
  await walk.advance(1)
  const [execution] = walk.stepFunctions.inspect()
  const retries = walk.tasksCalled.filter((name) => name === 'VerifyCanary').length - 1
  return { transitions: (execution?.transitions ?? 0) - retries, events: execution?.events ?? 0 }
}

const canary: Strategy = { type: 'canary', percent: 10, intervalSeconds: 1800, bakeSeconds: 600 }
const linear: Strategy = { type: 'linear', percent: 10, intervalSeconds: 60, bakeSeconds: 60 }
const week: Strategy = { type: 'canary', percent: 10, intervalSeconds: 604_800, bakeSeconds: 0 }
const rows: readonly (readonly [string, Strategy, readonly Gate[], number])[] = [
  ['a canary of 30 minutes, target health', canary, [], 15],
  ['a canary of 30 minutes, alarms', canary, [anAlarmsGate()], 15],
  ['a canary of 30 minutes, a metric', canary, [aMetricGate()], 15],
  ['linear, 10 steps of a minute, target health', linear, [], 45],
  ['linear, 10 steps of a minute, alarms', linear, [anAlarmsGate()], 45],
  ['linear, 10 steps of a minute, a metric', linear, [aMetricGate()], 45],
]

describe('what a deployment costs', () => {
  it.each(rows)('%s', async (name, strategy, gates, limit) => {
    const { transitions, events } = await count(strategy, gates)
    console.info(`${name}: ${transitions} transitions (at most ${limit}), ${events} history events`)
    expect(transitions).toBeLessThanOrEqual(limit)
  })

  it('a bake of a week stays far below the 25,000 events of an execution', async () => {
    // Checks once an hour: what they add to the history is nothing, and a week has 10,080 minutes.
    const { transitions, events } = await count(week, [aMetricGate()], 3600)
    console.info(`a bake of a week: ${transitions} transitions, ${events} history events (at most 20,000)`)
    expect(events).toBeLessThanOrEqual(20_000)
  })
})
