import { beforeEach, describe, expect, it } from 'vitest'
import { createMemoryCloud, type MemoryCloud } from '../../../shared/adapters/memory/cloud.ts'
import type { Deployment } from '../../../shared/domain/deployment.ts'
import { buildPlan } from '../../../shared/domain/plan.ts'
import type { RouteState } from '../../../shared/domain/traffic.ts'
import { routesAtWork } from '../../../shared/use-cases/route-guard.ts'
import { endStateOf, isOwnState } from '../../../shared/use-cases/watched-route.ts'
import { aDeployment, anAlbRoute, webArns } from '../../support/builders.ts'

const { rule: resource, blue, green } = webArns
const third = blue.replace('blue', 'third')
const strategy = { type: 'canary', percent: 10, intervalSeconds: 600, bakeSeconds: 60 } as const

let cloud: MemoryCloud
beforeEach(() => {
  cloud = createMemoryCloud({ now: () => 0 })
  for (const group of [blue, green, third]) cloud.setGroup(group)
})

async function stateOf(weights: Readonly<Record<string, number>>, stickySeconds?: number): Promise<RouteState> {
  cloud.routing.set(resource, { weights, ...(stickySeconds !== undefined && { stickySeconds }) })
  return cloud.routerFor(anAlbRoute()).read()
}

const share = (percent: number, sticky?: number) => stateOf({ [blue]: 100 - percent, [green]: percent }, sticky)

async function ended(overrides: Partial<Deployment> = {}, snapshot?: RouteState) {
  const progress = { resource, touched: true, stableHealthyBefore: null, test: null }
  const deployment = aDeployment({
    ...{ phase: 'aborted', goal: 'snapshot', plan: buildPlan(strategy), target: 0 },
    routes: [{ ...progress, snapshot: snapshot ?? (await share(0)) }],
    ...overrides,
  })
  const [work] = routesAtWork(deployment)
  if (!work) throw new Error('there is no route')
  return { deployment, work, router: cloud.routerFor(work.route) }
}

const memory = (lastWritten: RouteState | null, intended: RouteState | null = null) => ({ lastWritten, intended })

describe('how a deployment left a route', () => {
  it('is the snapshot after a rollback', async () => {
    const route = await ended()
    expect(endStateOf(route, memory(await share(0)))?.weights).toEqual({ blue: 100, green: 0 })
  })

  it('is everything to stable where the snapshot names a group that is gone', async () => {
    const route = await ended({}, await stateOf({ [blue]: 60, [third]: 40 }))
    const left = await share(0)
    // The third group is among what a write must keep, so this is what a rollback could write at most.
    expect(endStateOf({ ...route, router: { target: () => left } }, memory(left))).toEqual(left)
  })

  it('is what was last confirmed after a success', async () => {
    const left = await share(100)
    expect(endStateOf(await ended({ phase: 'succeeded' }), memory(left))).toEqual(left)
  })

  it.each([
    ['nothing was ever confirmed', 'aborted', null],
    ['another share was confirmed since', 'aborted', 10],
    ['everything to the canary was confirmed since', 'aborted', 100],
    ['something else than the canary was confirmed since', 'succeeded', 10],
  ] as const)('is not known where %s', async (_, phase, percent) => {
    const last = percent === null ? null : await share(percent)
    expect(endStateOf(await ended({ phase }), memory(last))).toBeNull()
  })
})

describe('a state of its own', () => {
  it.each([
    ['the share of the step that was written', 0, 10, true],
    ['nothing', 0, 0, true],
    ['a share of no step', 0, 40, false],
    ['a share of a step that never came', 0, 100, false],
    ['the share of the last step, once it was written', 1, 100, true],
  ])('%s (target %i): %i %% → %s', async (_, target, percent, isOwn) => {
    const end = await share(0)
    expect(isOwnState(await ended({ target }), await share(percent), memory(end), end)).toBe(isOwn)
  })

  it('is one with the same shares by other numbers', async () => {
    const end = await share(0)
    const live = await stateOf({ [blue]: 9, [green]: 1 })
    expect(isOwnState(await ended(), live, memory(end), end)).toBe(true)
  })

  it('is none with other settings, unless it was about to be written', async () => {
    const end = await share(0)
    const sticky = await share(10, 300)
    expect(isOwnState(await ended(), sticky, memory(end), end)).toBe(false)
    expect(isOwnState(await ended(), sticky, memory(end, sticky), end)).toBe(true)
  })

  it('is none where another group gets traffic', async () => {
    const end = await share(0)
    const live = await stateOf({ [blue]: 80, [green]: 10, [third]: 10 })
    expect(isOwnState(await ended(), live, memory(end), end)).toBe(false)
    expect(isOwnState(await ended({}, live), await share(10), memory(end), end)).toBe(true)
  })
})
