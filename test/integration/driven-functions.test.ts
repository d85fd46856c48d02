import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LocalRun } from '../../local/start.ts'
import { newAnswers } from '../support/clients.ts'
import { type DrivenCloud, openDrivenCloud, serviceAt } from '../support/driven-cloud.ts'
import { startQuietly } from '../support/local-mode.ts'

const errors = { kind: 'metric', name: 'errors', metric: 'error-rate', max: 0.05, minRequests: 5 }
const worse = { kind: 'compare', name: 'worse', measure: 'errors' }
/** At 60 times real time a step takes ten seconds: long enough to be followed on a machine that does other things too. */
const canary = { type: 'canary', percent: 40, intervalSeconds: 600, bakeSeconds: 60 }
const linear = { ...canary, type: 'linear' }
/** Their first step is ended by a gate: longer than any test. */
const forLong = { intervalSeconds: 86_400 }

let local: LocalRun
let cloud: DrivenCloud
beforeAll(async () => {
  local = await startQuietly()
  cloud = await openDrivenCloud(local)
})
afterAll(async () => {
  await cloud.close()
  await local.close()
})

type Pay = Awaited<ReturnType<DrivenCloud['startFunction']>>

/** Which versions, and which errors, the clients meet from now on. */
async function metNow({ clients }: Pay): Promise<readonly string[]> {
  const [counts = {}] = await newAnswers([clients], 20)
  return Object.keys(counts).sort()
}

/** Has the version on trial go bad while it has its first share, and waits for the end by this gate. */
async function letGoBad(name: string, pay: Pay, { id, gate }: { id: string; gate: string }): Promise<void> {
  const service = serviceAt(local.apiUrl, name)
  await service.untilBaking(id, 40)
  expect(await pay.read()).toBe('1 + 0.4 of 2')
  pay.servers[1].deploy('v2', 0.5)
  const ended = await service.untilEnded(id)
  expect(ended).toMatchObject({ phase: 'rolled-back', weight: 0, cause: { type: 'gate', gate } })
  expect((ended.cause as Record<string, unknown>).reason).toMatch(
    /bad windows in a row: error-rate 0\.[1-9]|canary errors \d+ of \d+ .* against 0 of/,
  )
  expect(await pay.read()).toBe('1')
  expect(Object.keys(pay.clients.take()).sort()).toEqual(['v1', 'v2', 'v2 500'])
  expect(await metNow(pay)).toEqual(['v1'])
}

/** Everything on version 2, and not one request was lost. */
async function expectPromoted(pay: Pay): Promise<void> {
  expect(await pay.read()).toBe('2')
  expect(Object.keys(pay.clients.take()).sort()).toEqual(['v1', 'v2'])
  expect(await metNow(pay)).toEqual(['v2'])
}

describe.concurrent('an alias that CodeDeploy shifts', () => {
  it.for([
    { name: 'driven-canary', strategy: canary, greens: [40, 100] },
    { name: 'driven-linear', strategy: linear, greens: [40, 80, 100] },
  ])('succeeds: $name', { timeout: 180_000 }, async ({ name, strategy, greens }) => {
    const pay = await cloud.startFunction(name)
    const service = serviceAt(local.apiUrl, name)
    await service.register({ routes: [pay.driverRoute], strategy, gates: [errors] })
    const id = await service.deploy({ codedeploy: pay.codedeploy })
    expect(await service.untilEnded(id)).toMatchObject({ phase: 'succeeded', weight: 100, cause: null })
    expect(await service.greensOf(id)).toEqual(greens)
    await expectPromoted(pay)
    expect(await cloud.deploymentsOf(name)).toMatchObject([{ status: 'Succeeded', creator: 'user' }])
  })

  it.for([
    { name: 'driven-bad-canary', strategy: { ...canary, ...forLong }, gate: errors },
    { name: 'driven-bad-linear', strategy: { ...linear, ...forLong }, gate: worse },
  ])('is taken back by a gate, and whole again: $name', { timeout: 180_000 }, async ({ name, strategy, gate }) => {
    const pay = await cloud.startFunction(name)
    const service = serviceAt(local.apiUrl, name)
    await service.register({ routes: [pay.driverRoute], strategy, gates: [gate] })
    const id = await service.deploy({ codedeploy: pay.codedeploy })
    await letGoBad(name, pay, { id, gate: gate.name })
    const [back, ours, ...others] = await cloud.deploymentsOf(name)
    expect([back, ours, others]).toMatchObject([
      { status: 'Succeeded', creator: 'codeDeployRollback' },
      { status: 'Stopped', creator: 'user', rollbackId: back?.id },
      [],
    ])
  })
})

describe.concurrent('an alias that Sluice shifts', () => {
  it('succeeds with the newest version, and is taken back late', { timeout: 180_000 }, async () => {
    const pay = await cloud.startFunction('alias-canary')
    const service = serviceAt(local.apiUrl, 'alias-canary')
    await service.register({ routes: [pay.aliasRoute], strategy: canary, gates: [errors] })
    const id = await service.deploy()
    expect(await service.untilEnded(id)).toMatchObject({ phase: 'succeeded', weight: 100, cause: null })
    expect(await service.greensOf(id)).toEqual([40, 100])
    await expectPromoted(pay)

    const late = await service.lateRollback({ reason: 'orders fail' })
    expect([200, 202]).toContain(late.status)
    const ended = await service.untilEnded(String(late.body.id))
    expect(ended).toMatchObject({ phase: 'rolled-back', lateRollbackOf: id, weight: 0 })
    expect(await pay.read()).toBe('1')
    expect(await metNow(pay)).toEqual(['v1'])
  })

  it('is taken back by a gate', { timeout: 180_000 }, async () => {
    const pay = await cloud.startFunction('alias-bad')
    const service = serviceAt(local.apiUrl, 'alias-bad')
    await service.register({ routes: [pay.aliasRoute], strategy: { ...linear, ...forLong }, gates: [worse] })
    const id = await service.deploy({ lambda: { versions: { 'alias-bad': '2' } } })
    await letGoBad('alias-bad', pay, { id, gate: 'worse' })
  })
})
