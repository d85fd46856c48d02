import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FreezeWindow } from '../../../shared/domain/freeze.ts'
import { findCronProblem, isTimeZone, openWindows } from '../../../shared/use-cases/freeze-calendar.ts'

const weekend: FreezeWindow = {
  cron: '0 18 * * 5',
  durationSeconds: 226_800,
  timeZone: 'Asia/Tokyo',
  reason: 'weekend',
}

/** When the windows that are open at `instant` end. */
function endsAt(windows: readonly FreezeWindow[], instant: string): readonly string[] {
  return openWindows(windows, Date.parse(instant)).map(({ endsAtMs }) => new Date(endsAtMs).toISOString())
}

describe('a freeze window', () => {
  it.each([
    ['the millisecond before it opens', '2026-01-02T08:59:59.999Z', []],
    ['the millisecond at which it opens', '2026-01-02T09:00:00.000Z', ['2026-01-05T00:00:00.000Z']],
    ['half a second later', '2026-01-02T09:00:00.500Z', ['2026-01-05T00:00:00.000Z']],
    ['in the middle', '2026-01-03T12:34:56.789Z', ['2026-01-05T00:00:00.000Z']],
    ['its last millisecond', '2026-01-04T23:59:59.999Z', ['2026-01-05T00:00:00.000Z']],
    ['the millisecond at which it ends', '2026-01-05T00:00:00.000Z', []],
    ['in the middle of the week', '2026-01-07T12:00:00.000Z', []],
  ])('counts in its own zone: %s', (_, instant, ends) => {
    expect(endsAt([weekend], instant)).toEqual(ends)
  })

  it('names itself where it is open', () => {
    const [open] = openWindows([{ ...weekend, cron: '0 18 * * 1' }, weekend], Date.parse('2026-01-03T00:00:00.000Z'))
    expect(open).toEqual({ window: weekend, endsAtMs: Date.parse('2026-01-05T00:00:00.000Z') })
  })

  it('is told apart from others that are open too', () => {
    const nightly: FreezeWindow = { cron: '0 22 * * *', durationSeconds: 28_800, timeZone: 'UTC' }
    expect(endsAt([weekend, nightly], '2026-01-02T23:00:00.000Z')).toEqual([
      '2026-01-05T00:00:00.000Z',
      '2026-01-03T06:00:00.000Z',
    ])
  })

  it('that opens again before it has ended counts from the newest opening', () => {
    const hourly: FreezeWindow = { cron: '0 * * * *', durationSeconds: 5400, timeZone: 'UTC' }
    expect(endsAt([hourly], '2026-01-01T10:15:00.000Z')).toEqual(['2026-01-01T11:30:00.000Z'])
  })

  it('may be years back', () => {
    const leapDay: FreezeWindow = { cron: '0 0 29 2 *', durationSeconds: 86_400, timeZone: 'UTC' }
    expect(endsAt([leapDay], '2027-06-01T00:00:00.000Z')).toEqual([])
    expect(endsAt([leapDay], '2028-02-29T12:00:00.000Z')).toEqual(['2028-03-01T00:00:00.000Z'])
  })
})

describe('a freeze window in Berlin', () => {
  const night: FreezeWindow = { cron: '30 2 * * *', durationSeconds: 1800, timeZone: 'Europe/Berlin' }

  // On 29 March 2026 clocks go from 02:00 (01:00 UTC) to 03:00: there is no 02:30.
  it.each([
    ['before the clocks are set forward', '2026-03-29T00:59:59.999Z', []],
    ['when they are, as its hour does not come', '2026-03-29T01:00:00.000Z', ['2026-03-29T01:30:00.000Z']],
    ['half an hour later', '2026-03-29T01:30:00.000Z', []],
    ['the next night, in summer time', '2026-03-30T00:30:00.000Z', ['2026-03-30T01:00:00.000Z']],
  ])('%s', (_, instant, ends) => {
    expect(endsAt([night], instant)).toEqual(ends)
  })

  // On 25 October 2026 clocks go from 03:00 (01:00 UTC) back to 02:00: 02:30 comes at 00:30 and at 01:30 UTC.
  it.each([
    ['the first time that its hour comes', '2026-10-25T00:30:00.000Z', ['2026-10-25T01:00:00.000Z']],
    ['the second time that its hour comes', '2026-10-25T01:30:00.000Z', []],
    ['the next night, in winter time', '2026-10-26T01:30:00.000Z', ['2026-10-26T02:00:00.000Z']],
  ])('%s', (_, instant, ends) => {
    expect(endsAt([night], instant)).toEqual(ends)
  })

  it('has its real length when clocks are set in between', () => {
    const saturday: FreezeWindow = { cron: '0 20 * * 6', durationSeconds: 43_200, timeZone: 'Europe/Berlin' }
    expect(endsAt([saturday], '2026-03-29T00:00:00.000Z')).toEqual(['2026-03-29T07:00:00.000Z'])
    expect(endsAt([saturday], '2026-10-25T00:00:00.000Z')).toEqual(['2026-10-25T06:00:00.000Z'])
  })
})

