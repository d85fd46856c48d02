import { describe, expect, it } from 'vitest'
import { aliasFindings } from '../../../shared/domain/findings/aliases.ts'
import { findFindings } from '../../../shared/domain/preflight.ts'
import { findMissing } from '../../../shared/domain/route-problems.ts'
import { anAliasRoute, aRouteState } from '../../support/builders.ts'
import {
  aCheckedAlias,
  aCheckedRoute,
  someAliasFacts,
  somePreflightFacts,
  someRouteFacts,
} from '../../support/preflight.ts'

const { blue: _blue, green: _green, ...unresolved } = anAliasRoute()
const split = (version: string, weight = 0.1) => ({ version: '1', additional: { version, weight } })
const at = (...routes: readonly Parameters<typeof aCheckedAlias>[0][]) =>
  aliasFindings(somePreflightFacts({ routes: routes.map(aCheckedAlias) }))

describe('the findings of an alias', () => {
  it('are none where it calls the stable version and the other one is published', () => {
    expect(findFindings(somePreflightFacts({ routes: [aCheckedAlias()] }))).toEqual([])
  })

  it('are none of its own where it could not be looked at, or is of another kind', () => {
    expect(at({ facts: someAliasFacts({ alias: null, state: null }) }, { facts: null })).toEqual([])
    expect(aliasFindings(somePreflightFacts({ routes: [aCheckedRoute()] }))).toEqual([])
    expect(at({ facts: someRouteFacts() })).toEqual([])
  })

  it('name a version that is not published, with the newest one that is', () => {
    const published = { blue: true, green: false }
    expect(at({ facts: someAliasFacts({ published }) })).toEqual([
      {
        ...{ id: 'version-missing:green', severity: 'error', title: 'A version is not published' },
        detail: 'version 2 of checkout (green) is not published; the newest one is 2',
      },
    ])
    expect(at({ facts: someAliasFacts({ published, newestVersion: null }) })[0]?.detail).toBe(
      'version 2 of checkout (green) is not published; none is',
    )
  })

  it('say that there is nothing new to deploy; a service is stored all the same', () => {
    const routes = [aCheckedAlias({ route: { ...unresolved, blue: '1' } })]
    expect(aliasFindings(somePreflightFacts({ routes }))).toEqual([
      {
        ...{ id: 'nothing-new', severity: 'error', title: 'There is nothing new to deploy' },
        detail:
          'no version of checkout is newer than 1, which lambda:checkout:live calls; publish the one that is to serve, ' +
          'or name one in lambda.versions',
      },
    ])
    expect(aliasFindings(somePreflightFacts({ routes, at: 'put' }))).toEqual([])
    expect(aliasFindings(somePreflightFacts({ routes, roles: null }))).toEqual([])
  })

  it('tell an alias on $LATEST, which nobody calls unpublished as well', () => {
    const alias = { version: '$LATEST', additional: null }
    const facts = someAliasFacts({ alias, published: { blue: false, green: true } })
    expect(at({ route: anAliasRoute({ blue: '$LATEST' }), facts })).toEqual([
      {
        ...{ id: 'alias-on-latest', severity: 'error', title: 'The alias calls no published version' },
        detail:
          'lambda:checkout:live calls $LATEST, and Lambda divides calls between published versions only; publish a ' +
          'version and point the alias at it first',
      },
    ])
  })

  it('tell calls that go to neither version of the deployment', () => {
    const facts = someAliasFacts({ alias: split('7') })
    expect(at({ facts })).toEqual([
      {
        ...{ id: 'weights-foreign', severity: 'error', title: 'Other versions get calls' },
        detail:
          'lambda:checkout:live also calls version 7, and this deployment moves calls between 1 and 2; point the alias ' +
          'at the trusted version, or override this finding',
      },
    ])
  })

  it('tell a split that is not ours, of the pair or before there is one', () => {
    const facts = someAliasFacts({ alias: split('2'), state: aRouteState({ weights: { blue: 90, green: 10 } }) })
    const foreign = { id: 'weights-foreign', severity: 'error', title: 'The live weights are not ours' }
    expect(at({ facts })).toEqual([expect.objectContaining(foreign)])
    const routes = [aCheckedAlias({ route: unresolved, facts })]
    expect(aliasFindings(somePreflightFacts({ at: 'put', routes }))).toEqual([expect.objectContaining(foreign)])
    expect(at({ facts, ours: [aRouteState({ weights: { blue: 90, green: 10 } })] })).toEqual([])
  })

  it('tell an alias that calls the version on trial already', () => {
    const alias = { version: '2', additional: null }
    const facts = someAliasFacts({ alias, state: aRouteState({ weights: { blue: null, green: 100 } }) })
    expect(at({ facts })).toEqual([expect.objectContaining({ title: 'The canary side serves already' })])
  })
})

describe('what an alias route names and Lambda does not have', () => {
  const missing = (overrides: Parameters<typeof someAliasFacts>[0]) =>
    findMissing(unresolved, someAliasFacts(overrides), 'routes[0]')
  const gone = { alias: null, state: null }

  it('is nothing where the alias is there, and nothing by the facts of another kind', () => {
    expect(missing({})).toEqual([])
    expect(findMissing(unresolved, someRouteFacts(), 'routes[0]')).toEqual([])
  })

  it('is the alias', () => {
    expect(missing(gone)).toEqual([{ path: 'routes[0].alias', message: 'function checkout has no alias live' }])
  })

  it('is the function, where not even a version of it is known', () => {
    const message = 'there is no function checkout, or it has neither a published version nor an alias live'
    expect(missing({ ...gone, newestVersion: null })).toEqual([{ path: 'routes[0].functionName', message }])
  })

  it('is not known of what could not be looked at', () => {
    const notLookedAt = ['the alias lambda:checkout:live could not be looked at: access denied']
    expect(missing({ ...gone, notLookedAt })).toEqual([])
    const versions = ['the versions of checkout could not be looked at: access denied']
    expect(missing({ ...gone, newestVersion: null, notLookedAt: versions })).toEqual([
      { path: 'routes[0].alias', message: 'function checkout has no alias live' },
    ])
  })
})
