import { afterEach, describe, expect, it } from 'vitest'
import type { Deployment } from '../../../shared/domain/deployment.ts'
import { ValidationError } from '../../../shared/domain/errors.ts'
import type { Service } from '../../../shared/domain/service.ts'
import { abort } from '../../../shared/use-cases/abort.ts'
import { resume } from '../../../shared/use-cases/resume.ts'
import { aDeployer, webArns } from '../../support/builders.ts'
import { expectRolledBack, expectSoundEnd } from '../../support/walk-checks.ts'
import { startWalk, type Walk } from '../../support/workflow-walk.ts'

let walk: Walk
afterEach(() => walk.close())

const actor = aDeployer
const strategy = { type: 'canary', percent: 10, intervalSeconds: 300, bakeSeconds: 60 } as const

/** Somebody at the console: so much to green. */
const setGreen = (green: number) =>
  walk.cloud.routing.set(webArns.rule, { weights: { [webArns.blue]: 100 - green, [webArns.green]: green } })

/** When the foreign change comes, each before another of our writes. */
const moments = {
  'while the canary is verified': (id: string) => walk.until(id, 'verifying'),
  'while the first write is noted': async () => noticeTouch(),
  'while the first step bakes': (id: string) => walk.until(id, 'baking'),
  'while the last step bakes': (id: string) => walk.until(id, ({ phase, step }) => phase === 'baking' && step === 1),
}
type Moment = keyof typeof moments
const everyMoment = Object.keys(moments) as Moment[]

/** Changes the rule just after the record of the first write was saved, and before the write is sent. */
function noticeTouch(): void {
  walk.faults.store.after = ({ method, args }) => {
    const [record] = args as [Deployment]
    if (method !== 'save' || !record.routes[0]?.touched) return
    walk.faults.store.after = undefined
    setGreen(50)
  }
}

async function drift(moment: Moment, onDrift: Service['onDrift']): Promise<string> {
  walk = await startWalk({ service: { strategy, onDrift } })
  const { id } = await walk.start()
  await moments[moment](id)
  if (moment !== 'while the first write is noted') setGreen(50)
  return id
}

describe.each(everyMoment)('a change by somebody else %s', (moment) => {
  it('halts and asks, and is not overwritten', async () => {
    const id = await drift(moment, 'halt')
    const halted = await walk.until(id, 'halted', 900)
    expect(halted.cause?.type).toBe('drift')
    expect(halted.cause?.reason).toMatch(/expected blue \d+, green \d+, found blue 50, green 50/)
    expect(walk.pages).toHaveLength(1)
    await walk.advance(1800)
    expect(walk.green()).toBe(50)
    await expect(walk.during(resume(walk.deps, id, { actor }))).rejects.toThrow(ValidationError)
    expect((await walk.load(id)).phase).toBe('halted')
  })

  it('is written over when a person says so', async () => {
    const id = await drift(moment, 'halt')
    await walk.until(id, 'halted', 900)
    await walk.during(resume(walk.deps, id, { actor, drift: 'overwrite' }))
    await walk.untilEnded(id, 1200)
    const deployment = await walk.load(id)
    expect({ phase: deployment.phase, green: walk.green() }).toEqual({ phase: 'succeeded', green: 100 })
    expect(deployment.routes[0]?.snapshot?.weights).toEqual({ blue: 100, green: 0 })
  })

  it('is kept when a person says so, and the plan goes on from there', async () => {
    const id = await drift(moment, 'halt')
    await walk.until(id, 'halted', 900)
    const adopted = await walk.during(resume(walk.deps, id, { actor, drift: 'adopt' }))
    expect(adopted).toMatchObject({ weight: 50, hold: null, cause: null })
    await walk.untilEnded(id, 1200)
    expect({ phase: (await walk.load(id)).phase, green: walk.green() }).toEqual({ phase: 'succeeded', green: 100 })
  })

  it('goes back with everything where the service says roll-back', async () => {
    const id = await drift(moment, 'roll-back')
    await walk.untilEnded(id, 900)
    const deployment = await walk.load(id)
    expect(deployment).toMatchObject({ phase: 'rolled-back', cause: { type: 'drift' } })
    const { touched } = deployment.routes[0] ?? {}
    // A route that we never wrote is not ours to restore.
    expect(walk.green()).toBe(touched ? 0 : 50)
  })

  it('is written over where the service says overwrite', async () => {
    const id = await drift(moment, 'overwrite')
    await walk.untilEnded(id, 900)
    expect({ phase: (await walk.load(id)).phase, green: walk.green() }).toEqual({ phase: 'succeeded', green: 100 })
    expect(walk.pages).toEqual([])
  })

  it('leaves an abort free to restore the snapshot', async () => {
    const id = await drift(moment, 'halt')
    const { routes } = await walk.until(id, 'halted', 900)
    const { restored } = await walk.during(abort(walk.deps, id, { actor }))
    expect({ restored, green: walk.green() }).toEqual({ restored: true, green: routes[0]?.touched ? 0 : 50 })
    expect((await expectSoundEnd(walk, id)).phase).toBe('aborted')
  })
})

