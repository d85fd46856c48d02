import { beforeEach, describe, expect, it } from 'vitest'
import { createManualClock } from '../../../../local/clock.ts'
import { createMemoryCloud, type MemoryCloud } from '../../../../shared/adapters/memory/cloud.ts'
import { TransientError, UpstreamError } from '../../../../shared/domain/errors.ts'
import { describeHostedZones } from '../../../contract/hosted-zones.ts'
import { webArns } from '../../../support/builders.ts'
import {
  aMeasuredRoute53Route,
  aRecordSet,
  aRoute53Route,
  aSimpleRecord,
  aWeightedRecord,
  hostedZoneId,
  weighing,
  zoneName,
} from '../../../support/route53.ts'

const web = `web.${zoneName}`

describeHostedZones('the memory cloud', async () => {
  const clock = createManualClock()
  const { hostedZones: zones } = createMemoryCloud(clock, { pageSize: 100 })
  zones.addZone(hostedZoneId, { name: zoneName })
  zones.addZone('Z0PRIVATE', { name: zoneName, isPrivate: true })
  return {
    ...{ zones, zoneId: hostedZoneId, privateZoneId: 'Z0PRIVATE', missingZoneId: 'Z0MISSING' },
    async put(records) {
      for (const record of records) zones.set(hostedZoneId, record)
    },
    spread: () => clock.advance(60_000),
  }
})

describe('the memory cloud', () => {
  const clock = createManualClock()
  let cloud: MemoryCloud
  const weights = () => cloud.hostedZones.weightsOf(hostedZoneId, web, 'A')
  const batch = () => cloud.hostedZones.records(hostedZoneId, web, 'A').map((record) => weighing(record, 50))
  const upsert = () => cloud.hostedZones.upsert(hostedZoneId, batch(), 'web: to green')

  beforeEach(() => {
    cloud = createMemoryCloud(clock, { pageSize: 1 })
    cloud.hostedZones.addZone(hostedZoneId, { name: zoneName })
    cloud.hostedZones.set(hostedZoneId, aWeightedRecord('blue', 100))
    cloud.hostedZones.set(hostedZoneId, aWeightedRecord('green', 0))
  })

  it('logs what we write, and not what somebody else changes', async () => {
    expect(await upsert()).toEqual({ type: 'accepted', changeId: 'C0000000000001' })
    cloud.hostedZones.set(hostedZoneId, aWeightedRecord('green', 7))
    expect(weights()).toEqual({ blue: 50, green: 7 })
    const records = [aRecordSet(aWeightedRecord('blue', 50)), aRecordSet(aWeightedRecord('green', 50))]
    expect(cloud.hostedZones.writes).toEqual([
      { zoneId: hostedZoneId, changeId: 'C0000000000001', comment: 'web: to green', records },
    ])
  })

  it('refuses what it is told to refuse', async () => {
    cloud.hostedZones.refuse(({ setIdentifier }) => (setIdentifier === 'green' ? 'green is not wanted' : null))
    expect(await upsert()).toEqual({ type: 'refused', reason: 'InvalidChangeBatch: [green is not wanted]' })
    expect(weights()).toEqual({ blue: 100, green: 0 })
  })

  it('is busy as often as it is told', async () => {
    cloud.hostedZones.keepBusy(2)
    expect([await upsert(), await upsert()]).toEqual([{ type: 'busy' }, { type: 'busy' }])
    expect(weights()).toEqual({ blue: 100, green: 0 })
    expect(await upsert()).toMatchObject({ type: 'accepted' })
  })

  it.each([
    ['a weight that is none', weighing(aRecordSet(), 256)],
    ['a record without identifier', aRecordSet({ Name: `w.${zoneName}.`, Type: 'A', Weight: 1, TTL: 1 })],
  ])('refuses %s', async (_name, record) => {
    expect(await cloud.hostedZones.upsert(hostedZoneId, [record], '')).toMatchObject({ type: 'refused' })
  })

  it('refuses to change what belongs to a traffic policy', async () => {
    const owned = aSimpleRecord(`owned.${zoneName}`, { TrafficPolicyInstanceId: 'one' })
    cloud.hostedZones.set(hostedZoneId, owned)
    const answer = await cloud.hostedZones.upsert(hostedZoneId, [aRecordSet(owned)], '')
    expect(answer).toEqual({ type: 'refused', reason: expect.stringContaining('traffic policy') })
  })

  it('fails before a call without effect, and after it with the answer lost', async () => {
    const lose = ({ action }: { readonly action: string }) => {
      if (action === 'zones.upsert') throw new TransientError('lost')
    }
    cloud.inject({ before: lose })
    await expect(upsert()).rejects.toThrow('lost')
    expect(weights()).toEqual({ blue: 100, green: 0 })
    cloud.inject({ after: lose })
    await expect(upsert()).rejects.toThrow('lost')
    expect(weights()).toEqual({ blue: 50, green: 50 })
  })

  it('has routers of record sets, read over as many pages as it takes', async () => {
    const route = aRoute53Route()
    const router = cloud.routerFor(route)
    const seen = await router.read()
    expect(seen).toMatchObject({ weights: { blue: 100, green: 0 }, lagSeconds: 30 })
    expect(router.pair).toEqual({ hostedZoneId, name: web, type: 'A', blue: 'blue', green: 'green' })
    expect(router.target(seen, { canary: 'green', percent: 10, keepIdle: true }).weights).toEqual({
      blue: 90,
      green: 10,
    })
  })

  it('tells what a route of records names, and where its groups hang', async () => {
    cloud.setGroup(webArns.blue)
    cloud.routing.set(webArns.rule, { weights: { [webArns.blue]: 1 } })
    const loadBalancerArn = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/shop/50dc6c495c0c9188'
    const route = aMeasuredRoute53Route()
    expect(await cloud.inspector.inspect(route)).toEqual({
      kind: 'route53',
      zone: { name: zoneName, isPrivate: false },
      records: cloud.hostedZones.records(hostedZoneId, web, 'A'),
      state: await cloud.routerFor(route).read(),
      groups: { blue: expect.objectContaining({ arn: webArns.blue, loadBalancerArn, sharedWith: [] }), green: null },
      notLookedAt: [],
    })
    expect(await cloud.targetGroups.loadBalancerOf(webArns.blue)).toBe(loadBalancerArn)
    expect(await cloud.targetGroups.loadBalancerOf(webArns.green)).toBeNull()
  })

  it('says that half a pair cannot be divided', async () => {
    cloud.hostedZones.remove(hostedZoneId, web, 'A')
    cloud.hostedZones.set(hostedZoneId, aWeightedRecord('blue', 1))
    await expect(cloud.routerFor(aRoute53Route()).read()).rejects.toThrow(UpstreamError)
    expect(await cloud.inspector.inspect(aRoute53Route())).toMatchObject({ state: null, notLookedAt: [] })
  })
})
