import { describe, expect, it } from 'vitest'
import { alwaysOnGateName, withAlwaysOnGate } from '../../../../shared/domain/gates/always-on.ts'
import { aMetricGate, aTargetHealthGate } from '../../../support/gates.ts'

describe('withAlwaysOnGate', () => {
  it('judges target health where nobody asked for it', () => {
    const gates = withAlwaysOnGate([aMetricGate()])
    expect(gates.map(({ name, kind, mode }) => [name, kind, mode])).toEqual([
      [alwaysOnGateName, 'target-health', 'enforce'],
      [aMetricGate().name, 'metric', 'enforce'],
    ])
  })

  it('leaves a gate of that kind as it was asked for', () => {
    const asked = [aTargetHealthGate({ name: 'mine', minHealthyPercent: 50 })]
    expect(withAlwaysOnGate(asked)).toBe(asked)
  })
})
