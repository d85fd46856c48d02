import type { Phase } from '../../shared/domain/deployment.ts'
import { TransientError } from '../../shared/domain/errors.ts'
import type { Service } from '../../shared/domain/service.ts'
import { abort } from '../../shared/use-cases/abort.ts'
import { needsAttention } from '../../shared/use-cases/needs-attention.ts'
import { pause } from '../../shared/use-cases/pause.ts'
import { rollBack } from '../../shared/use-cases/roll-back.ts'
import { aDeployer, webArns } from './builders.ts'
import { anAlarmsGate, aTargetHealthGate } from './gates.ts'
import { startWalk, type Walk } from './workflow-walk.ts'

/** Phases that a single deployment can be brought to: one that is `queued` needs another before it. */
export type ReachedPhase = Exclude<Phase, 'queued'>

export interface Reached {
  readonly walk: Walk
  readonly id: string
}

const canary = { type: 'canary', percent: 10, intervalSeconds: 600, bakeSeconds: 60 } as const
const approved = {
  type: 'steps',
  steps: [
    { weight: 10, bakeSeconds: 60, approval: false },
    { weight: 100, bakeSeconds: 60, approval: true },
  ],
} as const

/** A walk whose deployment has just come to `phase`, in its first step where that phase has one. */
export async function reach(phase: ReachedPhase): Promise<Reached> {
  switch (phase) {
    case 'preparing': {
      const walk = await begin()
      walk.taskFaults.set('Prepare', (call) =>
        call <= 3 ? new TransientError('throttled', { refused: true }) : undefined,
      )
      return { walk, id: (await walk.start()).id }
    }
    case 'verifying':
      return arrive(await begin(), phase, (walk) => walk.cloud.setGroup(webArns.green, { total: 2, healthy: 1 }))
    case 'shifting': {
      const walk = await begin({ gates: [aTargetHealthGate({ minHealthyPercent: 0 })] })
      return arrive(walk, phase, () => walk.cloud.setGroup(webArns.green, { total: 2, healthy: 1 }))
    }
    case 'baking':
    case 'succeeded':
      return arrive(await begin(), phase)
    case 'awaiting-approval':
      return arrive(await begin({ strategy: approved }), phase)
    case 'rejected':
      return arrive(await begin(), phase, (walk) => walk.cloud.setGroup(webArns.blue, { total: 0 }))
    case 'paused':
      return after('baking', ({ walk, id }) => pause(walk.deps, id, { actor: aDeployer, timeoutSeconds: 86_400 }))
    case 'halted': {
      const reached = await arrive(await begin({ gates: [anAlarmsGate({ onFail: 'halt' })] }), 'baking')
      reached.walk.cloud.alarms.setState('web-5xx', 'ALARM')
      await reached.walk.until(reached.id, phase, 120)
      return reached
    }
    case 'rolling-back': {
      const reached = await reach('baking')
      reached.walk.cloud.setGroup(webArns.green, { total: 2, healthy: 0 })
      refuseWrites(reached.walk)
      await reached.walk.until(reached.id, phase, 600)
      return reached
    }
    case 'aborted':
      return after('baking', ({ walk, id }) => abort(walk.deps, id, { actor: aDeployer }))
    case 'rolled-back':
      return after('baking', ({ walk, id }) => rollBack(walk.deps, id, { type: 'drift', reason: 'a test' }))
    case 'superseded':
      return after('baking', ({ walk, id }) => rollBack(walk.deps, id, { type: 'superseded', reason: 'a newer one' }))
    case 'rollback-failed':
      return after('rolling-back', ({ walk, id }) => needsAttention(walk.deps, id, 'for an hour'))
  }
}

async function begin(service: Partial<Service> = {}): Promise<Walk> {
  const walk = await startWalk({ service: { strategy: canary, ...service } })
  walk.cloud.alarms.setState('web-5xx', 'OK')
  return walk
}

async function arrive(walk: Walk, phase: Phase, prepare: (walk: Walk) => void = () => undefined): Promise<Reached> {
  prepare(walk)
  const { id } = await walk.start()
  await walk.until(id, phase)
  return { walk, id }
}

async function after(phase: ReachedPhase, act: (reached: Reached) => Promise<unknown>): Promise<Reached> {
  const reached = await reach(phase)
  await reached.walk.during(act(reached))
  return reached
}

export function refuseWrites(walk: Walk): void {
  walk.cloud.inject({
    before: ({ action }) => {
      if (action === 'router.write') throw new TransientError('throttled', { refused: true })
    },
  })
}
