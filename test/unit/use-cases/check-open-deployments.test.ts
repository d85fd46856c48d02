import { beforeEach, describe, expect, it } from 'vitest'
import type { Deps } from '../../../shared/deps.ts'
import { ConflictError, TransientError } from '../../../shared/domain/errors.ts'
import type { TransitionEvent } from '../../../shared/domain/transition.ts'
import { changeDeployment } from '../../../shared/use-cases/change-deployment.ts'
import { checkOpenDeployments, reportOnOpenDeployments } from '../../../shared/use-cases/check-open-deployments.ts'
import { aDeployer, aDeployment } from '../../support/builders.ts'
import { createMemoryApi } from '../../support/memory-api.ts'

let deps: Deps
let running: number
let most: number
/** Ids whose look fails. */
let failing: ReadonlySet<string>

const idOf = (n: number) => `dep_01KDVDNC000000000000000${String(n).padStart(3, '0')}`

/** So many services that are watched, each look at which takes a few turns. */
async function watched(count: number): Promise<void> {
  const { deployments } = deps
  for (let n = 0; n < count; n++) {
    const service = `service-${String(n).padStart(3, '0')}`
    await deployments.create(aDeployment({ id: idOf(n), service, phase: 'rolled-back', endedAt: null }))
    await deployments.takePointer(service, idOf(n))
    await deployments.watchPointer(service, idOf(n))
  }
  const copyEvents = deployments.copyEvents
  deployments.copyEvents = async (deployment) => {
    most = Math.max(most, ++running)
    for (let turn = 0; turn < 1500; turn++) await Promise.resolve()
    running--
    if (failing.has(deployment.id)) throw new TransientError(`${deployment.id} is busy`)
    await copyEvents(deployment)
  }
}

beforeEach(() => {
  deps = createMemoryApi().deps
  running = 0
  most = 0
  failing = new Set()
})

describe('the check', () => {
  it('looks at all there are, over the ends of pages, 500 at once and never more', async () => {
    await watched(620)
    expect(await checkOpenDeployments(deps)).toEqual({ checked: 620, failed: [] })
    expect(most).toBe(500)
    expect(await deps.deployments.listPointers({ limit: 10, cursor: null })).toEqual({ items: [], nextCursor: null })
  })

  it('goes on past those that fail; on the schedule it throws after that, and names them', async () => {
    await watched(130)
    failing = new Set([idOf(0), idOf(99), idOf(100), idOf(129)])
    const check = checkOpenDeployments(deps)
    await expect(check).rejects.toThrow(AggregateError)
    await expect(check).rejects.toThrow(/^4 of 130 deployments could not be checked: .*is busy/)
    const left = await deps.deployments.listPointers({ limit: 100, cursor: null })
    expect(left.items.map(({ id }) => id)).toEqual([...failing])
  })

  it('tells whoever asked, by id', async () => {
    await watched(3)
    failing = new Set([idOf(2), idOf(1)])
    expect(await reportOnOpenDeployments(deps)).toEqual({
      checked: 3,
      failed: [1, 2].map((n) => ({ id: idOf(n), reason: `${idOf(n)} is busy` })),
    })
  })

  it('throws where the list breaks off, after what had begun is done', async () => {
    await watched(150)
    const list = deps.deployments.listPointers
    deps.deployments.listPointers = async (page) => {
      if (page.cursor !== null) throw new TransientError('the table is busy')
      return list(page)
    }
    await expect(reportOnOpenDeployments(deps)).rejects.toThrow('the table is busy')
    expect(running).toBe(0)
    deps.deployments.listPointers = list
    expect((await deps.deployments.listPointers({ limit: 100, cursor: null })).items).toHaveLength(50)
  })
})

describe('a deployment that ends while the check looks at it', () => {
  const id = idOf(1)
  const cause = { type: 'command', actor: aDeployer, reason: 'enough' } as const

  /** The workflow is dead; `meanwhile` happens before the check hears of it. */
  async function baking(meanwhile: () => Promise<unknown>, execution = 1): Promise<void> {
    const at = { phase: 'baking', stage: 'baking', nextActionAt: '2036-01-01T00:00:00.000Z' } as const
    await deps.deployments.create(aDeployment({ ...at, id, execution }))
    await deps.deployments.takePointer('web', id)
    const status = async () => {
      await meanwhile()
      return 'ended' as const
    }
    deps = { ...deps, workflow: { ...deps.workflow, status } }
  }
  const happens = (event: TransitionEvent) => changeDeployment(deps, id, () => event)
  const ends = async () => {
    await happens({ type: 'roll-back', cause })
    await happens({ type: 'restored' })
  }
  const succeeds = () => happens({ type: 'succeeded' })

  it('is no failure where another execution was to follow', async () => {
    await baking(ends)
    expect(await checkOpenDeployments(deps)).toEqual({ checked: 1, failed: [] })
    expect(await deps.deployments.load(id)).toMatchObject({ phase: 'aborted', execution: 1 })
  })

  it('is no failure where it was to be rolled back, and succeeded', async () => {
    await baking(succeeds, 3)
    expect(await checkOpenDeployments(deps)).toEqual({ checked: 1, failed: [] })
    expect(await deps.deployments.load(id)).toMatchObject({ phase: 'succeeded' })
  })

  it('hides no conflict of one that goes on', async () => {
    await baking(() => Promise.reject(new ConflictError('somebody else holds it', {})))
    await expect(checkOpenDeployments(deps)).rejects.toThrow('somebody else holds it')
  })
})
