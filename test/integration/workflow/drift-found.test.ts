import { afterEach, describe, expect, it } from 'vitest'
import type { Deployment } from '../../../shared/domain/deployment.ts'
import { maxOverwrites } from '../../../shared/domain/drift.ts'
import type { Service } from '../../../shared/domain/service.ts'
import { abort } from '../../../shared/use-cases/abort.ts'
import { approve } from '../../../shared/use-cases/approve.ts'
import { pause } from '../../../shared/use-cases/pause.ts'
import { releaseLine } from '../../../shared/use-cases/release-line.ts'
import { resume } from '../../../shared/use-cases/resume.ts'
import { stopLine } from '../../../shared/use-cases/stop-line.ts'
import { aDeployer, webArns } from '../../support/builders.ts'
import { anAlarmsGate, aTargetHealthGate } from '../../support/gates.ts'
import { appPair, aRoute53Route } from '../../support/record-sets.ts'
import { eastArns, greens, setPair, walkThreeWaves } from '../../support/three-waves.ts'
import { expectRolledBack, expectSoundEnd, greenWrites } from '../../support/walk-checks.ts'
import { startWalk, type Walk } from '../../support/workflow-walk.ts'

let walk: Walk
afterEach(() => walk.close())

const actor = aDeployer
type OnDrift = Service['onDrift']
const canary = { type: 'canary', percent: 10, intervalSeconds: 3600, bakeSeconds: 60 } as const
const split = (green: number) => ({ blue: 100 - green, green })
/** Somebody at the console: so much to green. */
const setGreen = (green: number) =>
  walk.cloud.routing.set(webArns.rule, { weights: { [webArns.blue]: 100 - green, [webArns.green]: green } })

/** What events say of splits: before and after a write, expected and found where somebody else changed it. */
async function splitsOf(id: string, type: 'phase' | 'write' | 'note') {
  const events = (await walk.events(id)).filter((event) => event.type === type && event.resource !== undefined)
  return events.map(({ resource, before, after, to }) => ({ resource, before, after, ...(to && { to }) }))
}

const atStep = (step: number) => (deployment: Deployment) => deployment.phase === 'baking' && deployment.step === step

/** Where a deployment at 10 % rests, each for longer than the check takes to come. */
const rests = {
  async baking(onDrift: OnDrift) {
    walk = await startWalk({ service: { strategy: canary, onDrift } })
    const { id } = await walk.start()
    await walk.until(id, 'baking')
    return id
  },
  async 'awaiting approval'(onDrift: OnDrift) {
    const steps = [
      { weight: 10, bakeSeconds: 60 },
      { weight: 100, bakeSeconds: 60, approval: true },
    ]
    walk = await startWalk({ service: { strategy: { type: 'steps', steps }, onDrift } })
    const { id } = await walk.start()
    await walk.until(id, 'awaiting-approval')
    return id
  },
  async 'waiting for the line'(onDrift: OnDrift) {
    walk = await startWalk({ service: { strategy: { ...canary, intervalSeconds: 300 }, onDrift } })
    const { id } = await walk.start()
    await walk.until(id, 'baking')
    await walk.during(stopLine(walk.deps, { actor, reason: 'incident 7' }))
    await walk.until(id, ({ waitsFor }) => waitsFor != null, 1200)
    return id
  },
  async paused(onDrift: OnDrift) {
    const id = await rests.baking(onDrift)
    await walk.during(pause(walk.deps, id, { actor, timeoutSeconds: 0 }))
    return id
  },
}
type Rest = keyof typeof rests

