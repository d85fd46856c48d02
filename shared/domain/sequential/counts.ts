import type { Problem } from '../errors.ts'
import type { Bucket, SideCounts } from './comparison.ts'

/** Largest count taken: sums of a whole deployment still are whole doubles. */
export const largestCount = 1e15

/** Every problem of a bucket from outside: counts must be whole, not negative, and no more bad than there were requests. */
export function findCountProblems({ strata, weight }: Bucket, path: string): readonly Problem[] {
  const sides = strata.flatMap(({ stable, canary }, index) => {
    const at = strata.length === 1 ? path : `${path}.strata[${index}]`
    return [...sideProblems(stable, `${at}.stable`), ...sideProblems(canary, `${at}.canary`)]
  })
  const isShare = weight === null || (weight >= 0 && weight <= 100)
  return isShare ? sides : [...sides, { path: `${path}.weight`, message: 'must be a percentage from 0 to 100' }]
}

function sideProblems({ requests, bad }: SideCounts, path: string): readonly Problem[] {
  const message = `must be a whole number from 0 to ${largestCount}`
  const problems = [
    ...(isCount(requests) ? [] : [{ path: `${path}.requests`, message }]),
    ...(isCount(bad) ? [] : [{ path: `${path}.bad`, message }]),
  ]
  if (problems.length > 0 || bad <= requests) return problems
  return [{ path: `${path}.bad`, message: `must not exceed the ${requests} requests` }]
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= largestCount
}
