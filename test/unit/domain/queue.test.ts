import { describe, expect, it } from 'vitest'
import type { Deployment } from '../../../shared/domain/deployment.ts'
import { placeOf } from '../../../shared/domain/queue.ts'
import { aDeployment } from '../../support/builders.ts'

const aWaiting = (overrides: Partial<Deployment> = {}) =>
  aDeployment({ id: 'dep_5', phase: 'queued', stage: 'queued', ...overrides })
const open = { id: 'dep_1', phase: 'baking', cause: null } as const
const freeze = { finding: 'freeze', reason: 'a window is open', until: '2026-01-05T00:00:00.000Z' } as const

describe('the place of a deployment that waits', () => {
  it('is the next one where only the open deployment is ahead', () => {
    expect(placeOf(aWaiting(), { open, waiting: ['dep_5', 'dep_7'] })).toEqual({
      position: 1,
      ahead: ['dep_1'],
      reason: 'dep_1 is baking',
    })
  })

  it('is behind everything that was asked for before it', () => {
    const waiting = ['dep_2', 'dep_4', 'dep_5', 'dep_7']
    expect(placeOf(aWaiting(), { open, waiting })).toEqual({
      position: 3,
      ahead: ['dep_1', 'dep_2', 'dep_4'],
      reason: 'dep_2 starts before it',
    })
  })

  it('does not count twice what is open and has not left the queue yet', () => {
    expect(placeOf(aWaiting(), { open, waiting: ['dep_1', 'dep_5'] })).toMatchObject({ position: 1, ahead: ['dep_1'] })
  })

  it('is the first where nothing is ahead, and it is itself about to start', () => {
    const own = { id: 'dep_5', phase: 'queued', cause: null } as const
    for (const one of [own, null])
      expect(placeOf(aWaiting(), { open: one, waiting: ['dep_5'] })).toEqual({
        position: 1,
        ahead: [],
        reason: 'its turn has come; it starts within a minute',
      })
  })

  it.each([
    ['a freeze window', null, { waitsFor: freeze }, 'a window is open'],
    [
      'one that failed to be restored',
      { ...open, phase: 'rollback-failed' },
      {},
      'dep_1 could not be restored; that is tried again every minute, and a person was called',
    ],
    [
      'one that halted',
      { ...open, phase: 'halted', cause: { type: 'drift', reason: 'somebody else' } },
      {},
      'dep_1 is halted: somebody else',
    ],
    ['one that is restored without a cause', { ...open, phase: 'rolling-back' }, {}, 'dep_1 is rolling-back'],
    [
      'one that it may not take the place of',
      open,
      { heldBack: { deployment: 'dep_1', reason: 'stable is empty' } },
      'dep_1 cannot be taken back: stable is empty',
    ],
    [
      'the one after that',
      { ...open, id: 'dep_2' },
      { heldBack: { deployment: 'dep_1', reason: 'stable is empty' } },
      'dep_2 is baking',
    ],
  ] as const)('says that it waits for %s', (_, ahead, overrides, reason) => {
    expect(placeOf(aWaiting(overrides), { open: ahead, waiting: ['dep_5'] }).reason).toBe(reason)
  })
})
