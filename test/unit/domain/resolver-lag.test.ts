import { describe, expect, it } from 'vitest'
import type { RouteProgress } from '../../../shared/domain/deployment.ts'
import { resolverLagSeconds } from '../../../shared/domain/resolver-lag.ts'
import { type Route, resourceOf } from '../../../shared/domain/service.ts'
import { aDeployment, anAlbRoute, aRouteState } from '../../support/builders.ts'
import { aPairState, aRoute53Route } from '../../support/record-sets.ts'

function aDeploymentOn(routes: readonly Route[], snapshot: RouteProgress['snapshot'], touched = true) {
  const { settings } = aDeployment()
  return {
    settings: { ...settings, routes },
    routes: routes.map((route) => ({
      ...{ resource: resourceOf(route), snapshot, touched, stableHealthyBefore: null, test: null },
    })),
  }
}

describe('resolverLagSeconds', () => {
  it.each([
    ['nothing for a load balancer', aDeploymentOn([anAlbRoute()], aRouteState()), 0],
    ['spreading and the TTL', aDeploymentOn([aRoute53Route()], { ...aPairState(), lagSeconds: 300 }), 360],
    ['the TTL of an alias where none is known yet', aDeploymentOn([aRoute53Route()], null), 120],
    ['the longest', aDeploymentOn([anAlbRoute(), aRoute53Route()], { ...aPairState(), lagSeconds: 5 }), 65],
  ])('is %s', (_, deployment, expected) => {
    expect(resolverLagSeconds(deployment)).toBe(expected)
  })

  it('counts only the routes asked for', () => {
    const deployment = aDeploymentOn([aRoute53Route()], aPairState(), false)
    expect(resolverLagSeconds(deployment, ({ touched }) => touched)).toBe(0)
  })
})
