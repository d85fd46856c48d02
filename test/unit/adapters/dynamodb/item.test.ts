import { describe, expect, it } from 'vitest'
import {
  fromBucketItem,
  fromDeploymentItem,
  fromEventItem,
  fromMeasuresItem,
  fromServiceItem,
  keys,
  readNumber,
  readRouteState,
  readText,
  toBucketItem,
  toDeploymentItem,
  toEventItem,
  toMeasuresItem,
  toServiceItem,
} from '../../../../shared/adapters/dynamodb/item.ts'
import { sizeOf } from '../../../../shared/adapters/dynamodb/item-size.ts'
import { InvariantError } from '../../../../shared/domain/errors.ts'
import { aDeployment, anEvent, aRouteState, aService, aSettledBucket, someMeasures } from '../../../support/builders.ts'

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

  it('hold a bucket as numbers, in one write unit whatever the number of routes', () => {
    const stratum = { stable: { requests: 123_456_789, bad: 12_345 }, canary: { requests: 12_345_678, bad: 1234 } }
    const bucket = aSettledBucket(0, { strata: [stratum] })
    const item = toBucketItem('dep_1', 'errors', bucket)
    expect(item).toEqual({
      pk: 'DEPLOYMENT#dep_1',
      sk: 'BUCKET#errors#0001767225660000',
      schemaVersion: 1,
      record: '[1767225600000,1767225660000,0,10,[[123456789,12345,12345678,1234]]]',
    })
    expect(fromBucketItem(item)).toEqual(bucket)
    const ofEveryRoute = aSettledBucket(0, { strata: Array.from({ length: 20 }, () => stratum) })
    const writeId = '00000000-0000-4000-8000-000000000000'
    const largest = { ...toBucketItem(aDeployment().id, 'g'.repeat(63), ofEveryRoute), writeId }
    expect(sizeOf(largest)).toBeLessThanOrEqual(1024)
    expect(fromBucketItem(largest)).toEqual(ofEveryRoute)
  })

  it('hold no undefined, which the database refuses', () => {
    const item = toEventItem('dep_1', anEvent({ evidence: { p: undefined, list: [{ q: undefined }] } }))
    expect(Object.values(item)).not.toContain(undefined)
    expect(fromEventItem(item)).toStrictEqual(anEvent({ evidence: { list: [{}] } }))
  })

  it('have keys that sort as numbers do', () => {
    const sorted = [10, 9, 1, 100, 99].map((seq) => keys.event('dep_1', seq).sk).sort()
    expect(sorted).toEqual([1, 9, 10, 99, 100].map((seq) => keys.event('dep_1', seq).sk))
    const ends = [2_000_000_000_000, 999_999_999_999, 10_000_000_000_000, 60_000]
    const byTime = ends.toSorted((a, b) => a - b).map((endMs) => keys.bucket('dep_1', 'errors', endMs).sk)
    expect(ends.map((endMs) => keys.bucket('dep_1', 'errors', endMs).sk).sort()).toEqual(byTime)
  })

  it.each([
    { title: 'an object', record: '{}' },
    { title: 'nothing', record: '[]' },
    { title: 'no strata', record: '[0,60000,0,10]' },
    { title: 'more than is known', record: '[0,60000,0,10,[],1]' },
    { title: 'a time that is no number', record: '["0",60000,0,10,[]]' },
    { title: 'half a step', record: '[0,60000,0.5,10,[]]' },
    { title: 'a weight above 100', record: '[0,60000,0,101,[]]' },
    { title: 'a negative count', record: '[0,60000,0,10,[[1,0,-1,0]]]' },
    { title: 'a count that is missing', record: '[0,60000,0,10,[[1,0,1]]]' },
    { title: 'a count that is null', record: '[0,60000,0,10,[[1,0,1,null]]]' },
  ])('are refused where a bucket is $title', ({ record }) => {
    const item = { ...toBucketItem('dep_1', 'errors', aSettledBucket(0)), record }
    expect(() => fromBucketItem(item)).toThrow(InvariantError)
    expect(() => fromBucketItem(item)).toThrow(/BUCKET#errors#0001767225660000 is not readable/)
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