describe.each(Object.keys(rests) as Rest[])('a foreign change while %s', (rest) => {
  it('halts within a minute where the service asks, names both splits, and calls a person once', async () => {
    const id = await rests[rest]('halt')
    setGreen(50)
    const halted = await walk.until(id, 'halted', 62)
    const reason = `${webArns.rule} was changed by somebody else: expected blue 90, green 10, found blue 50, green 50`
    expect(halted.cause).toEqual({ type: 'drift', actor: { kind: 'system', name: 'sluice' }, reason })
    expect(await splitsOf(id, 'phase')).toEqual([
      { resource: webArns.rule, before: split(10), after: split(50), to: 'halted' },
    ])
    await walk.advance(600)
    expect({ green: walk.green(), pages: walk.pages.length }).toEqual({ green: 50, pages: 1 })
  })

  it('goes back within a minute where the service says roll-back', async () => {
    const id = await rests[rest]('roll-back')
    setGreen(50)
    await walk.untilEnded(id, 62)
    await expectRolledBack(walk, id, { type: 'drift' })
    expect(await splitsOf(id, 'phase')).toEqual([
      { resource: webArns.rule, before: split(10), after: split(50), to: 'rolling-back' },
    ])
    expect((await splitsOf(id, 'write')).at(-1)).toEqual({
      ...{ resource: webArns.rule, before: split(50), after: split(0) },
    })
  })
})

describe.each(['baking', 'awaiting approval', 'waiting for the line'] as const)(
  'onDrift overwrite while %s',
  (rest) => {
    it('has the step written again within a minute, and its clock starts again', async () => {
      const id = await rests[rest]('overwrite')
      setGreen(50)
      const baking = await walk.until(id, ({ overwrites = 0, phase }) => overwrites === 1 && phase === 'baking', 90)
      expect({ green: walk.green(), pages: walk.pages, weight: baking.weight }).toEqual({
        green: 10,
        pages: [],
        weight: 10,
      })
      expect(baking.routes[0]).not.toHaveProperty('drift')
      expect((await splitsOf(id, 'phase')).at(-1)).toEqual({
        ...{ resource: webArns.rule, before: split(10), after: split(50), to: 'shifting' },
      })
      expect((await splitsOf(id, 'write')).at(-1)).toEqual({
        resource: webArns.rule,
        before: split(50),
        after: split(10),
      })
      const write = (await walk.events(id)).findLast(({ type }) => type === 'write')
      expect(write?.reason).toBe('step 0: 10 %, over what somebody else had put there')
      expect(Date.parse(baking.bakeEndsAt ?? '')).toBeGreaterThan(walk.clock.now() + 50_000)
      if (rest === 'waiting for the line') await walk.during(releaseLine(walk.deps, { actor }))
      if (rest === 'awaiting approval') {
        await walk.until(id, 'awaiting-approval')
        await walk.during(approve(walk.deps, id, { actor: { kind: 'token', name: 'somebody' } }))
      }
      await walk.untilEnded(id)
      expect((await expectSoundEnd(walk, id)).phase).toBe('succeeded')
    })
  },
)

