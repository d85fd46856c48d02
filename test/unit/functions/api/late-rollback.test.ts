import { beforeEach, describe, expect, it } from 'vitest'
import { answers } from '../../../../functions/api/schemas/answers.ts'
import type { Deployment } from '../../../../shared/domain/deployment.ts'
import { TransientError } from '../../../../shared/domain/errors.ts'
import { rollBack } from '../../../../shared/use-cases/roll-back.ts'
import { aDeployment, aService, webArns } from '../../../support/builders.ts'
import { createMemoryApi, readAs } from '../../../support/memory-api.ts'

let api: ReturnType<typeof createMemoryApi>
const path = '/v1/services/web/rollback'
const post = (body?: unknown) => api.call('POST', path, body === undefined ? {} : { body })

/** A deployment of `web` that succeeded and left everything on green. */
async function succeeded(): Promise<Deployment> {
  await api.deps.services.put(aService())
  const [route] = aService().routes
  if (route?.kind !== 'alb') throw new Error('no rule')
  const snapshot = await api.deps.routerFor(route).read()
  api.cloud.routing.set(webArns.rule, { weights: { [webArns.blue]: 0, [webArns.green]: 100 } })
  const lease = await api.deps.leases.take(webArns.rule, 'me', 20_000)
  if (!lease) throw new Error('no lease')
  await api.deps.leases.confirm(lease, await api.deps.routerFor(route).read())
  await api.deps.leases.giveBack(lease)
  const of = aDeployment({
    ...{ phase: 'succeeded', stage: 'baking', step: 1, target: 1, weight: 100, effectiveWeight: 100 },
    ...{ endedAt: '2026-01-01T00:00:00.000Z', id: 'dep_01KDVDN000000000000000WEB1' },
    routes: [{ resource: webArns.rule, snapshot, touched: true, stableHealthyBefore: 2, test: null }],
  })
  await api.deps.deployments.takePointer('web', of.id)
  const created = await api.deps.deployments.create(of)
  await api.deps.deployments.watchPointer('web', of.id)
  return created
}

beforeEach(() => {
  api = createMemoryApi()
})

describe('POST /v1/services/{service}/rollback', () => {
  it('answers 200 with the record once traffic was read back, and names it', async () => {
    const of = await succeeded()
    api.deps.rollBackInvoker.rollBack = async (id, cause) => {
      await rollBack(api.deps, id, cause)
      return 'restored'
    }
    const response = await post({ reason: 'orders fail' })
    expect(response.status).toBe(200)
    const late = await readAs(answers.deployment, response)
    expect(late).toMatchObject({
      ...{ phase: 'rolled-back', lateRollbackOf: of.id, forced: false, reason: 'orders fail', weight: 0 },
      cause: { type: 'command', reason: 'orders fail', actor: { kind: 'local' } },
    })
    expect(response.headers.get('location')).toBe(`http://localhost/v1/deployments/${late.id}`)
    const read = await readAs(answers.deployment, await api.call('GET', `/v1/deployments/${of.id}`))
    expect([read.phase, read.lateRollbackBy]).toEqual(['succeeded', late.id])
    expect(api.cloud.weightsOf(webArns.rule)).toEqual({ [webArns.blue]: 100 })
  })

  it.each([
    ['it takes longer', async () => 'under-way' as const],
    ['the invocation fails', () => Promise.reject(new TransientError('throttled'))],
  ])('answers 202 where %s, with no body at all: the check finishes it', async (_, answer) => {
    await succeeded()
    api.deps.rollBackInvoker.rollBack = answer
    const response = await post()
    expect(response.status).toBe(202)
    const late = await readAs(answers.deployment, response)
    expect([late.phase, late.cause?.reason, late.reason]).toEqual(['rolling-back', 'taken back', undefined])
    expect(await (await api.call('POST', '/v1/checks')).json()).toEqual({ checked: 1, failed: [] })
    expect(await (await post()).json()).toMatchObject({ id: late.id, phase: 'rolled-back' })
  })

  it('is 409 with everything that is missing, and goes on with force', async () => {
    await succeeded()
    api.cloud.setGroup(webArns.blue, { total: 2, healthy: 0 })
    api.cloud.routing.set(webArns.rule, { weights: { [webArns.blue]: 30, [webArns.green]: 70 } })
    const refused = await post()
    expect(refused.status).toBe(409)
    expect((await readAs(answers.problem, refused)).errors).toEqual([
      { path: 'routes[0]', message: expect.stringContaining('was changed by somebody else') },
      { path: 'routes[0].blue', message: expect.stringContaining('has 0 of 2 targets healthy and needs 2') },
    ])
    expect(api.rollBacks).toEqual([])
    const late = await readAs(answers.deployment, await post({ force: true }))
    expect([late.forced, api.rollBacks]).toEqual([true, [late.id]])
  })

  it('is 409 with what the function found missing once the old side was looked at', async () => {
    const of = await succeeded()
    api.deps.rollBackInvoker.rollBack = async (id, cause) => {
      api.cloud.routing.set(webArns.rule, { weights: { [webArns.blue]: 30, [webArns.green]: 70 } })
      await rollBack(api.deps, id, cause)
      return 'restored'
    }
    const refused = await post()
    expect(refused.status).toBe(409)
    const problem = await readAs(answers.problem, refused)
    const message = expect.stringContaining('was changed by somebody else')
    expect(problem).toMatchObject({
      detail: expect.stringMatching(/^not taken back: /),
      errors: [{ path: 'routes', message }],
    })
    const [late] = (await api.deps.deployments.list({ phase: 'rejected' }, { limit: 1, cursor: null })).items
    expect([late?.lateRollbackOf, problem.deployment]).toEqual([of.id, late?.id])
    expect(await api.deps.deployments.pointer('web')).toBeNull()
  })

  it.each<[number, unknown, string]>([
    [404, undefined, 'the service is not known'],
    [422, { forced: true }, 'a field is not known'],
    [422, { force: 'yes' }, 'force is no boolean'],
    [422, { reason: ' ' }, 'the reason is blank'],
  ])('is %i with %j: %s', async (status, body) => {
    if (status !== 404) await succeeded()
    expect((await post(body)).status).toBe(status)
  })
})

describe('the readiness of a success that nobody looks at any more', () => {
  it('is the same in a list as in the record', async () => {
    const { id } = await succeeded()
    await api.deps.deployments.saveMeasures(id, {
      ...{ revision: 1, gates: [], memories: {}, observedWeight: 100 },
      rollback: { ready: true, reasons: [], estimatedSeconds: 2 },
    })
    const read = await readAs(answers.deployment, await api.call('GET', `/v1/deployments/${id}`))
    const [listed] = (await readAs(answers.deployments, await api.call('GET', '/v1/deployments?service=web'))).items
    expect(read.rollback).toMatchObject({ ready: false })
    expect(listed?.rollback).toEqual(read.rollback)
  })
})
