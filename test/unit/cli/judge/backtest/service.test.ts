import { describe, expect, it } from 'vitest'
import { sourceOf } from '../../../../../cli/judge/backtest/history.ts'
import { chooseGate, shiftOf } from '../../../../../cli/judge/backtest/service.ts'
import type { Strategy } from '../../../../../shared/domain/strategy.ts'
import { webArns } from '../../../../support/builders.ts'

describe('the shift of a service', () => {
  const shift = (strategy: Strategy, wished: number | null = null) => shiftOf({ name: 'web', strategy }, wished)

  it.each<[Strategy, number, number]>([
    [{ type: 'canary', percent: 10, intervalSeconds: 1800, bakeSeconds: 600 }, 10, 30],
    [{ type: 'linear', percent: 25, intervalSeconds: 90, bakeSeconds: 600 }, 25, 5],
    [{ type: 'canary', percent: 5, intervalSeconds: 0, bakeSeconds: 600 }, 5, 60],
  ])('is that of its plan below 100 %%: %j', (strategy, weight, minutes) => {
    expect(shift(strategy)).toEqual({ weight, minutes })
  })

  it('may have another weight', () => {
    expect(shift({ type: 'canary', percent: 10, intervalSeconds: 1800, bakeSeconds: 600 }, 2)).toEqual({
      weight: 2,
      minutes: 30,
    })
    expect(shift({ type: 'blue-green', bakeSeconds: 600 }, 2)).toEqual({ weight: 2, minutes: 60 })
  })

  it('is refused where all of the traffic goes at once', () => {
    expect(() => shift({ type: 'blue-green', bakeSeconds: 600 })).toThrow('--weight 10')
  })
})

describe('the gate of a service', () => {
  const errors = { name: 'errors', kind: 'compare' }
  const slow = { name: 'slow', kind: 'compare' }
  const other = { name: 'other', kind: 'metric' }
  const choose = (gates: readonly { name: string; kind: string }[], wanted: string | null) =>
    chooseGate({ name: 'web', routes: [], strategy: { type: 'blue-green', bakeSeconds: 0 }, gates }, wanted)

  it('is its only compare gate, or the one that was named', () => {
    expect(choose([other, errors], null)).toBe(errors)
    expect(choose([errors, slow], 'slow')).toBe(slow)
  })

  it.each([
    { gates: [other], wanted: null, message: 'has no compare gate' },
    { gates: [errors, slow], wanted: null, message: 'choose with --gate-name' },
    { gates: [errors], wanted: 'other', message: 'no compare gate "other"; it has "errors"' },
  ])('is refused: $message', ({ gates, wanted, message }) => {
    expect(() => choose(gates, wanted)).toThrow(message)
  })
})

describe('where the counts come from', () => {
  const routes = [{ kind: 'alb' as const, ruleArn: webArns.rule, blue: webArns.blue, green: webArns.green, wave: 1 }]
  const dimensions = { blue: { Side: 'blue' }, green: { Side: 'green' } }
  const counters = { namespace: 'Web', requests: 'Requests', bad: 'Errors', dimensions, periodSeconds: 10 as const }

  it('is what the gate says', () => {
    const gate = { measure: 'errors' as const, slowSeconds: null, source: undefined }
    expect(sourceOf(routes, gate)).toEqual({ type: 'router', measure: { type: 'errors' }, routes })
    expect(sourceOf(routes, { measure: 'slow', slowSeconds: 0.5, source: 'router' })).toEqual({
      type: 'router',
      measure: { type: 'slow', seconds: 0.5 },
      routes,
    })
    expect(sourceOf(routes, { ...gate, source: counters })).toEqual({ type: 'counters', counters, region: 'eu-west-1' })
  })

  it('must say what is slow', () => {
    expect(() => sourceOf(routes, { measure: 'slow', slowSeconds: null, source: 'router' })).toThrow('slowSeconds')
  })
})
