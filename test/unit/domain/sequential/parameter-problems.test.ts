import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type ComparisonParameters,
  defaultParameters,
  findParameterProblems,
} from '../../../../shared/domain/sequential-test.ts'

const withDefaults = (overrides: Partial<ComparisonParameters> = {}) => ({
  ...defaultParameters('errors'),
  ...overrides,
})
const pathsOf = (overrides: Partial<ComparisonParameters>, path = '') =>
  findParameterProblems(withDefaults(overrides), path).map((problem) => problem.path)

describe('parameters of a comparison', () => {
  it.each(['errors', 'slow'] as const)('are right by default for %s', (measure) => {
    expect(findParameterProblems(defaultParameters(measure), '')).toEqual([])
  })

  it.each<Partial<ComparisonParameters>>([
    { alpha: 0.5 },
    { alpha: 1e-9 },
    { beta: 0.5 },
    { tolerance: 1.25 },
    { tolerance: 100, grid: [10_000] },
    { grid: [1.000001] },
    { grid: Array.from({ length: 20 }, (_, index) => index + 2) },
    { restarts: { release: 1, later: 0 } },
    { restarts: { release: 0, later: 1 } },
    { phi: 1 },
    { phi: 1e6 },
    { cap: null },
    { cap: 1.01 },
    { minErrors: 0 },
    { minErrors: 1e6 },
    { materiality: 0 },
    { materiality: 1 },
    { rho: 100 },
    { pMax: 0.999 },
    { p0: 1e-9 },
    { alpha: 1e-12, beta: 1e-12, pMax: 1e-12, p0: 1 - 1e-12 },
  ])('may be %j', (overrides) => {
    expect(pathsOf(overrides)).toEqual([])
  })

  it.each<[Partial<ComparisonParameters>, string[]]>([
    [{ alpha: 0 }, ['alpha']],
    [{ alpha: 0.51 }, ['alpha']],
    [{ alpha: Number.NaN }, ['alpha']],
    [{ alpha: 9e-13 }, ['alpha']],
    [{ beta: 0 }, ['beta']],
    [{ beta: 5e-324 }, ['beta']],
    [{ beta: 0.51 }, ['beta']],
    [{ tolerance: 0.99 }, ['tolerance']],
    [{ tolerance: 101, grid: [102] }, ['tolerance']],
    [{ grid: [] }, ['grid']],
    [{ grid: Array.from({ length: 21 }, (_, index) => index + 2) }, ['grid']],
    [{ grid: [2, 1] }, ['grid[1]']],
    [{ grid: [2, 10_001] }, ['grid[1]']],
    [{ grid: [2, Number.POSITIVE_INFINITY] }, ['grid[1]']],
    [{ grid: [2, 3, 2] }, ['grid[2]']],
    [{ tolerance: 1.5 }, ['grid[0]']],
    [{ restarts: { release: -0.1, later: 0.2 } }, ['restarts.release']],
    [{ restarts: { release: 0.1, later: 1.2 } }, ['restarts.later']],
    [{ restarts: { release: Number.NaN, later: -1 } }, ['restarts.release', 'restarts.later']],
    [{ restarts: { release: 0, later: 0 } }, ['restarts']],
    [{ restarts: { release: 0.9, later: 0.2 } }, ['restarts']],
    [{ phi: 0.99 }, ['phi']],
    [{ phi: 1e6 + 1 }, ['phi']],
    [{ cap: 1 }, ['cap']],
    [{ cap: Number.POSITIVE_INFINITY }, ['cap']],
    [{ minErrors: -1 }, ['minErrors']],
    [{ minErrors: 1.5 }, ['minErrors']],
    [{ minErrors: 1e6 + 1 }, ['minErrors']],
    [{ materiality: -0.1 }, ['materiality']],
    [{ materiality: 1.1 }, ['materiality']],
    [{ rho: 1.25 }, ['rho']],
    [{ rho: 101 }, ['rho']],
    [{ pMax: 0 }, ['pMax']],
    [{ pMax: 1 }, ['pMax']],
    [{ p0: 0 }, ['p0']],
    [{ p0: 1 }, ['p0']],
    [{ pMax: 5e-324 }, ['pMax']],
    [{ p0: 1 - Number.EPSILON / 2 }, ['p0']],
    [{ alpha: 2, rho: 0, phi: 0 }, ['alpha', 'phi', 'rho']],
  ])('must not be %j', (overrides, paths) => {
    expect(pathsOf(overrides)).toEqual(paths)
  })

  it('are found at their place in the document', () => {
    expect(findParameterProblems(withDefaults({ grid: [2, 0.5] }), 'gates[2]')).toEqual([
      { path: 'gates[2].grid[1]', message: 'must be above the tolerance, 1, and at most 10000' },
    ])
  })

  it('are never right with a number that is none', () => {
    const numbers = [
      'alpha',
      'beta',
      'tolerance',
      'phi',
      'cap',
      'minErrors',
      'materiality',
      'rho',
      'pMax',
      'p0',
    ] as const
    const notFinite = fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY)
    fc.assert(
      fc.property(fc.constantFrom(...numbers), notFinite, (field, value) => {
        expect(pathsOf({ [field]: value })).toContain(field)
      }),
    )
  })
})
