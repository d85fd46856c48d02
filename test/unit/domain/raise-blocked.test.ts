import { describe, expect, it } from 'vitest'
import type { Deployment } from '../../../shared/domain/deployment.ts'
import { ConflictError } from '../../../shared/domain/errors.ts'
import { decideNext, unjudged } from '../../../shared/domain/next-action.ts'
import type { RaiseBlock } from '../../../shared/domain/raise-block.ts'
import { transition } from '../../../shared/domain/transition.ts'
import { aDeployment } from '../../support/builders.ts'

const at = '2026-01-02T18:00:10.000Z'
const block: RaiseBlock = { finding: 'freeze', reason: 'weekend', until: '2026-01-05T00:00:00.000Z' }
const blocked = {
  type: 'raise-blocked',
  block,
  until: '2026-01-05T00:00:00.000Z',
  deadlineAt: '2026-01-05T00:15:00.000Z',
} as const

const shifting = aDeployment({
  phase: 'shifting',
  stage: 'shifting',
  step: 0,
  target: 1,
  weight: 10,
  deadlineAt: '2026-01-02T18:15:00.000Z',
  nextActionAt: '2026-01-02T18:00:00.000Z',
})
const waiting = transition(shifting, blocked, at)
const decide = (deployment: Deployment, instant: string) => decideNext(deployment, unjudged, Date.parse(instant))

describe('a raise that is blocked', () => {
  it('waits with a reason, and takes the deadline of its step with it', () => {
    const { lastEvents, ...rest } = waiting
    const { lastEvents: _none, ...before } = shifting
    expect(rest).toEqual({
      ...before,
      waitsFor: block,
      nextActionAt: '2026-01-05T00:00:00.000Z',
      deadlineAt: '2026-01-05T00:15:00.000Z',
      revision: shifting.revision + 1,
      eventSeq: shifting.eventSeq + 1,
    })
    expect(lastEvents.map(({ type, reason }) => [type, reason])).toEqual([['note', 'the raise waits: weekend']])
  })

  it('is not tried, and rolls nothing back, before its time', () => {
    for (const instant of ['2026-01-02T18:16:00.000Z', '2026-01-04T23:59:59.999Z'])
      expect(decide(waiting, instant)).toEqual({ type: 'wait', until: '2026-01-05T00:00:00.000Z' })
    expect(decide(waiting, '2026-01-05T00:00:00.000Z')).toMatchObject({ type: 'shift', step: 1 })
  })

  it('has its usual time for the write afterwards', () => {
    expect(decide(waiting, '2026-01-05T00:14:59.999Z')).toMatchObject({ type: 'shift' })
    expect(decide(waiting, '2026-01-05T00:15:00.000Z')).toMatchObject({ type: 'roll-back' })
  })

  it('says the same only once, and something new again', () => {
    const later = { ...blocked, until: '2026-01-06T00:00:00.000Z', deadlineAt: '2026-01-06T00:15:00.000Z' }
    const again = transition(waiting, later, at)
    expect(again).toMatchObject({ nextActionAt: later.until, deadlineAt: later.deadlineAt, eventSeq: waiting.eventSeq })
    const other = transition(again, { ...later, block: { ...block, reason: 'stocktaking' } }, at)
    expect(other.lastEvents.map(({ reason }) => reason)).toEqual([
      'the raise waits: weekend',
      'the raise waits: stocktaking',
    ])
  })

  it('waits for nothing any more once it is written, wanted anew, or delayed by something else', () => {
    const when = '2026-01-05T00:00:20.000Z'
    const shifted = { type: 'shifted', step: 1, settledAt: when, bakeEndsAt: when, lookAt: when } as const
    expect(transition(waiting, shifted, at).waitsFor).toBeNull()
    expect(transition(waiting, { type: 'shift-delayed', until: when, reason: 'no capacity' }, at).waitsFor).toBeNull()
    const baking = { ...waiting, phase: 'baking', stage: 'baking' } as const
    const wanted = { type: 'shift-wanted', step: 1, reason: 'next', deadlineAt: when } as const
    expect(transition(baking, wanted, at).waitsFor).toBeNull()
  })

  it.each(['verifying', 'baking', 'awaiting-approval'] as const)('is no news while it is %s', (stage) => {
    expect(() => transition({ ...shifting, phase: stage, stage }, blocked, at)).toThrow(ConflictError)
  })
})
