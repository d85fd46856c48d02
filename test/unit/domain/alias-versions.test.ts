import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  servingVersion,
  slotOfVersion,
  unknownFunctions,
  versionPath,
  withVersions,
} from '../../../shared/domain/alias-versions.ts'
import { aliasVersionOf, type Route } from '../../../shared/domain/service.ts'
import { otherSlot } from '../../../shared/domain/traffic.ts'
import { aDeployment, anAlbRoute, anAliasRoute } from '../../support/builders.ts'

const aDriven = (moves?: Extract<Route, { kind: 'alb' | 'lambda-alias' }>): Route => ({
  ...{
    kind: 'codedeploy',
    applicationName: 'shop',
    deploymentGroupName: 'pay',
    onForeignDeployment: 'refuse',
    wave: 1,
  },
  ...(moves && { moves }),
})
const moved = (...routes: readonly Route[]) => aDeployment({ settings: { ...aDeployment().settings, routes } })
const live = 'lambda:checkout:live'

it.each([
  ['alone', { version: '1', additional: null }, '1'],
  ['with a small share elsewhere', { version: '1', additional: { version: '2', weight: 0.1 } }, '1'],
  ['with half of it elsewhere', { version: '1', additional: { version: '2', weight: 0.5 } }, '1'],
  ['with most of it elsewhere', { version: '1', additional: { version: '2', weight: 0.51 } }, '2'],
])('takes for serving what has most calls: %s', (_name, target, version) => {
  expect(servingVersion(target)).toBe(version)
})

describe('functions that a request gives a version for', () => {
  it('are named where no route has them', () => {
    expect(unknownFunctions([anAliasRoute(), anAlbRoute()], { checkout: '7', pay: '1' })).toEqual([
      { path: 'lambda.versions.pay', message: 'no lambda-alias route of this service names "pay"; it has "checkout"' },
    ])
    expect(unknownFunctions([anAlbRoute()], { pay: '1' })[0]?.message).toBe(
      'no lambda-alias route of this service names "pay"; it has none',
    )
  })

  it('are no problem where none is given', () => {
    expect(unknownFunctions([anAliasRoute()])).toEqual([])
    expect(versionPath('checkout')).toBe('lambda.versions.checkout')
  })
})

describe('the slot of a version', () => {
  it('is that of the newest deployment that moved its alias with it', () => {
    const history = [
      moved(anAliasRoute({ alias: 'test', blue: '3', green: '2' })),
      moved(anAlbRoute(), anAliasRoute({ blue: '3', green: '2' })),
      moved(anAliasRoute({ blue: '2', green: '1' })),
    ]
    expect(slotOfVersion(history, live, '2')).toBe('green')
    expect(slotOfVersion(history, live, '3')).toBe('blue')
    expect(slotOfVersion(history, live, '1')).toBe('green')
    expect(slotOfVersion(history, live, '4')).toBeNull()
  })

  it('is known from what a driver moved, too', () => {
    expect(slotOfVersion([moved(aDriven()), moved(aDriven(anAliasRoute()))], live, '2')).toBe('green')
  })
})

it('puts what serves into its slot and what is next into the other one', () => {
  const { blue: _blue, green: _green, ...route } = anAliasRoute()
  fc.assert(
    fc.property(fc.constantFrom('blue' as const, 'green' as const), fc.boolean(), (slot, hasNext) => {
      const resolved = withVersions(route, { serving: '4', slot, next: hasNext ? '5' : null })
      expect(aliasVersionOf(resolved, slot)?.version).toBe('4')
      expect(aliasVersionOf(resolved, otherSlot(slot))?.version ?? null).toBe(hasNext ? '5' : null)
      expect(slotOfVersion([moved(resolved)], live, '4')).toBe(slot)
    }),
  )
})
