import { describe, expect, it } from 'vitest'
import type { CodeDeployRoute, Route } from '../../../shared/domain/service.ts'
import {
  aloneSlotOf,
  healthWishFor,
  measuredRoutes,
  metricsRegionOf,
  withAlone,
} from '../../../shared/use-cases/measured-routes.ts'
import { albArns } from '../../support/alb.ts'
import { aDeployment, anAlbRoute, anAliasRoute } from '../../support/builders.ts'

const deps = { homeRegion: 'eu-central-1', targetGroups: { loadBalancerOf: async () => null } }
const { blue: _blue, green: _green, ...unresolved } = anAliasRoute()
const arn = 'arn:aws:lambda:us-east-2:123456789012:function:checkout'
const aDriven = (moves?: CodeDeployRoute['moves']): Route => ({
  ...{
    kind: 'codedeploy',
    applicationName: 'shop',
    deploymentGroupName: 'pay',
    onForeignDeployment: 'refuse',
    wave: 1,
  },
  ...(moves && { moves }),
})
const sideOf = (version: string, functionName = 'checkout', region = deps.homeRegion) => ({
  ...{ functionName, alias: 'live', version, region },
})

describe('what measures the sides of a route', () => {
  it('is each version of an alias, in the Region of its function', async () => {
    const there = anAliasRoute({ functionName: arn })
    expect(await measuredRoutes(deps, [anAliasRoute(), unresolved, there])).toEqual([
      { route: anAliasRoute(), sides: { blue: sideOf('1'), green: sideOf('2') } },
      { route: there, sides: { blue: sideOf('1', arn, 'us-east-2'), green: sideOf('2', arn, 'us-east-2') } },
    ])
  })

  it('is that of what a driver moves', async () => {
    const loadBalancerArn = albArns.loadBalancer
    const [byAlias, byRule] = [aDriven(anAliasRoute()), aDriven(anAlbRoute())]
    const groupOf = (targetGroupArn: string) => ({ targetGroupArn, loadBalancerArn })
    expect(await measuredRoutes(deps, [byAlias, byRule, aDriven()])).toEqual([
      { route: byAlias, sides: { blue: sideOf('1'), green: sideOf('2') } },
      { route: byRule, sides: { blue: groupOf(anAlbRoute().blue), green: groupOf(anAlbRoute().green) } },
    ])
    expect(healthWishFor(byRule)).toEqual({ loadBalancerArn })
    expect(healthWishFor(aDriven())).toEqual({})
  })

  it.each([
    ['the first route that has one', [aDriven(), anAliasRoute(), anAliasRoute({ functionName: arn })], 'us-east-2'],
    ['what a driver moves', [aDriven(anAlbRoute())], 'eu-west-1'],
    ['Sluice where none has', [anAliasRoute()], 'eu-central-1'],
  ])('of its own is looked for in the Region of %s', (_name, routes, region) => {
    expect(metricsRegionOf(deps, routes)).toBe(region)
  })
})

describe('a version that is called alone', () => {
  it.each([
    ['stable before the first shift', {}, 'blue'],
    ['neither while a step is being written', { stage: 'shifting' }, null],
    ['neither while they share', { stage: 'baking', weight: 10, firstShiftAt: '2026-01-01T00:00:00.000Z' }, null],
    ['the canary at the end', { stage: 'baking', weight: 100, firstShiftAt: '2026-01-01T00:00:00.000Z' }, 'green'],
    ['neither once it was taken back', { stage: 'baking', weight: 0, firstShiftAt: '2026-01-01T00:00:00.000Z' }, null],
  ] as const)('is %s', (_name, overrides, slot) => {
    expect(aloneSlotOf(aDeployment(overrides))).toBe(slot)
  })

  it('may stand for its alias; a target group stands for itself only', async () => {
    const measured = await measuredRoutes(deps, [anAliasRoute(), anAlbRoute()])
    const [alias, rule] = measured
    expect(withAlone(measured, null)).toEqual(measured)
    expect(withAlone(measured, 'green')).toEqual([
      { ...alias, sides: { ...alias?.sides, green: { ...sideOf('2'), isAlone: true } } },
      rule,
    ])
  })
})
