import { describe, expect, it } from 'vitest'
import { alwaysOnGateName, withAlwaysOnGate } from '../../../../shared/domain/gates/always-on.ts'
import { anAlbRoute, webArns } from '../../../support/builders.ts'
import { aMetricGate, aTargetHealthGate } from '../../../support/gates.ts'
import { aRoute53Route } from '../../../support/record-sets.ts'

describe('withAlwaysOnGate', () => {
  it('judges target health where nobody asked for it', () => {
    const gates = withAlwaysOnGate([aMetricGate()], [anAlbRoute()])
    expect(gates.map(({ name, kind, mode }) => [name, kind, mode])).toEqual([
      [alwaysOnGateName, 'target-health', 'enforce'],
      [aMetricGate().name, 'metric', 'enforce'],
    ])
  })

  it('leaves a gate of that kind as it was asked for', () => {
    const asked = [aTargetHealthGate({ name: 'mine', minHealthyPercent: 50 })]
    expect(withAlwaysOnGate(asked, [anAlbRoute()])).toBe(asked)
  })

  it('adds nothing where no route names target groups to look at', () => {
    const asked = [aMetricGate()]
    expect(withAlwaysOnGate(asked, [aRoute53Route()])).toBe(asked)
    const targetGroups = { blue: webArns.blue, green: webArns.green }
    expect(withAlwaysOnGate(asked, [aRoute53Route(), aRoute53Route({ targetGroups })])).toHaveLength(2)
  })
})
