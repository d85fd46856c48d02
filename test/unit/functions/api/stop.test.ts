import { beforeEach, describe, expect, it } from 'vitest'
import { answers } from '../../../../functions/api/schemas/answers.ts'
import type { Deployment } from '../../../../shared/domain/deployment.ts'
import { TransientError } from '../../../../shared/domain/errors.ts'
import { aDeployment } from '../../../support/builders.ts'
import { aServiceBody, createMemoryApi, readAs } from '../../../support/memory-api.ts'

let api: ReturnType<typeof createMemoryApi>
beforeEach(() => {
  api = createMemoryApi()
})

const stop = (reason: unknown = 'incident 7') => api.call('POST', '/v1/stop', { body: { reason } })
const release = () => api.call('DELETE', '/v1/stop')

/** An open deployment of `service`, as the store keeps it. */
async function open(service: string, overrides: Partial<Deployment> = {}) {
  const id = `dep_01KDVDNC0000000000${service.toUpperCase().padStart(8, '0')}`
  await api.deps.deployments.takePointer(service, id)
  return api.deps.deployments.create(
    aDeployment({ id, service, phase: 'shifting', stage: 'shifting', target: 1, ...overrides }),
  )
}

const waiting = {
  waitsFor: { finding: 'stopped', reason: 'incident 7', until: null },
  nextActionAt: '2026-01-01T00:15:00.000Z',
  deadlineAt: '2026-01-01T00:30:00.000Z',
} as const

describe('POST /v1/stop', () => {
  it('stops the line and says who did, when and why', async () => {
    const response = await stop()
    expect(response.status).toBe(201)
    const expected = {
      reason: 'incident 7',
      by: { kind: 'local', name: expect.any(String) },
      at: '2026-01-01T00:00:00.000Z',
    }
    expect(await readAs(answers.stop, response)).toEqual(expected)
    expect(await api.deps.line.read()).toEqual(expected)
    expect(api.logged.map(({ event }) => event)).toContain('line-stopped')
  })

  it('may be repeated: the stop that stands is answered', async () => {
    const first = await (await stop()).json()
    await api.clock.sleep(60_000)
    const again = await stop()
    expect(again.status).toBe(200)
    expect(await again.json()).toEqual(first)
  })

  it('makes a new stop of another reason', async () => {
    await stop()
    await api.clock.sleep(60_000)
    const response = await stop('incident 8')
    expect(response.status).toBe(201)
    expect(await response.json()).toMatchObject({ reason: 'incident 8', at: '2026-01-01T00:01:00.000Z' })
    expect(await api.deps.line.read()).toMatchObject({ reason: 'incident 8' })
  })

  it.each([
    ['no reason', {}, 'reason'],
    ['a blank reason', { reason: ' ' }, 'reason'],
    ['an unknown field', { reason: 'incident 7', service: 'web' }, 'service'],
  ])('refuses %s, and the line runs on', async (_, body, path) => {
    const response = await api.call('POST', '/v1/stop', { body })
    expect(response.status).toBe(422)
    expect((await readAs(answers.problem, response)).errors.map((error) => error.path)).toEqual([path])
    expect(await api.deps.line.read()).toBeNull()
  })

  it('shows in every plan from then on', async () => {
    await api.call('PUT', '/v1/services/web', { body: aServiceBody() })
    await stop()
    const plan = await readAs(answers.deploymentPlan, await api.call('POST', '/v1/plans', { body: { service: 'web' } }))
    expect(plan.findings[0]).toMatchObject({ id: 'stopped', severity: 'error' })
  })

  it('says 503 when the store does not answer', async () => {
    api.deps.line.stop = async () => {
      throw new TransientError('throttled')
    }
    expect((await stop()).status).toBe(503)
  })
})

describe('DELETE /v1/stop', () => {
  it('lets the line run again, however often it is asked', async () => {
    await stop()
    expect((await release()).status).toBe(204)
    expect(await api.deps.line.read()).toBeNull()
    expect((await release()).status).toBe(204)
    expect(api.logged.map(({ event }) => event)).toContain('line-released')
  })

  it('lets every deployment that waits for it go on now, on every page of them, and no other', async () => {
    const services = Array.from({ length: 120 }, (_, n) => `s${n}`)
    const ids: string[] = []
    for (const service of services) ids.push((await open(service, waiting)).id)
    const frozen = {
      ...waiting,
      waitsFor: { finding: 'freeze', reason: 'weekend', until: waiting.nextActionAt },
    } as const
    const others = [
      await open('frozen', frozen),
      await open('baking', { phase: 'baking', stage: 'baking', nextActionAt: waiting.nextActionAt }),
      await open('paused', {
        ...waiting,
        phase: 'paused',
        hold: { kind: 'paused', since: waiting.nextActionAt, until: null, cause: { type: 'command', reason: '' } },
      }),
    ]
    await stop()
    await release()
    for (const id of ids)
      expect(await api.deps.deployments.load(id)).toMatchObject({
        nextActionAt: '2026-01-01T00:00:00.000Z',
        waitsFor: null,
      })
    for (const other of others) expect(await api.deps.deployments.load(other.id)).toEqual(other)
  })

  it('goes on past one that cannot be changed: it tries again by itself', async () => {
    const [first, second] = [await open('first', waiting), await open('second', waiting)]
    const { save } = api.deps.deployments
    api.deps.deployments.save = async (deployment) => {
      if (deployment.id === first.id) throw new TransientError('throttled')
      await save(deployment)
    }
    expect((await release()).status).toBe(204)
    expect((await api.deps.deployments.load(first.id))?.nextActionAt).toBe(waiting.nextActionAt)
    expect((await api.deps.deployments.load(second.id))?.nextActionAt).toBe('2026-01-01T00:00:00.000Z')
    expect(api.logged.filter(({ event }) => event === 'line-wake-failed')).toHaveLength(1)
  })
})

describe('a deployment that waits', () => {
  const read = async (id: string) => readAs(answers.deployment, await api.call('GET', `/v1/deployments/${id}`))

  it('says what for', async () => {
    const { id } = await open('web', waiting)
    expect(await read(id)).toMatchObject({ waitsFor: waiting.waitsFor, nextActionAt: waiting.nextActionAt })
  })

  it.each(['baking', 'rolling-back', 'aborted'] as const)('no longer says so while %s', async (phase) => {
    const { id } = await open('web', { ...waiting, phase })
    expect(await read(id)).not.toHaveProperty('waitsFor')
  })
})
