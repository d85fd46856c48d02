import { describe, expect, it } from 'vitest'
import { commandsOfStart } from '../../../../shared/domain/access/needed-commands.ts'
import type { DeploymentRequest } from '../../../../shared/domain/deployment-request.ts'
import type { Strategy } from '../../../../shared/domain/strategy.ts'
import { aMetricGate, anAlarmsGate } from '../../../support/gates.ts'

const asked: Strategy = {
  type: 'steps',
  steps: [
    { weight: 10, bakeSeconds: 60 },
    { weight: 100, bakeSeconds: 0, approval: true },
  ],
}
const free: Strategy = { type: 'steps', steps: asked.steps.map((step) => ({ ...step, approval: false })) }
const canary: Strategy = { type: 'canary', percent: 10, intervalSeconds: 60, bakeSeconds: 0 }
const gate = aMetricGate()
const observing = anAlarmsGate({ name: 'seen', mode: 'observe' })

const start = ['start-deployment']
const weaken = ['start-deployment', 'override-safeguards']

describe('a start needs', () => {
  it.each<{
    readonly name: string
    readonly request: Omit<DeploymentRequest, 'service'>
    readonly strategy?: Strategy
    readonly needs: readonly string[]
  }>([
    { name: 'no more where the service decides', request: {}, strategy: asked, needs: start },
    { name: 'no more with an empty list of overrides', request: { override: [] }, needs: start },
    { name: 'more to override a finding', request: { override: [{ finding: 'x', reason: 'y' }] }, needs: weaken },
    {
      name: 'no more with another strategy where none asks',
      request: { strategy: canary },
      strategy: free,
      needs: start,
    },
    { name: 'no more with the same approvals', request: { strategy: asked }, strategy: asked, needs: start },
    { name: 'more without an approval', request: { strategy: free }, strategy: asked, needs: weaken },
    {
      name: 'more with another strategy where one asks',
      request: { strategy: canary },
      strategy: asked,
      needs: weaken,
    },
    { name: 'no more with the same gates', request: { gates: [{ ...gate }] }, needs: start },
    { name: 'no more with a gate on top', request: { gates: [gate, observing, anAlarmsGate()] }, needs: start },
    { name: 'more without gates', request: { gates: [] }, needs: weaken },
    { name: 'more with a changed gate', request: { gates: [{ ...gate, noDataLimit: 9 }] }, needs: weaken },
    { name: 'more with a gate that only observes', request: { gates: [{ ...gate, mode: 'observe' }] }, needs: weaken },
  ])('$name', ({ request, strategy = canary, needs }) => {
    const service = { strategy, gates: [gate, observing] }
    expect(commandsOfStart({ service: 'web', ...request }, service)).toEqual(needs)
  })

  it('no more without the gates of a service whose gates all only observe', () => {
    expect(commandsOfStart({ service: 'web', gates: [] }, { strategy: canary, gates: [observing] })).toEqual(start)
  })
})
