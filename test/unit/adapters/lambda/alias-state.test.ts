import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toAliasState, toAliasTargetState } from '../../../../shared/adapters/lambda/alias-state.ts'
import { UpstreamError } from '../../../../shared/domain/errors.ts'
import { canaryPercent, maxRouterWeight, sameRouting, toRouterWeights } from '../../../../shared/domain/traffic.ts'
import { anAliasRoute } from '../../../support/builders.ts'

const route = anAliasRoute()
const { blue: _blue, green: _green, ...unresolved } = route
const state = (version: string, other?: string, weight = 0, of: typeof unresolved = route) =>
  toAliasState({ version, additional: other === undefined ? null : { version: other, weight } }, of, 'r1')
const plain = '{"inexact":[],"others":[]}'

describe('the state of an alias', () => {
  it.each([
    ['whole on blue', state('1'), { blue: 100, green: null }, plain],
    ['whole on green', state('2'), { blue: null, green: 100 }, plain],
    ['split in whole percents', state('1', '2', 0.1), { blue: 90, green: 10 }, plain],
    ['split with the main version in green', state('2', '1', 0.1), { blue: 10, green: 90 }, plain],
    ['split in tenths', state('1', '2', 0.333), { blue: 667, green: 333 }, plain],
    ['all of it on the additional version', state('1', '2', 1), { blue: null, green: 100 }, plain],
    [
      'split finer than we write',
      state('1', '2', 0.0005),
      { blue: 999, green: 1 },
      '{"inexact":[{"share":0.9995,"version":"1"},{"share":0.0005,"version":"2"}],"others":[]}',
    ],
    [
      'split with a version of somebody else',
      state('1', '7', 0.25),
      { blue: 75, green: null },
      '{"inexact":[],"others":[{"share":0.25,"version":"7"}]}',
    ],
    [
      'whole on a version of somebody else',
      state('$LATEST'),
      { blue: null, green: null },
      '{"inexact":[],"others":[{"share":1,"version":"$LATEST"}]}',
    ],
    ['of a service, whole', state('5', undefined, 0, unresolved), { blue: 100, green: null }, plain],
    ['of a service, split', state('5', '6', 0.2, unresolved), { blue: 80, green: 20 }, plain],
  ])('says what is %s', (_name, found, weights, settings) => {
    expect(found.weights).toEqual(weights)
    expect(found.settings).toBe(settings)
  })

  it('routes alike whichever version is the main one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999 }), (thousandths) => {
        const one = state('1', '2', thousandths / 1000)
        const other = state('2', '1', 1 - thousandths / 1000)
        expect(sameRouting(one, other)).toBe(true)
      }),
    )
  })

  it('routes differently with any other share', () => {
    const aShare = fc.integer({ min: 1, max: 999_999 }).map((millionths) => millionths / 1_000_000)
    fc.assert(
      fc.property(aShare, aShare, (a, b) => {
        expect(sameRouting(state('1', '2', a), state('1', '2', b))).toBe(a === b)
      }),
    )
  })
})

describe('the target of an alias', () => {
  it('has the share that the plan says, from whatever the pair had', () => {
    const aTenth = fc.integer({ min: 0, max: 1000 }).map((tenths) => tenths / 10)
    const aSlot = fc.constantFrom('blue' as const, 'green' as const)
    fc.assert(
      fc.property(aTenth, aTenth, aSlot, fc.boolean(), (before, percent, canary, keepIdle) => {
        const seen = toAliasTargetState(state('1'), { canary: 'green', percent: before, keepIdle }, route)
        const target = toAliasTargetState(seen, { canary, percent, keepIdle }, route)
        expect(canaryPercent(target.weights, canary)).toBe(percent)
        const wanted = toRouterWeights(percent, maxRouterWeight['lambda-alias'])
        expect(target.weights[canary] ?? 0).toBe(wanted.canary)
        expect(target.settings).toBe(plain)
      }),
    )
  })

  it('is refused beside a version of somebody else, which is named', () => {
    const raise = () =>
      toAliasTargetState(state('1', '7', 0.25), { canary: 'green', percent: 20, keepIdle: true }, route)
    expect(raise).toThrow(UpstreamError)
    expect(raise).toThrow(/lambda:checkout:live also sends 25 % of its calls to version 7/)
  })
})
