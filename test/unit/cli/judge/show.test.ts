import { describe, expect, it } from 'vitest'
import { readCountsDocument } from '../../../../cli/judge/counts-document.ts'
import { judgeCounts } from '../../../../cli/judge/judge-counts.ts'
import { showJudged } from '../../../../cli/judge/show.ts'
import { defaultParameters } from '../../../../shared/domain/sequential-test.ts'

describe('a judgement for people', () => {
  const parameters = defaultParameters('errors')
  const show = (badOnStable: number) => {
    const bucket = { stable: { requests: 950, errors: badOnStable }, canary: { requests: 50, errors: 2 } }
    const document = readCountsDocument({ buckets: [bucket] }, 'errors', 'counts.json')
    return showJudged(judgeCounts(parameters, document), parameters, document)
  }

  it.each([
    [1, /^ {2}ratio +38 {2}\(95 % sequence [\d.]+ to \d+\)$/m],
    [0, /^ {2}ratio +not known {2}\(95 % sequence [\d.]+ to ∞\)$/m],
  ])('shows the ratio beside %d errors on stable', (badOnStable, line) => {
    expect(show(badOnStable)).toMatch(line)
  })
})
