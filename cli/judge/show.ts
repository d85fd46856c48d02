import type { ComparisonParameters, Estimate, Stratum } from '../../shared/domain/sequential-test.ts'
import type { CountsDocument } from './counts-document.ts'
import type { Judged, TraceLine } from './judge-counts.ts'

/** A judgement for people: the verdict, why, and the numbers. */
export function showJudged(judged: Judged, parameters: ComparisonParameters, document: CountsDocument): string {
  const { verdict, reason, e, eSup, failedAt, proven, provenAt, ratio, rates, phi, cap, p0, dataState } = judged
  const at = (bucket: number | null) => (bucket === null ? '' : `, first at bucket ${bucket}`)
  return [
    `${verdict}: ${reason}`,
    '',
    ...align([
      ['buckets', `${document.buckets.length} of ${document.bucketSeconds} s, counted from 0`],
      ['failed', failedAt === null ? 'never' : `at bucket ${failedAt}`],
      ['evidence', `${significant(e)}, at most ${significant(eSup)}; fails at ${significant(1 / parameters.alpha)}`],
      ['proven', `${proven ? 'yes' : 'no'}${at(provenAt)}`],
      ['canary', showEstimate(rates.canary)],
      ['stable', showEstimate(rates.stable)],
      ['ratio', showEstimate(ratio)],
      ['dispersion', significant(phi)],
      ['growth cap', cap === null ? 'none' : `${significant(cap)} a bucket`],
      ['limit', `${significant(p0)} where stable has no traffic`],
      ['data', dataState],
    ]).map((line) => `  ${line}`),
    '',
  ].join('\n')
}

/** One line a bucket. */
export function showTrace(trace: readonly TraceLine[], document: CountsDocument): string {
  const rows = trace.map(({ bucket, e, eSup, verdict, proven, dataState }) => {
    const { stable, canary } = sumOf(document.buckets[bucket]?.strata ?? [])
    const says = [verdict, ...(proven ? ['proven'] : []), ...(dataState === 'ok' ? [] : [dataState])].join(', ')
    return [String(bucket), stable, canary, significant(e), significant(eSup), says]
  })
  const table = align([['bucket', 'stable', 'canary', 'e', 'highest', 'verdict'], ...rows])
  return [...table, ''].join('\n')
}

function sumOf(strata: readonly Stratum[]): { readonly stable: string; readonly canary: string } {
  const sum = (side: keyof Stratum) => {
    const bad = strata.reduce((total, stratum) => total + stratum[side].bad, 0)
    return `${bad}/${strata.reduce((total, stratum) => total + stratum[side].requests, 0)}`
  }
  return { stable: sum('stable'), canary: sum('canary') }
}

function showEstimate({ estimate, low, high }: Estimate): string {
  if (estimate === null && low === null && high === null) return 'not known'
  const end = (value: number | null) => (value === null ? '∞' : significant(value))
  return `${estimate === null ? 'not known' : significant(estimate)}  (95 % sequence ${end(low)} to ${end(high)})`
}

function align(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    rows.reduce((widest, row) => Math.max(widest, row[column]?.length ?? 0), 0),
  )
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

function significant(value: number): string {
  return String(Number(value.toPrecision(4)))
}
