import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDuration, printDuration } from '../../../shared/domain/duration.ts'

describe('a duration', () => {
  it.each([
    { text: '0s', seconds: 0 },
    { text: '30s', seconds: 30 },
    { text: '10m', seconds: 600 },
    { text: '2h', seconds: 7200 },
    { text: '7d', seconds: 604_800 },
    { text: '10M', seconds: 600 },
    { text: '007m', seconds: 420 },
  ])('$text is $seconds s', ({ text, seconds }) => {
    expect(parseDuration(text)).toBe(seconds)
  })

  it.each(['', '10', 'm', '10 m', '-1m', '1.5h', '1h30m', '10min', '10m ', '1e3s', '1234567890s'])(
    'is not %j',
    (text) => {
      expect(parseDuration(text)).toBeNull()
    },
  )

  it.each([
    { seconds: 0, text: '0s' },
    { seconds: 59, text: '59s' },
    { seconds: 60, text: '1m' },
    { seconds: 90, text: '90s' },
    { seconds: 5400, text: '90m' },
    { seconds: 86_400, text: '1d' },
  ])('of $seconds s is printed as $text', ({ seconds, text }) => {
    expect(printDuration(seconds)).toBe(text)
  })

  it('is the same again when it was printed and parsed', () => {
    fc.assert(
      fc.property(fc.nat(604_800), (seconds) => {
        expect(parseDuration(printDuration(seconds))).toBe(seconds)
      }),
    )
  })
})