describe('a change by somebody else during a rest', () => {
  it.each(['baking', 'awaiting-approval'] as const)(
    'while %s is found by the check, not only at the next write',
    async (phase) => {
      const steps = [
        { weight: 10, bakeSeconds: phase === 'baking' ? 3600 : 60 },
        { weight: 100, bakeSeconds: 60, approval: true },
      ]
      walk = await startWalk({ service: { strategy: { type: 'steps', steps } } })
      const { id } = await walk.start()
      await walk.until(id, phase)
      setGreen(50)
      await walk.until(id, 'halted', 62)
      expect(walk.pages).toHaveLength(1)
    },
  )
})

describe('a change of something else than weights', () => {
  it('is drift too: stickiness switched on', async () => {
    walk = await startWalk({ service: { strategy } })
    const { id } = await walk.start()
    await walk.until(id, 'baking')
    const weights = { [webArns.blue]: 90, [webArns.green]: 10 }
    walk.cloud.routing.set(webArns.rule, { weights, stickySeconds: 60 })
    expect((await walk.until(id, 'halted', 900)).cause?.type).toBe('drift')
  })

  it('is none where only the numbers differ, not the shares', async () => {
    walk = await startWalk({ service: { strategy } })
    const { id } = await walk.start()
    await walk.until(id, 'baking')
    walk.cloud.routing.set(webArns.rule, { weights: { [webArns.blue]: 900, [webArns.green]: 100 } })
    await walk.untilEnded(id)
    expect((await walk.load(id)).phase).toBe('succeeded')
  })
})

describe('a gate that fails after drift was adopted', () => {
  it('takes everything back to the snapshot', async () => {
    const id = await drift('while the first step bakes', 'halt')
    await walk.until(id, 'halted', 900)
    await walk.during(resume(walk.deps, id, { actor, drift: 'adopt' }))
    walk.cloud.setGroup(webArns.green, { total: 2, healthy: 0 })
    await walk.untilEnded(id, 600)
    await expectRolledBack(walk, id, { type: 'gate', gate: 'target-health' })
  })
})

describe('a change by somebody else between preflight and the end of Prepare', () => {
  it('is drift, and no snapshot: what was judged is what a rollback restores', async () => {
    walk = await startWalk({ service: { strategy, onDrift: 'roll-back' } })
    let isChanged = false
    walk.cloud.inject({
      after({ action }) {
        if (isChanged || action !== 'inspector.inspect') return
        isChanged = true
        setGreen(37)
      },
    })
    const { id } = await walk.start()
    const ended = await walk.untilEnded(id, 900)
    expect({ isChanged, cause: ended.cause?.type, green: walk.green() }).toEqual({
      ...{ isChanged: true, cause: 'drift' },
      // Nothing was written yet, so the change stays whoever made it.
      green: 37,
    })
    expect(ended.routes[0]?.snapshot?.weights).toEqual({ blue: 100, green: 0 })
  })
})
