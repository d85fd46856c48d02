import { describe, expect, it } from 'vitest'
import { InvariantError } from '../../../shared/domain/errors.ts'
import type { AlbRoute } from '../../../shared/domain/service.ts'
import { toCountsQuery } from '../../../shared/use-cases/counts-query.ts'
import { albArns } from '../../support/alb.ts'
import { anAlbRoute } from '../../support/builders.ts'
import { aCompareGate } from '../../support/gates.ts'

const { blue, green, loadBalancer: loadBalancerArn } = albArns
const span = { fromMs: 1, toMs: 2 }
const group = (targetGroupArn: string) => ({ targetGroupArn, loadBalancerArn })
const measured = (route: AlbRoute) => ({ route, sides: { blue: group(route.blue), green: group(route.green) } })
const routes = [measured(anAlbRoute())]
const region = 'eu-west-1'

describe('what a compare gate asks for', () => {
  it('is the errors of both groups of each route', () => {
    expect(toCountsQuery({ gate: aCompareGate(), routes, region, stable: 'green', ...span })).toEqual({
      source: 'router',
      measure: { type: 'errors' },
      routes: [{ stable: group(green), canary: group(blue) }],
      ...span,
    })
  })

  it('is the requests over its limit', () => {
    const gate = aCompareGate({ measure: 'slow', slowSeconds: 0.5 })
    expect(toCountsQuery({ gate, routes, region, stable: 'blue', ...span })).toMatchObject({
      measure: { type: 'slow', seconds: 0.5 },
    })
    const unlimited = { measure: 'slow', source: 'router' } as const
    expect(() => toCountsQuery({ gate: unlimited, routes, region, stable: 'blue', ...span })).toThrow(InvariantError)
  })

  it('names a pair of groups once, though several routes lead there', () => {
    const again = measured(anAlbRoute({ ruleArn: `${albArns.rule}2` }))
    const other = measured({ ...anAlbRoute(), green: albArns.other })
    expect(
      toCountsQuery({ gate: aCompareGate(), routes: [...routes, again, other], region, stable: 'blue', ...span }),
    ).toMatchObject({
      routes: [
        { stable: group(blue), canary: group(green) },
        { stable: group(blue), canary: group(albArns.other) },
      ],
    })
  })

  it("is the service's counters by role, in the Region asked for", () => {
    const dimensions = { blue: { Slot: 'blue' }, green: { Slot: 'green' } }
    const source = { namespace: 'Shop', requests: 'Requests', bad: 'Failures', dimensions, periodSeconds: 10 } as const
    expect(toCountsQuery({ gate: aCompareGate({ source }), routes, region, stable: 'green', ...span })).toEqual({
      ...source,
      source: 'counters',
      dimensions: { stable: { Slot: 'green' }, canary: { Slot: 'blue' } },
      region,
      ...span,
    })
  })
})
