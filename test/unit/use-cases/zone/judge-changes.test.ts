import { describe, expect, it } from 'vitest'
import { pairKey, type RecordSet } from '../../../../shared/domain/record-set.ts'
import { judgeChange } from '../../../../shared/use-cases/zone/judge-changes.ts'
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

function done(changeId: string | null, replaced: typeof before | null) {
  return { type: 'result', result: { type: 'done', changeId, before: replaced } }
}

function changed(blue: number, green: number) {
  return { type: 'result', result: { type: 'changed', found: aPairState({ blue, green }) } }
}

function gone(missing: boolean, reason: RegExp) {
  return { type: 'result', result: { type: 'gone', missing, reason: expect.stringMatching(reason) } }
}
