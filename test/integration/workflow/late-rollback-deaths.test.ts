import { afterEach, describe, expect, it } from 'vitest'
import { TransientError } from '../../../shared/domain/errors.ts'
import { rollBackService } from '../../../shared/use-cases/roll-back-service.ts'
import { aDeployer } from '../../support/builders.ts'
import { startWalk, type Walk } from '../../support/workflow-walk.ts'

let walk: Walk
afterEach(() => walk.close())

const strategy = { type: 'canary', percent: 10, intervalSeconds: 120, bakeSeconds: 60 } as const
const lateOnes = async () => {
  const { items } = await walk.deps.deployments.list({ service: 'web' }, { limit: 100, cursor: null })
  return items.filter(({ lateRollbackOf }) => lateRollbackOf !== undefined)
}

/** Asked for once, and never again: whatever one call does, the check alone brings everything to one of two ends. */
describe.each([
  ['a rule', {}],
  ['a rule with group stickiness', { stickySeconds: 3600 }],
] as const)('a late rollback of %s', (_, options) => {
  /** Runs one in which call number `nth` fails; false once there are fewer calls. */
  async function runWith(nth: number, when: 'before' | 'after', fault: () => Error): Promise<boolean> {
    walk = await startWalk({ service: { strategy }, ...options })
    const { id: of } = await walk.start()
    await walk.untilEnded(of)
    let calls = 0
    const count = () => {
      if (++calls === nth) throw fault()
    }
    const { store, leases } = walk.faults
    store[when] = count
    leases[when] = count
    walk.cloud.inject({ [when]: count })
    await walk
      .during(rollBackService(walk.deps, { service: 'web', actor: aDeployer, force: false }))
      .catch(() => undefined)
    await walk.advance(300)
    store[when] = undefined
    leases[when] = undefined
    walk.cloud.inject({})
    // A record may have been refused for what could not be read; then nothing has moved.
    const [late] = (await lateOnes()).filter(({ phase }) => phase !== 'rejected')
    const found = {
      nth,
      green: walk.green() === 0 ? 0 : 100,
      phase: late?.phase,
      by: (await walk.load(of)).lateRollbackBy,
    }
    expect(found).toEqual(
      late
        ? { nth, green: 0, phase: 'rolled-back', by: late.id }
        : { nth, green: 100, phase: undefined, by: undefined },
    )
    expect([nth, await walk.deps.deployments.pointer('web')]).toEqual([nth, null])
    for (const record of await lateOnes()) {
      const seqs = (await walk.events(record.id)).map(({ seq }) => seq)
      expect(seqs).toEqual(seqs.map((_seq, index) => index + 1))
    }
    walk.close()
    return calls >= nth
  }

  it.each([
    ['dies before', 'before', () => new Error('the process died')],
    ['has no answer from', 'after', () => new TransientError('timed out')],
  ] as const)('ends soundly whichever call it %s', { timeout: 240_000 }, async (_what, when, fault) => {
    let nth = 1
    while (await runWith(nth, when, fault)) nth++
    expect(nth).toBeGreaterThan(50)
    walk = await startWalk()
  })
})
