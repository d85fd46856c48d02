import { afterEach, describe, expect, it } from 'vitest'
import { releaseLine } from '../../../shared/use-cases/release-line.ts'
import { stopLine } from '../../../shared/use-cases/stop-line.ts'
import { aDeployer, webArns } from '../../support/builders.ts'
import { eastArns, greens, walkThreeWaves } from '../../support/three-waves.ts'
import { expectSoundEnd } from '../../support/walk-checks.ts'
import { startWalk, type Walk } from '../../support/workflow-walk.ts'

let walk: Walk
afterEach(() => walk.close())

const actor = aDeployer
const canary = { type: 'canary', percent: 10, intervalSeconds: 3600, bakeSeconds: 60 } as const
const setGreen = (green: number) =>
  walk.cloud.routing.set(webArns.rule, { weights: { [webArns.blue]: 100 - green, [webArns.green]: green } })
const stop = () => walk.during(stopLine(walk.deps, { actor, reason: 'incident 7' }))
const release = () => walk.during(releaseLine(walk.deps, { actor }))

describe('a foreign change that may be written over while the line is stopped', () => {
  async function lowered(): Promise<string> {
    walk = await startWalk({ service: { strategy: canary, onDrift: 'overwrite' } })
    const { id } = await walk.start()
    await walk.until(id, 'baking')
    await stop()
    setGreen(0)
    return id
  }

  it('waits for the line as any raise, and counts as one overwrite', async () => {
    const id = await lowered()
    await walk.advance(600)
    const { phase, overwrites, waitsFor } = await walk.load(id)
    expect({ phase, overwrites, finding: waitsFor?.finding, green: walk.green(), pages: walk.pages }).toEqual({
      ...{ phase: 'shifting', overwrites: 1, finding: 'stopped', green: 0, pages: [] },
    })
    await release()
    await walk.until(id, 'baking', 60)
    expect(walk.green()).toBe(10)
    await walk.untilEnded(id)
    expect((await expectSoundEnd(walk, id)).phase).toBe('succeeded')
  })

  it('on several routes is one overwrite as well', async () => {
    walk = await walkThreeWaves({ strategy: canary, onDrift: 'overwrite' })
    const { id } = await walk.start()
    await walk.until(id, ({ phase, step }) => phase === 'baking' && step === 2, 9000)
    await stop()
    setGreen(40)
    walk.cloud.routing.set(eastArns.rule, { weights: { [eastArns.blue]: 100, [eastArns.green]: 0 } })
    await walk.advance(600)
    expect(await walk.load(id)).toMatchObject({ phase: 'shifting', overwrites: 1 })
    expect([greens(walk), walk.pages]).toEqual([[40, 0, 0], []])
    await release()
    await walk.until(id, 'baking', 60)
    expect(greens(walk)).toEqual([100, 10, 0])
  })

  it('is taken down at once where it changes again and is above the plan', async () => {
    const id = await lowered()
    await walk.until(id, ({ waitsFor }) => waitsFor != null, 120)
    setGreen(50)
    await walk.until(id, ({ phase }) => phase === 'baking', 120)
    expect(walk.green()).toBe(10)
  })
})
