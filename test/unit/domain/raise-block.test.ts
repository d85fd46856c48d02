import { describe, expect, it } from 'vitest'
import type { Override } from '../../../shared/domain/deployment.ts'
import type { OpenFreeze } from '../../../shared/domain/freeze.ts'
import { rejects } from '../../../shared/domain/preflight.ts'
import {
  blockFindings,
  blocksOf,
  isFreezeOverridden,
  isStopOverridden,
  lessenBlocks,
  type Stop,
} from '../../../shared/domain/raise-block.ts'

const stop: Stop = { reason: 'incident 7', by: { kind: 'token', name: 'on-call' }, at: '2026-01-01T10:00:00.000Z' }
const freeze: OpenFreeze = {
  window: { cron: '0 18 * * 5', durationSeconds: 3600, timeZone: 'UTC', reason: 'weekend' },
  endsAtMs: Date.parse('2026-01-02T19:00:00.000Z'),
}
const overriding = (...findings: readonly string[]): readonly Override[] =>
  findings.map((finding) => ({ finding, reason: 'ticket 12' }))

describe('what keeps raises waiting', () => {
  it('is nothing while the line runs and no window is open', () => {
    expect(blocksOf(null, [])).toEqual([])
  })

  it('says who stopped the line, when and why, and that only a person ends it', () => {
    expect(blocksOf(stop, [])).toEqual([
      { finding: 'stopped', reason: 'on-call stopped the line at 2026-01-01T10:00:00.000Z: incident 7', until: null },
    ])
  })

  it('says which window is open, until when and why', () => {
    expect(blocksOf(null, [freeze])).toEqual([
      {
        finding: 'freeze',
        reason: 'the freeze window "0 18 * * 5" (UTC) is open until 2026-01-02T19:00:00.000Z: weekend',
        until: '2026-01-02T19:00:00.000Z',
      },
    ])
  })

  it('needs no reason of a window', () => {
    const { reason: _none, ...window } = freeze.window
    expect(blocksOf(null, [{ ...freeze, window }])[0]?.reason).toBe(
      'the freeze window "0 18 * * 5" (UTC) is open until 2026-01-02T19:00:00.000Z',
    )
  })

  it('is the window that ends last, in whatever order they come', () => {
    const longer = { ...freeze, endsAtMs: freeze.endsAtMs + 1 }
    for (const open of [
      [freeze, longer],
      [longer, freeze],
    ])
      expect(blocksOf(null, open).map(({ until }) => until)).toEqual(['2026-01-02T19:00:00.001Z'])
  })

  it('is both where both are so', () => {
    expect(blocksOf(stop, [freeze]).map(({ finding }) => finding)).toEqual(['stopped', 'freeze'])
  })
})

describe('their findings', () => {
  const findings = blockFindings(blocksOf(stop, [freeze]))

  it('are warnings for whoever had its turn before, and nothing else is', () => {
    const other = { id: 'stable-empty', severity: 'error', title: 'No target', detail: 'none' } as const
    const busy = { ...other, id: 'codedeploy-busy:d-A1B2C3D4E' }
    expect(lessenBlocks([...findings, busy, other]).map(({ id, severity }) => [id, severity])).toEqual([
      ['stopped', 'warning'],
      ['freeze', 'warning'],
      ['codedeploy-busy:d-A1B2C3D4E', 'warning'],
      ['stable-empty', 'error'],
    ])
  })

  it('are errors with fixed ids', () => {
    expect(findings).toEqual([
      {
        id: 'stopped',
        severity: 'error',
        title: 'The line is stopped',
        detail: 'on-call stopped the line at 2026-01-01T10:00:00.000Z: incident 7',
      },
      {
        id: 'freeze',
        severity: 'error',
        title: 'A freeze window is open',
        detail: 'the freeze window "0 18 * * 5" (UTC) is open until 2026-01-02T19:00:00.000Z: weekend',
      },
    ])
  })

  it.each([
    [[], ['stopped', 'freeze']],
    [['freeze'], ['stopped']],
    [['stopped'], ['freeze']],
    [['freeze', 'stopped'], []],
  ])('overridden by %j, %j still reject', (ids, left) => {
    expect(rejects(findings, overriding(...ids)).map(({ id }) => id)).toEqual(left)
  })
})

describe('an override', () => {
  it('of the freeze lifts every window, now and later', () => {
    expect(isFreezeOverridden({ overrides: overriding('freeze') })).toBe(true)
    expect(isFreezeOverridden({ overrides: overriding('stopped', 'freeze:weekend') })).toBe(false)
  })

  it.each([
    ['that stood when the deployment was created', '2026-01-01T10:00:00.001Z', true],
    ['of the very same instant', '2026-01-01T10:00:00.000Z', true],
    ['that came later: nobody knew of it', '2026-01-01T09:59:59.999Z', false],
  ])('of the stop concerns one %s', (_, createdAt, overridden) => {
    expect(isStopOverridden(stop, { overrides: overriding('stopped'), createdAt })).toBe(overridden)
    expect(isStopOverridden(stop, { overrides: overriding('freeze'), createdAt })).toBe(false)
  })
})
