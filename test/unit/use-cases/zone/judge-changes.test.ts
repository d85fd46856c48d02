import { describe, expect, it } from 'vitest'
import { createMemoryDeploymentStore } from '../../../../shared/adapters/memory/deployment-store.ts'
import { pairKey, type RecordSet } from '../../../../shared/domain/record-set.ts'
import { judgeChange, whyStopped } from '../../../../shared/use-cases/zone/judge-changes.ts'
import { aDeployment } from '../../../support/builders.ts'
import { aPairOfRecords, aPairState, appPair, aRecord, aWaitingChange } from '../../../support/record-sets.ts'

const found = (records: readonly RecordSet[]) => new Map([[pairKey(appPair), records]])
const weights = (blue: number, green: number) => found(aPairOfRecords({ blue, green }))
const accepted = { changeId: 'C1', atMs: 1 }
const before = aPairState()

describe('judgeChange', () => {
  it.each([
    ['waits and finds what it expects', aWaitingChange(), weights(100, 0), { type: 'send', seen: before }],
    ['waits and is there already', aWaitingChange(), weights(90, 10), done(null, before)],
    ['was accepted and is there', aWaitingChange({ accepted }), weights(90, 10), done('C1', before)],
    ['waits and finds another split', aWaitingChange(), weights(50, 50), changed(50, 50)],
    ['was accepted and finds the old split', aWaitingChange({ accepted }), weights(100, 0), changed(100, 0)],
    ['was accepted and finds another split', aWaitingChange({ accepted }), weights(50, 50), changed(50, 50)],
    [
      'replaces whatever is there',
      aWaitingChange({ expect: null, lane: 'rollback' }),
      weights(50, 50),
      { type: 'send', seen: aPairState({ blue: 50, green: 50 }) },
    ],
    ['replaces what is there already', aWaitingChange({ expect: null }), weights(90, 10), done(null, null)],
    ['finds nothing', aWaitingChange(), new Map(), gone(true, /there is no record of app.example.com A/)],
    ['finds one record', aWaitingChange(), found([aRecord()]), gone(false, /has no record called app-green/)],
  ])('a change that %s', (_, change, records, expected) => {
    expect(judgeChange(change, records)).toEqual(expected)
  })
})

describe('the last look before a change is sent', () => {
  const { id: deployment } = aDeployment()
  const afterEnd = { lane: 'plan', afterEnd: true } as const

  it.each([
    ['a change of the plan goes while it is the goal', 'baking', { lane: 'plan' }, null],
    ['a restore goes before the end', 'rolling-back', { lane: 'rollback' }, null],
    ['a restore stops after it', 'rolled-back', { lane: 'rollback' }, /is restored already/],
    ['what is put back after the end goes while it is watched', 'rolled-back', afterEnd, null],
    ['what is put back after the end stops before it', 'baking', afterEnd, /is watched no more/],
  ] as const)('%s', async (_, phase, change, why) => {
    const deployments = createMemoryDeploymentStore()
    await deployments.create(aDeployment({ phase }))
    await deployments.takePointer('web', deployment)
    await deployments.watchPointer('web', deployment)
    const says = await whyStopped({ deployments }, aWaitingChange({ ...change, deployment }))
    expect(says).toEqual(why === null ? null : expect.stringMatching(why))
  })

  it('what is put back after the end stops once another deployment begins', async () => {
    const deployments = createMemoryDeploymentStore()
    await deployments.create(aDeployment({ phase: 'rolled-back' }))
    await deployments.takePointer('web', deployment)
    await deployments.watchPointer('web', deployment)
    await deployments.takePointer('web', 'dep_2')
    expect(await whyStopped({ deployments }, aWaitingChange({ ...afterEnd, deployment }))).toMatch(/another deployment/)
  })
})

function done(changeId: string | null, replaced: typeof before | null) {
  return { type: 'result', result: { type: 'done', changeId, before: replaced } }
}

function changed(blue: number, green: number) {
  return { type: 'result', result: { type: 'changed', found: aPairState({ blue, green }) } }
}

function gone(missing: boolean, reason: RegExp) {
  return { type: 'result', result: { type: 'gone', missing, reason: expect.stringMatching(reason) } }
}
