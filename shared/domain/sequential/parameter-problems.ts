import type { Problem } from '../errors.ts'
import type { ComparisonParameters } from './comparison.ts'

/** What is wrong with a field: what it must be, and where in it if not all of it. */
type Finding = readonly [path: string, message: string]

/**
 * Every problem of parameters from outside whose types are right: which are out of range, or do not go together. The test
 * keeps its promise only for parameters without one.
 *
 * @param path - Where they stand in the document: `gates[2]`; empty where they are the document.
 */
export function findParameterProblems(parameters: ComparisonParameters, path: string): readonly Problem[] {
  const { alpha, beta, tolerance, cap, minErrors, materiality, rho, pMax, p0 } = parameters
  const findings: readonly Finding[] = [
    ...when(!isWithin(alpha, smallest, 0.5), 'alpha', `${bound}: 0.01 is one per cent`),
    ...when(!isWithin(beta, smallest, 0.5), 'beta', `${bound}: 0.05 is five per cent`),
    ...when(!(tolerance >= 1 && tolerance <= 100), 'tolerance', 'must be from 1 to 100'),
    ...gridFindings(parameters),
    ...restartFindings(parameters),
    ...phiFindings(parameters),
    ...when(!(cap === undefined || cap === null || isAbove(cap, 1)), 'cap', 'must be above 1, or null for no bound'),
    ...when(!(Number.isInteger(minErrors) && isWithin(minErrors, 0, 1e6)), 'minErrors', wholeUpToMillion),
    ...when(!isWithin(materiality, 0, 1), 'materiality', 'must be a fraction from 0 to 1: 0.0005 is 0.05 points'),
    ...when(!(rho > 1.25 && rho <= 100), 'rho', 'must be above 1.25 and at most 100'),
    ...when(!isTestableRate(pMax), 'pMax', rateRule),
    ...when(!(p0 === undefined || isTestableRate(p0)), 'p0', rateRule),
  ]
  return findings.map(([field, message]) => ({ path: path === '' ? field : `${path}.${field}`, message }))
}

const wholeUpToMillion = 'must be a whole number from 0 to 1000000'
/** Closer to 0 or 1 a probability's logarithm, or 1 less it, leaves the doubles: the evidence would be no number. */
const smallest = 1e-12
const bound = `must be above 0 and at most 0.5, ${smallest} or more`
/** What such a rate must be, in words. */
export const rateRule = `must be above 0 and below 1, by ${smallest} or more: 0.005 is half a per cent`

function gridFindings({ grid, tolerance }: ComparisonParameters): readonly Finding[] {
  if (grid.length < 1 || grid.length > 20)
    return [['grid', `must have 1 to 20 ratios above the tolerance, ${tolerance}`]]
  return grid.flatMap((ratio, index) => [
    ...when(!(isAbove(ratio, tolerance) && ratio <= 10_000), `grid[${index}]`, gridRange(tolerance)),
    ...when(grid.indexOf(ratio) < index, `grid[${index}]`, 'must not be there twice'),
  ])
}

const gridRange = (tolerance: number) => `must be above the tolerance, ${tolerance}, and at most 10000`

function restartFindings({ restarts: { release, later } }: ComparisonParameters): readonly Finding[] {
  const ranges = [
    ...when(!isWithin(release, 0, 1), 'restarts.release', 'must be from 0 to 1'),
    ...when(!isWithin(later, 0, 1), 'restarts.later', 'must be from 0 to 1'),
  ]
  if (ranges.length > 0) return ranges
  const sum = release + later
  return when(sum === 0 || sum > 1, 'restarts', 'must add up to at most 1, and to more than 0')
}

function phiFindings({ phi }: ComparisonParameters): readonly Finding[] {
  return when(phi !== 'history' && !isWithin(phi, 1, 1e6), 'phi', 'must be from 1 to 1000000, or "history"')
}

function when(isWrong: boolean, path: string, message: string): readonly Finding[] {
  return isWrong ? [[path, message]] : []
}

const isWithin = (value: number, low: number, high: number) => value >= low && value <= high
const isAbove = (value: number, low: number) => value > low && Number.isFinite(value)
/** True for a rate (fraction) that can be tested against. */
export const isTestableRate = (value: number) => isWithin(value, smallest, 1 - smallest)
