import { describe, expect, it } from 'vitest'
import { whyPlanStops, whyRestoreStops, whyWatchStops } from '../../../shared/domain/may-write.ts'
import { aDeployment } from '../../support/builders.ts'

const at = '2026-01-01T00:00:00.000Z'
const hold = { kind: 'paused', since: at, until: null, cause: { type: 'command', reason: 'wait' } } as const

describe('a write of the plan', () => {
  it.each([
    ['may start', {}, null],
    ['stops once a rollback was decided', { goal: 'snapshot', phase: 'rolling-back' }, 'rolling-back'],
    ['stops on hold', { hold, phase: 'paused' }, 'paused'],
    ['stops at the end', { endedAt: at, phase: 'succeeded' }, 'succeeded'],
  ] as const)('%s', (_, fields, phase) => {
    const why = whyPlanStops(aDeployment(fields))
    expect(why).toBe(phase && `dep_01KDVDNC00000000000000WEB1 is ${phase}: the plan's writes stop`)
  })
})

describe('a restore', () => {
  it.each([
    ['may start while rolling back', 'rolling-back', false],
    ['may start after one that failed', 'rollback-failed', false],
    ['stops where another one has ended it', 'rolled-back', true],
  ] as const)('%s', (_, phase, stops) => {
    const why = whyRestoreStops(aDeployment({ phase }))
    expect(why).toBe(stops ? 'dep_01KDVDNC00000000000000WEB1 is restored already' : null)
  })
})

describe('putting back what a late write changed', () => {
  const { id } = aDeployment()
  it.each([
    ['may start while the deployment is watched', 'rolled-back', id, false],
    ['may start after a success too', 'succeeded', id, false],
    ['stops once nothing is watched', 'rolled-back', null, true],
    ['stops where another one is watched', 'aborted', 'dep_2', true],
    ['stops where its rollback is still being tried', 'rollback-failed', id, true],
    ['stops before the end', 'baking', id, true],
  ] as const)('%s', (_, phase, watched, stops) => {
    const why = whyWatchStops(aDeployment({ phase }), watched)
    expect(why).toBe(stops ? `${id} of web is watched no more: another deployment began` : null)
  })
})
