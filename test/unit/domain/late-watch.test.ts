import { describe, expect, it } from 'vitest'
import type { GateReport } from '../../../shared/domain/deployment.ts'
import { emptyMemory, type Gate, type Outcome } from '../../../shared/domain/gates/gate.ts'
import { isLateWatchPast, lateFailures, lateWatchOver, openLateWatch } from '../../../shared/domain/late-watch.ts'
import { aDeployment, aService, webArns } from '../../support/builders.ts'
import { aMetricGate } from '../../support/gates.ts'
import { aRoute53Route } from '../../support/record-sets.ts'

const endedAt = '2026-01-01T01:00:00.000Z'
const lateWatch = { seconds: 3600, action: 'notify' } as const
const settings = { ...aDeployment().settings, lateWatch }
const succeeded = aDeployment({ phase: 'succeeded', endedAt, settings })

const judged = (gate: Gate, outcome: Outcome) => ({
  gate,
  judgement: {
    verdict: { outcome, reason: outcome, evidence: {} },
    memory: emptyMemory(1),
    settled: false,
    missesSpent: true,
  },
})
const report = (name: string, verdict: Outcome, mode: GateReport['mode'] = 'enforce'): GateReport => ({
  ...{ name, kind: 'metric', mode, verdict, reason: '', evidence: {}, judgedAt: endedAt },
})

describe('the late watch of a deployment', () => {
  it('is open after a success until it is over', () => {
    expect(openLateWatch(succeeded)).toEqual(lateWatch)
    expect(openLateWatch({ ...succeeded, lateWatchEndedAt: endedAt })).toBeNull()
    expect(openLateWatch({ ...succeeded, phase: 'rolled-back' })).toBeNull()
    expect(openLateWatch({ ...succeeded, settings: aDeployment().settings })).toBeNull()
  })

  it.each([
    [3599.9, false],
    [3600, true],
  ])('%d s after the end is past: %s', (seconds, expected) => {
    expect(isLateWatchPast(succeeded, lateWatch, Date.parse(endedAt) + seconds * 1000)).toBe(expected)
  })

  it('is past where nobody knows when it ended', () => {
    expect(isLateWatchPast({ ...succeeded, endedAt: null }, lateWatch, 0)).toBe(true)
  })
})

describe('a late failure', () => {
  const gate = (name: string, more: Partial<Gate> = {}) => ({ ...aMetricGate(), name, ...more }) as Gate

  it('is one of an enforcing gate that fails and from which nobody resumed, whatever it asks for in a step', () => {
    const looked = [
      judged(gate('errors'), 'fail'),
      judged(gate('halting', { onFail: 'halt' }), 'fail'),
      judged(gate('seen', { mode: 'observe' }), 'fail'),
      judged(gate('known'), 'fail'),
      judged(gate('blind'), 'no-data'),
      judged(gate('broken'), 'error'),
      judged(gate('well'), 'pass'),
    ]
    const found = lateFailures(looked, { ...succeeded, waivedGates: ['known'] })
    expect(found.map((one) => one.gate.name)).toEqual(['errors', 'halting'])
  })
})

describe('what is said when the late watch is over', () => {
  it('calls the old side free, and names its targets', () => {
    expect(lateWatchOver(succeeded, [report('errors', 'pass')])).toBe(
      `old-side-free: the late watch of 3600 s is over and no gate failed; the targets of blue may be scaled down: ${webArns.blue}`,
    )
  })

  it('names the gates that saw nothing, those that only observe left out', () => {
    const gates = [report('errors', 'no-data'), report('slow', 'error'), report('seen', 'no-data', 'observe')]
    expect(lateWatchOver(succeeded, gates)).toContain('no gate failed (without data at the end: "errors", "slow"); the')
  })

  it('says that there was none', () => {
    const none = { ...succeeded, settings: { ...settings, lateWatch: { seconds: 0, action: 'notify' } as const } }
    expect(lateWatchOver(none, [])).toBe(
      `old-side-free: there is no late watch; the targets of blue may be scaled down: ${webArns.blue}`,
    )
    expect(lateWatchOver(aDeployment(), [])).toContain('there is no late watch')
  })

  it('names a group once, and a record set without groups by its identifier', () => {
    const { targetGroups: _none, ...record } = aRoute53Route()
    const routes = [...aService().routes, ...aService().routes, record]
    const said = lateWatchOver({ ...succeeded, settings: { ...settings, routes } }, [])
    expect(said.endsWith(`scaled down: ${webArns.blue}, ${record.blue}`)).toBe(true)
  })

  it('never calls a side free after a failure', () => {
    expect(lateWatchOver({ ...succeeded, lateFailed: ['errors'] }, [report('errors', 'pass')])).toBe(
      'the late watch of 3600 s is over; "errors" failed in it, so blue is not called free: a person decides',
    )
  })
})
