import { describe, expect, it } from 'vitest'
import { noSlots, toRequestActions, toRouteState } from '../../../../shared/adapters/alb/forward-action.ts'
import { toSingleGroup, toTargetState } from '../../../../shared/adapters/alb/target-state.ts'
import { UpstreamError, ValidationError } from '../../../../shared/domain/errors.ts'
import type { Slot } from '../../../../shared/domain/traffic.ts'
import { aForward, aForwardRequest, albArns, anOidcAction } from '../../../support/alb.ts'

const { blue, green, other, rule } = albArns
const slots = { blue, green }

interface Row {
  readonly name: string
  readonly live: Readonly<Record<string, number>>
  readonly sticky?: number
  readonly canary?: Slot
  readonly percent: number
  readonly keepIdle?: boolean
  readonly sent: Readonly<Record<string, number>>
}

const rows: readonly Row[] = [
  { name: 'moves a tenth', live: { [blue]: 100, [green]: 0 }, percent: 10, sent: { [blue]: 90, [green]: 10 } },
  { name: 'moves the least share', live: { [blue]: 1, [green]: 0 }, percent: 0.1, sent: { [blue]: 999, [green]: 1 } },
  {
    name: 'moves the most short of all',
    live: { [blue]: 1, [green]: 0 },
    percent: 99.9,
    sent: { [blue]: 1, [green]: 999 },
  },
  { name: 'moves all', live: { [blue]: 90, [green]: 10 }, percent: 100, sent: { [blue]: 0, [green]: 100 } },
  {
    name: 'moves towards blue when blue is the canary',
    live: { [blue]: 0, [green]: 100 },
    canary: 'blue',
    percent: 25,
    sent: { [green]: 75, [blue]: 25 },
  },
  { name: 'attaches an absent canary at 0', live: { [blue]: 1 }, percent: 0, sent: { [blue]: 100, [green]: 0 } },
  {
    name: 'attaches an absent canary with its share',
    live: { [blue]: 1 },
    percent: 5,
    sent: { [blue]: 95, [green]: 5 },
  },
  { name: 'adds no idle side at the end', live: { [blue]: 1 }, percent: 0, keepIdle: false, sent: { [blue]: 100 } },
  {
    name: 'keeps the idle side at the end without stickiness',
    live: { [blue]: 90, [green]: 10 },
    percent: 0,
    keepIdle: false,
    sent: { [blue]: 100, [green]: 0 },
  },
  {
    name: 'takes the canary out after a rollback with stickiness',
    live: { [blue]: 90, [green]: 10 },
    sticky: 60,
    percent: 0,
    keepIdle: false,
    sent: { [blue]: 100 },
  },
  {
    name: 'takes stable out after success with stickiness',
    live: { [blue]: 90, [green]: 10 },
    sticky: 60,
    percent: 100,
    keepIdle: false,
    sent: { [green]: 100 },
  },
  {
    name: 'keeps a side with stickiness while the deployment runs',
    live: { [blue]: 90, [green]: 10 },
    sticky: 60,
    percent: 0,
    sent: { [blue]: 100, [green]: 0 },
  },
  {
    name: 'keeps a foreign group at weight 0',
    live: { [blue]: 100, [green]: 0, [other]: 0 },
    percent: 10,
    sent: { [blue]: 90, [green]: 10, [other]: 0 },
  },
]

describe('the state that a share of the canary asks for', () => {
  it.each(rows)('$name', ({ live, sticky, canary = 'green', percent, keepIdle = true, sent }) => {
    const seen = toRouteState([anOidcAction(1), aForward(live, sticky, 2)], slots, rule)
    const target = toTargetState(seen, { canary, percent, keepIdle }, slots, rule)
    expect(toRequestActions(target)[1]).toEqual(aForwardRequest(sent, sticky, 2))
    expect(target.settings).toBe(seen.settings)
    expect(target.weights).toEqual({ blue: sent[blue] ?? null, green: sent[green] ?? null })
  })

  it('leaves what was seen as it is', () => {
    const seen = toRouteState([aForward({ [blue]: 100, [green]: 0 })], slots, rule)
    const before = structuredClone(seen)
    toTargetState(seen, { canary: 'green', percent: 50, keepIdle: true }, slots, rule)
    expect(seen).toEqual(before)
  })

  it('refuses while a foreign group gets traffic, naming it', () => {
    const seen = toRouteState([aForward({ [blue]: 50, [other]: 50 })], slots, rule)
    const wish = { canary: 'green', percent: 10, keepIdle: true } as const
    expect(() => toTargetState(seen, wish, slots, rule)).toThrow(UpstreamError)
    expect(() => toTargetState(seen, wish, slots, rule)).toThrow(other)
  })

  it('refuses a sixth target group', () => {
    const more = Object.fromEntries([1, 2, 3, 4].map((n) => [`${other}${n}`, 0]))
    const seen = toRouteState([aForward({ [blue]: 1, ...more })], slots, rule)
    expect(() => toTargetState(seen, { canary: 'green', percent: 0, keepIdle: true }, slots, rule)).toThrow(
      UpstreamError,
    )
  })

  it.each([-0.1, 100.1, 33.33, Number.NaN])('refuses a share of %d percent', (percent) => {
    const seen = toRouteState([aForward({ [blue]: 1 })], slots, rule)
    expect(() => toTargetState(seen, { canary: 'green', percent, keepIdle: true }, slots, rule)).toThrow(
      ValidationError,
    )
  })
})

describe('the state of a test rule that points at one group', () => {
  it('forwards to that group alone and keeps the other actions', () => {
    const seen = toRouteState([anOidcAction(1), aForward({ [blue]: 1, [other]: 3 }, undefined, 2)], noSlots, rule)
    const target = toSingleGroup(seen, green, rule)
    expect(toRequestActions(target)[1]).toEqual(aForwardRequest({ [green]: 100 }, undefined, 2))
    expect(target.settings).not.toBe(seen.settings)
  })

  it('is told from another group, though a test rule knows no slots', () => {
    const atBlue = toRouteState([aForward({ [blue]: 1 })], noSlots, rule)
    expect(toSingleGroup(atBlue, blue, rule).settings).toBe(atBlue.settings)
    expect(toSingleGroup(atBlue, green, rule).settings).not.toBe(atBlue.settings)
  })
})