describe('onDrift overwrite', () => {
  it('asks a person where the change always comes back', async () => {
    const id = await rests.baking('overwrite')
    for (let times = 1; times <= maxOverwrites; times++) {
      setGreen(50)
      await walk.until(id, ({ overwrites, phase }) => overwrites === times && phase === 'baking', 90)
    }
    setGreen(50)
    const { cause } = await walk.until(id, 'halted', 62)
    expect(cause?.reason).toMatch(
      /found blue 50, green 50; it was written over 3 time\(s\) in this step and came back$/,
    )
    expect({ green: walk.green(), pages: walk.pages.length }).toEqual({ green: 50, pages: 1 })
    await walk.during(resume(walk.deps, id, { actor, drift: 'overwrite' }))
    await walk.untilEnded(id)
    expect((await expectSoundEnd(walk, id)).phase).toBe('succeeded')
  })

  it('writes nothing while paused: it notes the change, calls a person once, and overwrites after the pause', async () => {
    const id = await rests.paused('overwrite')
    setGreen(50)
    await walk.advance(300)
    expect(await walk.load(id)).toMatchObject({
      phase: 'paused',
      routes: [{ drift: { before: split(10), after: split(50) } }],
    })
    expect(await splitsOf(id, 'note')).toEqual([{ resource: webArns.rule, before: split(10), after: split(50) }])
    expect({ green: walk.green(), pages: walk.pages.length }).toEqual({ green: 50, pages: 1 })
    await walk.during(resume(walk.deps, id, { actor }))
    await walk.until(id, ({ overwrites }) => overwrites === 1, 62)
    await walk.untilEnded(id)
    expect((await expectSoundEnd(walk, id)).phase).toBe('succeeded')
  })

  it('leaves a side without healthy targets alone, and goes back in time', async () => {
    const id = await rests.baking('overwrite')
    setGreen(0)
    walk.cloud.setGroup(webArns.green, { total: 2, healthy: 0 })
    await walk.untilEnded(id, 1800)
    await expectRolledBack(walk, id, {})
    expect(greenWrites(walk).filter((green) => green > 0)).toEqual([10])
  })

  it.each([
    ['before a raise', 0, 100],
    ['at the last step', 1, null],
  ] as const)('%s replaces the change in the next write, whose event has both splits', async (_, step, raisedTo) => {
    const strategy = { ...canary, intervalSeconds: 60, bakeSeconds: 60 }
    walk = await startWalk({ service: { strategy, onDrift: 'overwrite' } })
    const { id } = await walk.start()
    const { bakeEndsAt } = await walk.until(id, atStep(step))
    // Late enough that the write comes before the check does.
    await walk.advance((Date.parse(bakeEndsAt ?? '') - walk.clock.now()) / 1000 - 1)
    setGreen(50)
    await walk.untilEnded(id, 600)
    expect((await expectSoundEnd(walk, id)).phase).toBe('succeeded')
    const overwritten = (await splitsOf(id, 'write')).find(({ before }) => before?.green === 50)
    expect(overwritten).toEqual({ resource: webArns.rule, before: split(50), after: split(raisedTo ?? 100) })
    expect(walk.pages).toEqual([])
  })

  it('at a rollback is what happens anyway: the event has the foreign split', async () => {
    const id = await rests.baking('overwrite')
    setGreen(50)
    await walk.during(abort(walk.deps, id, { actor }))
    expect((await expectSoundEnd(walk, id)).phase).toBe('aborted')
    expect((await splitsOf(id, 'write')).at(-1)).toEqual({
      ...{ resource: webArns.rule, before: split(50), after: split(0) },
    })
  })

  it('takes what is no matter of weights as it is, and says so', async () => {
    const id = await rests.baking('overwrite')
    walk.cloud.routing.set(webArns.rule, {
      ...{ weights: { [webArns.blue]: 90, [webArns.green]: 10 }, stickySeconds: 60 },
    })
    await walk.until(id, ({ overwrites = 0, phase }) => overwrites === 1 && phase === 'baking', 90)
    const notes = (await walk.events(id)).filter(({ type }) => type === 'note')
    expect(notes.at(-1)?.reason).toMatch(
      /actions or stickiness differ; the shares are as they should be, so nothing is written$/,
    )
    await walk.advance(300)
    expect(await walk.load(id)).toMatchObject({ phase: 'baking', overwrites: 1 })
  })
})

describe('a foreign change while a gate has halted the deployment', () => {
  it.each(['halt', 'roll-back', 'overwrite'] as const)(
    'is noted and left alone, also with onDrift %s',
    async (onDrift) => {
      walk = await startWalk({ service: { strategy: canary, onDrift, gates: [anAlarmsGate({ onFail: 'halt' })] } })
      walk.cloud.alarms.setState('web-5xx', 'OK')
      const { id } = await walk.start()
      await walk.until(id, 'baking')
      walk.cloud.alarms.setState('web-5xx', 'ALARM')
      await walk.until(id, 'halted', 120)
      const before = walk.pages.length
      setGreen(50)
      await walk.advance(300)
      setGreen(70)
      await walk.advance(300)
      expect(await splitsOf(id, 'note')).toEqual([
        { resource: webArns.rule, before: split(10), after: split(50) },
        { resource: webArns.rule, before: split(10), after: split(70) },
      ])
      const { phase, cause } = await walk.load(id)
      expect({ phase, cause: cause?.type, green: walk.green() }).toEqual({ phase: 'halted', cause: 'gate', green: 70 })
      expect(walk.pages.length - before).toBe(1)
    },
  )
})

