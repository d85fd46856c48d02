import type { KeptZoneChange, Lane, ZoneChange, ZoneChangeResult } from '../../shared/domain/zone-change.ts'
import { aRouteState } from './builders.ts'

const wantedAtMs = Date.UTC(2026, 0, 1)

/** A change of the plan's lane, wanted at the start of 2026 and given up two minutes later. */
export function aZoneChange(overrides: Partial<ZoneChange> = {}): ZoneChange {
  const at = overrides.wantedAtMs ?? wantedAtMs
  return {
    id: `${at}#a`,
    lane: 'plan',
    deployment: 'dep_1',
    pair: { hostedZoneId: 'Z1', name: 'app.example.com', type: 'A', blue: 'blue', green: 'green' },
    expect: aRouteState(),
    target: aRouteState({ weights: { blue: 90, green: 10 }, raw: { order: [1, { deep: true }], none: null } }),
    wantedAtMs: at,
    giveUpAtMs: at + 120_000,
    ...overrides,
  }
}

/** Changes that are wanted one after the other, a second apart. */
export function someZoneChanges(lane: Lane, count: number): readonly ZoneChange[] {
  return Array.from({ length: count }, (_, n) => aZoneChange({ lane, wantedAtMs: wantedAtMs + 1000 * n }))
}

export function kept(change: ZoneChange, overrides: Partial<KeptZoneChange> = {}): KeptZoneChange {
  return { ...change, accepted: null, result: null, ...overrides }
}

export const done: ZoneChangeResult = { type: 'done', changeId: 'C1', before: aRouteState() }
