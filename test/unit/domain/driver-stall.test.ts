import { describe, expect, it } from 'vitest'
import {
  drainStallSeconds,
  findStall,
  hookStallSeconds,
  installStallSeconds,
  kindOfEvent,
  otherStallSeconds,
  secondsUnderWay,
  shiftGraceSeconds,
} from '../../../shared/domain/driver-stall.ts'
import { aDriverProgress, inEvent } from '../../support/driver-progress.ts'

describe('an event', () => {
  it.each([
    ['BeforeInstall', 'hook'],
    ['Install', 'install'],
    ['AfterInstall', 'hook'],
    ['AllowTestTraffic', 'other'],
    ['AfterAllowTestTraffic', 'hook'],
    ['BeforeAllowTraffic', 'hook'],
    ['AllowTraffic', 'shift'],
    ['AfterAllowTraffic', 'hook'],
    ['BeforeBlockTraffic', 'hook'],
    ['BlockTraffic', 'drain'],
    ['DownloadBundle', 'install'],
    ['ApplicationStop', 'hook'],
    ['ApplicationStart', 'hook'],
    ['ValidateService', 'hook'],
    ['Start', 'other'],
  ])('%s is of the kind %s', (name, kind) => {
    expect(kindOfEvent(name)).toBe(kind)
  })
})

describe('a deployment has stalled', () => {
  it.each([
    { name: 'Install', allowed: installStallSeconds },
    { name: 'AfterAllowTestTraffic', allowed: hookStallSeconds },
    { name: 'AllowTestTraffic', allowed: otherStallSeconds },
    { name: 'BlockTraffic', allowed: drainStallSeconds },
    { name: 'AllowTraffic', allowed: 900 + shiftGraceSeconds },
  ])('when $name takes $allowed s, and not a second before', ({ name, allowed }) => {
    const progress = inEvent(name)
    const stall = (underWaySeconds: number) => findStall(progress, { underWaySeconds, plannedShiftSeconds: 900 })
    expect(stall(allowed - 1)).toBeNull()
    expect(stall(allowed)).toEqual({ event: progress.events[0], seconds: allowed, allowedSeconds: allowed })
  })

  it.each([
    { so: 'the plan of the shift is not known', progress: inEvent('AllowTraffic'), underWaySeconds: 1e6 },
    { so: 'nobody knows since when it is in it', progress: inEvent('Install'), underWaySeconds: null },
    {
      so: 'it waits for somebody',
      progress: { ...inEvent('Install'), waitsFor: 'ready' as const },
      underWaySeconds: 1e6,
    },
    {
      so: 'it has ended',
      progress: { ...inEvent('Install'), status: 'stopped' as const },
      underWaySeconds: 1e6,
    },
    { so: 'it is between two events', progress: aDriverProgress(), underWaySeconds: 1e6 },
  ])('never where $so', ({ progress, underWaySeconds }) => {
    expect(findStall(progress, { underWaySeconds, plannedShiftSeconds: null })).toBeNull()
  })
})

describe('how long an event has been under way', () => {
  const atMs = Date.parse('2026-01-01T00:10:00.000Z')
  it.each([
    { startedAt: '2026-01-01T00:09:00.000Z', seconds: 60 },
    // Its clock is ahead of ours.
    { startedAt: '2026-01-01T00:10:01.000Z', seconds: 0 },
    { startedAt: undefined, seconds: null },
  ])('is counted from its start: $startedAt', ({ startedAt, seconds }) => {
    const event = { name: 'Install', status: 'in-progress', ...(startedAt && { startedAt }) } as const
    expect(secondsUnderWay(aDriverProgress({ events: [event] }), atMs)).toBe(seconds)
  })

  it('is unknown between two events', () => {
    expect(secondsUnderWay(aDriverProgress(), atMs)).toBeNull()
  })
})
