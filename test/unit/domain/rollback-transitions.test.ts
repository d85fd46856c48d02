import { describe, expect, it } from 'vitest'
import type { Deployment, RouteProgress } from '../../../shared/domain/deployment.ts'
import { ConflictError } from '../../../shared/domain/errors.ts'
import { type TransitionEvent, transition } from '../../../shared/domain/transition.ts'
import { aDeployment, aRouteState } from '../../support/builders.ts'
import { aGateFailure, at } from '../../support/transition-events.ts'

const aRoute = (resource: string, touched = true): RouteProgress => ({
  ...{ resource, snapshot: aRouteState(), touched, stableHealthyBefore: null, test: null },
})

/** Three routes, the last one never written, rolling back. */
const rollingBack = (): Deployment =>
  transition(
    aDeployment({ routes: [aRoute('west'), aRoute('dns'), aRoute('idle', false)] }),
    { type: 'roll-back', cause: aGateFailure },
    at,
  )
const partly: TransitionEvent = {
  type: 'partly-restored',
  outcomes: [
    { resource: 'west', failure: null },
    { resource: 'dns', failure: 'Rate exceeded' },
  ],
}
const restores = ({ routes }: Deployment) => routes.map(({ restore }) => restore)

describe('a rollback that brought back some routes', () => {
  it('says of each what became of it, and goes on', () => {
    const before = rollingBack()
    const after = transition(before, partly, at)
    expect(restores(after)).toEqual([
      { status: 'restored', at },
      { status: 'failed', at, reason: 'Rate exceeded' },
      undefined,
    ])
    expect([after.phase, after.version]).toEqual(['rolling-back', before.version])
    expect(after.lastEvents.at(-1)).toMatchObject({
      type: 'note',
      reason: '1 of 2 routes restored; not yet: dns: Rate exceeded',
    })
  })

  it('counts every route that was touched as restored at the end', () => {
    const ended = transition(transition(rollingBack(), partly, at), { type: 'restored' }, at)
    expect(restores(ended)).toEqual([{ status: 'restored', at }, { status: 'restored', at }, undefined])
    expect(ended.phase).toBe('rolled-back')
    expect('tail' in ended).toBe(false)
  })

  it('can be told of after it had failed for an hour as well', () => {
    const failed = transition(rollingBack(), { type: 'restore-failed', reason: 'for an hour' }, at)
    const after = transition(failed, partly, at)
    expect([after.phase, restores(after)[1]?.status]).toEqual(['rollback-failed', 'failed'])
  })

  it('is refused where nobody asked for a rollback', () => {
    expect(() => transition(aDeployment(), partly, at)).toThrow(ConflictError)
  })
})

describe('the end of a rollback of DNS records', () => {
  it('says for how long resolvers may send clients to the side that was left', () => {
    const ended = transition(rollingBack(), { type: 'restored', tailSeconds: 120 }, at)
    expect(ended.tail).toEqual({ seconds: 120, endsAt: '2026-01-01T00:12:00.000Z' })
    expect(ended.lastEvents.at(-1)?.reason).toBe(
      'traffic read back equal to the snapshot; resolvers may send clients to green for up to 120 s more, until 2026-01-01T00:12:00.000Z',
    )
  })
})

describe('a write that Route 53 has accepted', () => {
  const written = (changeId: string | null): TransitionEvent => ({
    ...{ type: 'written', resource: 'dns', before: { blue: 100, green: 0 }, after: { blue: 90, green: 10 } },
    changeId,
    reason: 'step 0: 10 %',
  })

  it('is remembered with the step that it belongs to', () => {
    const deployment = aDeployment({ routes: [aRoute('west'), aRoute('dns')], target: 1 })
    const after = transition(deployment, written('C1'), at)
    expect(after.routes.map(({ change }) => change)).toEqual([undefined, { id: 'C1', step: 1 }])
    expect(transition(after, written(null), at).routes[1]?.change).toEqual({ id: 'C1', step: 1 })
  })
})
