import { expect, it } from 'vitest'
import { presentDriver, presentSides } from '../../../../functions/api/present-driver.ts'
import type { DriverProgress } from '../../../../shared/domain/driver-progress.ts'
import { aDeployment, anAlbRoute, webArns } from '../../../support/builders.ts'
import { aDrivenRoute, anAliasRoute } from '../../../support/driven.ts'

const wantedAt = '2026-01-01T00:00:00.000Z'
const progress: DriverProgress = {
  deploymentId: 'd-A1B2C3D4E',
  status: 'in-progress',
  weight: 10,
  waitsFor: null,
  events: [
    { name: 'Install', status: 'succeeded' },
    { name: 'AllowTraffic', status: 'in-progress' },
  ],
  error: null,
  rollbackId: null,
}
const shown = {
  kind: 'codedeploy',
  deploymentId: 'd-A1B2C3D4E',
  status: 'in-progress',
  weight: 10,
  waitsFor: null,
  events: progress.events,
  error: null,
  takenBackBy: null,
  adopted: false,
}
const unseen = { ...shown, deploymentId: null, status: null, weight: null, events: [] }
const error = { code: 'ALARM_ACTIVE', message: 'the alarm web-5xx went off' }

it('shows no driver where there is none', () => {
  expect(presentDriver(aDeployment())).toBeNull()
})

it.each([
  ['wanted, and not seen yet', { isAdopted: false, progress: null, takingBack: null }, unseen],
  ['on its way', { isAdopted: false, progress, takingBack: null }, shown],
  ['taken over', { isAdopted: true, progress, takingBack: null }, { ...shown, adopted: true }],
  [
    'failed, and about to be taken back',
    { isAdopted: false, progress: { ...progress, status: 'failed', error, rollbackId: 'd-BACK' }, takingBack: null },
    { ...shown, status: 'failed', error, takenBackBy: 'd-BACK' },
  ],
  [
    'taken back by a deployment of ours',
    { isAdopted: false, progress, takingBack: { ...progress, deploymentId: 'd-OURS' } },
    { ...shown, takenBackBy: 'd-OURS' },
  ],
] as const)('shows one that is %s', (_, driven, expected) => {
  expect(presentDriver(aDeployment({ driven: { wantedAt, ...driven } }))).toEqual(expected)
})

it.each([
  ['a rule, whose groups the service names', anAlbRoute(), {}],
  ['an alias before its versions are known', anAliasRoute(), {}],
  [
    'an alias with its versions',
    anAliasRoute({ blue: '6', green: '7' }),
    { sides: { blue: 'checkout:6', green: 'checkout:7' } },
  ],
  ['a group before it is known what it moves', aDrivenRoute(), {}],
  [
    'a group that moves a rule',
    aDrivenRoute({ moves: anAlbRoute() }),
    { sides: { blue: webArns.blue, green: webArns.green } },
  ],
] as const)('names the sides of %s', (_, route, expected) => {
  expect(presentSides(route)).toEqual(expected)
})