describe('freeze windows at any instant', () => {
  const minuteMs = 60_000
  /** Openings of "minute hour * * weekday" in UTC, looked for minute by minute: slow and plain. */
  function isOpenPlainly(opening: { minute: number; hour: number; weekday: number }, seconds: number, atMs: number) {
    for (let ms = Math.floor(atMs / minuteMs) * minuteMs; ms + seconds * 1000 > atMs; ms -= minuteMs) {
      const date = new Date(ms)
      const matches =
        date.getUTCMinutes() === opening.minute &&
        date.getUTCHours() === opening.hour &&
        date.getUTCDay() === opening.weekday
      if (matches) return true
    }
    return false
  }

  it('are open exactly for their duration after an opening', () => {
    fc.assert(
      fc.property(
        fc.record({ minute: fc.nat(59), hour: fc.nat(23), weekday: fc.nat(6) }),
        fc.integer({ min: 60, max: 604_799 }),
        fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2035, 0, 1) }),
        (opening, durationSeconds, atMs) => {
          const cron = `${opening.minute} ${opening.hour} * * ${opening.weekday}`
          const open = openWindows([{ cron, durationSeconds, timeZone: 'UTC' }], atMs)
          expect(open.length > 0).toBe(isOpenPlainly(opening, durationSeconds, atMs))
        },
      ),
      { numRuns: 150 },
    )
  })

  it('end later than now, by no more than their duration, and are closed at their end', () => {
    const zones = ['UTC', 'Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe', 'Asia/Kathmandu']
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.nat(23),
        fc.integer({ min: 60, max: 72_000 }),
        fc.integer({ min: Date.UTC(2025, 0, 1), max: Date.UTC(2027, 0, 1) }),
        (timeZone, hour, durationSeconds, atMs) => {
          const window = { cron: `0 ${hour} * * *`, durationSeconds, timeZone }
          for (const { endsAtMs } of openWindows([window], atMs)) {
            expect(endsAtMs).toBeGreaterThan(atMs)
            expect(endsAtMs - atMs).toBeLessThanOrEqual(durationSeconds * 1000)
            expect(openWindows([window], endsAtMs - 1)).toHaveLength(1)
            expect(openWindows([window], endsAtMs)).toEqual([])
          }
        },
      ),
    )
  })
})

describe('a cron expression', () => {
  it.each([
    '0 18 * * 5',
    '*/15 * * * *',
    '0 0 1,15 * *',
    '0 9-17 * * MON-FRI',
    '0 0 24 12 *',
    '0 0 * * 7',
    '0 0 29 2 *',
  ])('"%s" is one', (cron) => {
    expect(findCronProblem(cron)).toBeNull()
  })

  it.each([
    ['of six fields', '0 0 18 * * 5', 'must have five fields: minute, hour, day of the month, month, day of the week'],
    ['of four fields', '0 18 * *', 'must have five fields: minute, hour, day of the month, month, day of the week'],
    ['by name', '@weekly', 'must have five fields: minute, hour, day of the month, month, day of the week'],
    [
      'with a minute 61',
      '61 * * * *',
      'must be a cron expression of five fields, such as "0 18 * * 5": Invalid value for minute: 61',
    ],
    [
      'in words',
      'at five past eight pm',
      expect.stringMatching(/^must be a cron expression of five fields, such as "0 18 \* \* 5": ./),
    ],
    ['of 31 February', '0 0 31 2 *', 'must match some day; this one never comes'],
  ])('%s is refused with a reason', (_, cron, message) => {
    expect(findCronProblem(cron)).toEqual(message)
  })
})

describe('a time zone', () => {
  it.each(['UTC', 'Asia/Tokyo', 'Europe/Berlin', 'America/Argentina/Buenos_Aires', 'Etc/GMT+3'])('is %s', (name) => {
    expect(isTimeZone(name)).toBe(true)
  })

  it.each(['', 'Mars/Olympus', '+09:00', 'GMT+3', 'Europe', ' UTC', 'local'])('is not "%s"', (name) => {
    expect(isTimeZone(name)).toBe(false)
  })
})
