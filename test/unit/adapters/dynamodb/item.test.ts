import { describe, expect, it } from 'vitest'
import {
  fromDeploymentItem,
  fromEventItem,
  fromMeasuresItem,
  fromServiceItem,
  keys,
  readNumber,
  readRouteState,
  readText,
  toDeploymentItem,
  toEventItem,
  toMeasuresItem,
  toServiceItem,
} from '../../../../shared/adapters/dynamodb/item.ts'
import { InvariantError } from '../../../../shared/domain/errors.ts'
import { aDeployment, anEvent, aRouteState, aService, someMeasures } from '../../../support/builders.ts'

describe('items', () => {
  it('hold a deployment as text beside what conditions and indexes need', () => {
    const deployment = aDeployment({ id: 'dep_1', revision: 3, phase: 'baking' })
    const item = toDeploymentItem(deployment)
    expect(item).toEqual({
      pk: 'DEPLOYMENT#dep_1',
      sk: 'RECORD',
      schemaVersion: 1,
      deploymentList: 'deployments',
      deploymentId: 'dep_1',
      deploymentService: 'web',
      phase: 'baking',
      revision: 3,
      record: JSON.stringify(deployment),
    })
    expect(fromDeploymentItem(item)).toEqual(deployment)
  })

  it('hold services, events and measures', () => {
    const service = aService({ revision: 1 })
    expect(toServiceItem(service)).toMatchObject({ pk: 'SERVICES', sk: 'web', revision: 1 })
    expect(fromServiceItem(toServiceItem(service))).toEqual(service)
    const event = anEvent({ seq: 7 })
    expect(toEventItem('dep_1', event)).toMatchObject({ pk: 'DEPLOYMENT#dep_1', sk: 'EVENT#000000000007', seq: 7 })
    expect(fromEventItem(toEventItem('dep_1', event))).toEqual(event)
    const measures = someMeasures({ revision: 2 })
    expect(toMeasuresItem('dep_1', measures)).toMatchObject({ pk: 'DEPLOYMENT#dep_1', sk: 'MEASURES', revision: 2 })
    expect(fromMeasuresItem(toMeasuresItem('dep_1', measures))).toEqual(measures)
  })

  it('hold no undefined, which the database refuses', () => {
    const item = toEventItem('dep_1', anEvent({ evidence: { p: undefined, list: [{ q: undefined }] } }))
    expect(Object.values(item)).not.toContain(undefined)
    expect(fromEventItem(item)).toStrictEqual(anEvent({ evidence: { list: [{}] } }))
  })

  it('have keys that sort as numbers do', () => {
    const sorted = [10, 9, 1, 100, 99].map((seq) => keys.event('dep_1', seq).sk).sort()
    expect(sorted).toEqual([1, 9, 10, 99, 100].map((seq) => keys.event('dep_1', seq).sk))
  })

  it.each([
    { title: 'service', read: () => fromServiceItem({ ...toServiceItem(aService({ revision: 1 })), record: '{}' }) },
    { title: 'event', read: () => fromEventItem({ ...toEventItem('dep_1', anEvent()), record: '[]' }) },
    { title: 'event', read: () => fromEventItem({ ...toEventItem('dep_1', anEvent()), schemaVersion: '1' }) },
    { title: 'measures', read: () => fromMeasuresItem({ ...toMeasuresItem('d', someMeasures()), record: 'null' }) },
    { title: 'text', read: () => readText({ pk: 'a', sk: 'b', owner: 1 }, 'owner') },
    { title: 'number', read: () => readNumber({ pk: 'a', sk: 'b', fence: '1' }, 'fence') },
    { title: 'route state', read: () => readRouteState({ pk: 'a', sk: 'b', intended: '{"weights":{}}' }, 'intended') },
  ])('are refused where they are no readable $title', ({ read }) => {
    expect(read).toThrow(InvariantError)
  })

  it('may lack a route state', () => {
    expect(readRouteState({}, 'intended')).toBeNull()
    expect(readRouteState({ intended: JSON.stringify(aRouteState()) }, 'intended')).toEqual(aRouteState())
  })
})
