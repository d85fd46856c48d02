import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createManualClock, type ManualClock } from '../../local/clock.ts'
import type { DataPlane } from '../../local/data-plane/data-plane.ts'
import { createDataPlane } from '../../local/data-plane/http-data-plane.ts'
import {
  aDefaultRule,
  aForward,
  aListener,
  aTargetGroup,
  type BackEnd,
  checkUntil,
  freePort,
  type RememberedMetrics,
  rememberMetrics,
  startBackEnd,
} from '../support/data-plane.ts'

let clock: ManualClock
let metrics: RememberedMetrics
let plane: DataPlane
let port: number
let backEnds: BackEnd[]

beforeEach(async () => {
  clock = createManualClock()
  metrics = rememberMetrics()
  plane = createDataPlane({ clock, metrics, drainTimeoutMs: 1000 })
  port = await freePort()
  backEnds = []
})
afterEach(async () => {
  await plane.close()
  await Promise.all(backEnds.map((backEnd) => backEnd.stop()))
})

async function addGroup(name: string, backEnd: BackEnd) {
  backEnds.push(backEnd)
  plane.putTargetGroup(aTargetGroup(name))
  plane.registerTargets(aTargetGroup(name).arn, [{ Id: '127.0.0.1', Port: backEnd.port }])
  return backEnd
}

const get = async (path = '/') => (await fetch(`http://127.0.0.1:${port}${path}`)).text()

describe('weights', () => {
  it('splits exactly by weight and takes new weights from the next request on', async () => {
    const blue = await addGroup('blue', await startBackEnd('blue'))
    const green = await addGroup('green', await startBackEnd('green'))
    await plane.putListener(aListener(port, { rules: [aDefaultRule(aForward({ blue: 90, green: 10 }))] }))
    await checkUntil(plane, clock, { group: 'blue', port: blue.port, state: 'healthy' })
    await checkUntil(plane, clock, { group: 'green', port: green.port, state: 'healthy' })

    for (let request = 0; request < 100; request++) await get()
    expect([blue.requests.length, green.requests.length]).toEqual([90, 10])

    await plane.putListener(aListener(port, { rules: [aDefaultRule(aForward({ blue: 0, green: 100 }))] }))
    for (let request = 0; request < 20; request++) expect(await get()).toBe('green')
  })
})
