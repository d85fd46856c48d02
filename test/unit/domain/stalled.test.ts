import { describe, expect, it } from 'vitest'
import type { Deployment } from '../../../shared/domain/deployment.ts'
import type { Action } from '../../../shared/domain/next-action.ts'
import { isStalled } from '../../../shared/domain/stalled.ts'
import { aDeployment } from '../../support/builders.ts'

const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 10, minute)).toISOString()
const shift: Action = { type: 'shift', step: 1, reason: 'next' }
const approval = (minute: number) => ({ by: 'ci', at: at(minute), step: 1 })

/** Minute after 10:00 at which it counts as stalled; null: not within a day. */
function stalledFrom(deployment: Partial<Deployment>, action: Action): number | null {
  const minutes = Array.from({ length: 24 * 60 }, (_, minute) => minute)
  const isSo = (minute: number) => isStalled(aDeployment(deployment), action, Date.parse(at(minute)))
  return minutes.find(isSo) ?? null
}

describe('a deployment that no workflow takes on', () => {
  it.each<[string, Partial<Deployment>, Action, number | null]>([
    ['preparing: since it was asked for', { stage: 'preparing', createdAt: at(5) }, { type: 'verify' }, 35],
    [
      'preparing after a wait: since its turn came',
      { stage: 'preparing', createdAt: at(0), nextActionAt: at(20) },
      { type: 'verify' },
      50,
    ],
    ['queued: its turn has not come', { stage: 'queued', createdAt: at(0) }, { type: 'verify' }, null],
    ['verifying: since its deadline', { stage: 'verifying', deadlineAt: at(40) }, { type: 'verify' }, 70],
    ['verifying, without a deadline', { stage: 'verifying', deadlineAt: null }, { type: 'verify' }, null],
    ['shifting has a deadline of its own', { stage: 'shifting', deadlineAt: at(5) }, shift, null],
    [
      'approved: since the last approval',
      { stage: 'awaiting-approval', approvals: [approval(3), approval(9)] },
      shift,
      39,
    ],
    ['awaiting approval, without one', { stage: 'awaiting-approval', approvals: [] }, shift, null],
    ['baking: since its end', { stage: 'baking', bakeEndsAt: at(10), nextActionAt: at(10) }, { type: 'succeed' }, 40],
    [
      'baking: since the look that was put off',
      { stage: 'baking', bakeEndsAt: at(10), nextActionAt: at(12) },
      shift,
      42,
    ],
    ['baking: not since an earlier look', { stage: 'baking', bakeEndsAt: at(10), nextActionAt: at(8) }, shift, 40],
    ['baking, without a look', { stage: 'baking', bakeEndsAt: at(10), nextActionAt: null }, shift, 40],
    ['baking, without an end', { stage: 'baking', bakeEndsAt: null, nextActionAt: at(8) }, shift, 38],
    ['baking, without either', { stage: 'baking', bakeEndsAt: null, nextActionAt: null }, shift, null],
  ])('is stalled half an hour after something was due: %s', (_, deployment, action, minute) => {
    expect(stalledFrom(deployment, action)).toBe(minute)
  })

  it.each<Action>([
    { type: 'wait', until: null },
    { type: 'close' },
    { type: 'halt', cause: { type: 'drift', reason: 'somebody else' } },
    { type: 'roll-back', cause: { type: 'drift', reason: 'somebody else' } },
  ])('is not stalled where the check itself acts, or nobody has to: $type', (action) => {
    expect(stalledFrom({ stage: 'baking', bakeEndsAt: at(0), nextActionAt: null }, action)).toBeNull()
  })
})