describe('a foreign change while a raise waits for capacity', () => {
  it('is found by the check: the raise never comes to its look', async () => {
    const gates = [aTargetHealthGate({ minHealthyPercent: 0 })]
    walk = await startWalk({ service: { strategy: { ...canary, intervalSeconds: 60 }, gates } })
    const { id } = await walk.start()
    await walk.until(id, 'baking')
    walk.cloud.setGroup(webArns.green, { total: 2, healthy: 1 })
    await walk.until(id, ({ phase, target }) => phase === 'shifting' && target === 1, 300)
    await walk.advance(10)
    setGreen(50)
    const { cause } = await walk.until(id, 'halted', 62)
    expect({ type: cause?.type, green: walk.green(), writes: greenWrites(walk) }).toEqual({
      ...{ type: 'drift', green: 50, writes: [10] },
    })
  })
})

describe('foreign changes of several routes', () => {
  const setEast = (green: number) =>
    walk.cloud.routing.set(eastArns.rule, { weights: { [eastArns.blue]: 100 - green, [eastArns.green]: green } })

  it('are each told: the first halts, the others are noted', async () => {
    walk = await walkThreeWaves({ strategy: canary })
    const { id } = await walk.start()
    await walk.until(id, atStep(2), 9000)
    setGreen(40)
    setEast(30)
    const halted = await walk.until(id, 'halted', 62)
    expect(halted.cause?.reason).toContain(webArns.rule)
    await walk.advance(120)
    expect(await splitsOf(id, 'note')).toEqual([{ resource: eastArns.rule, before: split(10), after: split(30) }])
    expect(walk.pages).toHaveLength(2)
    expect(greens(walk)).toEqual([40, 30, 0])
  })

  it('with onDrift overwrite also reach a wave that is still to come', async () => {
    walk = await walkThreeWaves({ strategy: canary, onDrift: 'overwrite' })
    // Written while the canary is verified: only an attached group has its health checked.
    walk.cloud.routing.set(eastArns.rule, { weights: { [eastArns.blue]: 100 } })
    const { id } = await walk.start()
    await walk.until(id, atStep(0))
    setEast(30)
    expect(greens(walk)).toEqual([10, 30, 0])
    await walk.until(id, ({ overwrites = 0, phase }) => overwrites === 1 && phase === 'baking', 90)
    expect(greens(walk)).toEqual([10, 0, 0])
    await walk.advance(300)
    expect((await walk.load(id)).overwrites).toBe(1)
  })
})

describe('a foreign change of DNS records', () => {
  const resource = `route53:${appPair.hostedZoneId}/${appPair.name}/${appPair.type}`
  const records = () => walk.cloud.hostedZones.weightsOf(appPair.hostedZoneId, appPair.name, 'A')

  async function bakingRecords(onDrift: OnDrift): Promise<string> {
    walk = await walkThreeWaves({ routes: [aRoute53Route()], strategy: canary, onDrift })
    const { id } = await walk.start()
    await walk.until(id, 'baking', 900)
    setPair(walk.cloud.hostedZones, split(50))
    return id
  }

  it('halts within a minute and names both splits', async () => {
    const id = await bakingRecords('halt')
    await walk.until(id, 'halted', 62)
    expect(await splitsOf(id, 'phase')).toEqual([{ resource, before: split(10), after: split(50), to: 'halted' }])
  })

  it('is written over', async () => {
    const id = await bakingRecords('overwrite')
    await walk.until(id, ({ overwrites = 0, phase }) => overwrites === 1 && phase === 'baking', 300)
    expect(records()).toEqual({ 'app-blue': 90, 'app-green': 10 })
    expect((await splitsOf(id, 'write')).at(-1)).toEqual({ resource, before: split(50), after: split(10) })
  })

  it('is found before the next write, and goes back', async () => {
    const id = await bakingRecords('roll-back')
    await walk.untilEnded(id, 300)
    expect({ phase: (await walk.load(id)).phase, records: records() }).toEqual({
      phase: 'rolled-back',
      records: { 'app-blue': 100, 'app-green': 0 },
    })
    // A rollback of records spends no request on a look before it; the decision to go back has what was found.
    expect((await splitsOf(id, 'write')).at(-1)).toEqual({ resource, before: split(10), after: split(0) })
    expect(await splitsOf(id, 'phase')).toEqual([{ resource, before: split(10), after: split(50), to: 'rolling-back' }])
  })
})
