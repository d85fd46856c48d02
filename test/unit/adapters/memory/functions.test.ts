import { beforeEach, describe, expect, it } from 'vitest'
import { createManualClock } from '../../../../local/clock.ts'
import { createMemoryCloud, type MemoryCloud } from '../../../../shared/adapters/memory/cloud.ts'
import { TransientError, UpstreamError } from '../../../../shared/domain/errors.ts'
import { describeDirectRouter } from '../../../contract/direct-router.ts'
import { anAliasRoute } from '../../../support/builders.ts'

const whole = (version: string) => ({ version, additional: null })
const split = (version: string, other: string, weight: number) => ({ version, additional: { version: other, weight } })

/** `checkout:live` is whole on version 1; 2 and 3 are published. */
function aCloud(): MemoryCloud {
  const cloud = createMemoryCloud(createManualClock())
  cloud.functions.addFunction('checkout', { versions: ['1', '2', '3'] })
  cloud.functions.setAlias('checkout', 'live', whole('1'))
  return cloud
}

describeDirectRouter('the memory cloud, for an alias,', async () => {
  const cloud = aCloud()
  return {
    router: cloud.routerFor(anAliasRoute()),
    missing: cloud.routerFor(anAliasRoute({ alias: 'gone' })),
    takesThree: false,
    async change({ blue, green, other }) {
      if (other === undefined) cloud.functions.setAlias('checkout', 'live', split('1', '2', green / (blue + green)))
      else cloud.functions.setAlias('checkout', 'live', split('1', '3', other / 100))
    },
  }
})

describe('functions of the memory cloud', () => {
  let cloud: MemoryCloud
  beforeEach(() => {
    cloud = aCloud()
  })

  it('list our writes, and not what somebody else did', async () => {
    const router = cloud.routerFor(anAliasRoute())
    const seen = await router.read()
    await router.write(seen, router.target(seen, { canary: 'green', percent: 10, keepIdle: true }))
    cloud.functions.setAlias('checkout', 'live', whole('3'))
    expect(cloud.functions.writes).toEqual([
      { functionName: 'checkout', alias: 'live', before: whole('1'), after: split('1', '2', 0.1) },
    ])
    expect(cloud.functions.aliasOf('checkout', 'live')).toEqual(whole('3'))
  })

  it('refuse a write of what was changed since it was read, and say that nothing was written', async () => {
    const router = cloud.routerFor(anAliasRoute())
    const seen = await router.read()
    cloud.functions.setAlias('checkout', 'live', whole('1'))
    const write = router.write(seen, router.target(seen, { canary: 'green', percent: 10, keepIdle: true }))
    await expect(write).rejects.toThrow(TransientError)
    await expect(write).rejects.toMatchObject({ refused: true })
    expect(cloud.functions.aliasOf('checkout', 'live')).toEqual(whole('1'))
  })

  it('refuse a version that is not published', async () => {
    const router = cloud.routerFor(anAliasRoute({ green: '9' }))
    const seen = await router.read()
    const at = (percent: number) => router.target(seen, { canary: 'green', percent, keepIdle: true })
    await expect(router.write(seen, at(10))).rejects.toThrow(UpstreamError)
    await expect(router.write(seen, at(100))).rejects.toThrow(UpstreamError)
    expect(cloud.functions.writes).toEqual([])
  })

  it('tell an inspector what is there', async () => {
    const state = await cloud.routerFor(anAliasRoute()).read()
    const groups = { blue: null, green: null }
    expect(await cloud.inspector.inspect(anAliasRoute({ green: '9' }))).toEqual({
      kind: 'lambda-alias',
      alias: whole('1'),
      state,
      newestVersion: '3',
      published: { blue: true, green: false },
      groups,
      notLookedAt: [],
    })
    cloud.functions.removeAlias('checkout', 'live')
    expect(await cloud.inspector.inspect(anAliasRoute())).toMatchObject({
      alias: null,
      state: null,
      newestVersion: '3',
    })
    cloud.functions.removeFunction('checkout')
    expect(await cloud.inspector.inspect(anAliasRoute())).toMatchObject({ alias: null, newestVersion: null })
    expect(cloud.functions.aliasOf('checkout', 'live')).toBeNull()
  })
})
