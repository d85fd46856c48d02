import { expect } from 'vitest'
import type { Deployment } from '../../shared/domain/deployment.ts'
import { webArns } from './builders.ts'
import type { Walk } from './workflow-walk.ts'

/** The shares of green (percent) that were written to the web rule, in order, without what only attached or detached. */
export function greenWrites(walk: Walk): readonly number[] {
  return walk.cloud.routing.writes
    .filter(({ resource }) => resource === webArns.rule)
    .map(({ after }) => shareOf(after[webArns.green], after[webArns.blue]))
}

function shareOf(part = 0, rest = 0): number {
  return (100 * part) / (part + rest)
}

/** What must hold of every deployment that has ended, whatever happened to it. */
export async function expectSoundEnd(walk: Walk, id: string): Promise<Deployment> {
  const deployment = await walk.load(id)
  const events = await walk.events(id)
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1))
  expect(events.length).toBe(deployment.eventSeq)
  const moves = events.filter(({ to }) => to !== undefined)
  // Each phase begins where the one before it ended.
  expect(moves.slice(1).map(({ from }) => from)).toEqual(moves.slice(0, -1).map(({ to }) => to))
  expect(moves.at(-1)?.to).toBe(deployment.phase)
  expect(await walk.deps.deployments.pointer('web')).toBe(deployment.phase === 'rollback-failed' ? id : null)
  for (const { resource } of deployment.routes) {
    const lease = await walk.deps.leases.peek(resource)
    // Given back, or run out: one whose call has an unknown outcome is kept to its end.
    expect(lease === null || lease.holder === null || lease.expiresAtMs <= walk.clock.now()).toBe(true)
  }
  expectWritesOfThePlan(walk, deployment)
  expect(deployment.endedAt).not.toBeNull()
  return deployment
}

/** Every share written is one of the plan's or the snapshot's, rising until traffic goes back, and never rising again. */
function expectWritesOfThePlan(walk: Walk, { canary, plan }: Deployment): void {
  const shares = greenWrites(walk).map((green) => (canary === 'green' ? green : 100 - green))
  const allowed = [0, ...plan.steps.map(({ effectiveWeight }) => effectiveWeight)]
  for (const share of shares) expect(allowed.some((one) => Math.abs(one - share) < 0.001)).toBe(true)
  const fall = shares.findIndex((share, index) => share < (shares[index - 1] ?? 0))
  const raised = fall < 0 ? shares : shares.slice(0, fall)
  expect([...raised].sort((a, b) => a - b)).toEqual(raised)
  if (fall >= 0) expect(new Set(shares.slice(fall))).toEqual(new Set([0]))
}

/** Traffic is where it was, and the record says why. */
export async function expectRolledBack(walk: Walk, id: string, cause: object): Promise<Deployment> {
  const deployment = await expectSoundEnd(walk, id)
  expect(deployment).toMatchObject({ phase: 'rolled-back', weight: 0, goal: 'snapshot', cause })
  expect(walk.green()).toBe(0)
  return deployment
}
