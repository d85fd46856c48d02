import { describe, expect, it } from 'vitest'
import { parseService } from '../../../../functions/api/to-domain.ts'
import { type Problem, ValidationError } from '../../../../shared/domain/errors.ts'
import { aServiceBody, createMemoryApi } from '../../../support/memory-api.ts'

const counters = {
  ...{ namespace: 'Shop', requests: 'Orders', bad: 'Failures' },
  dimensions: { blue: { Slot: 'blue' }, green: { Slot: 'green' } },
}

const parseGates = (gates: readonly object[]) => parseService('web', aServiceBody({ gates })).gates
const parseGate = (gate: object) => parseGates([{ kind: 'compare', ...gate }]).find(({ kind }) => kind === 'compare')

function problemsOf(gate: object): readonly Problem[] {
  try {
    parseGate(gate)
    return []
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error
    return error.problems.map(({ path, message }) => ({ path: path.replace('gates[0].', ''), message }))
  }
}

const common = {
  ...{ kind: 'compare', name: 'compare', mode: 'enforce', onFail: 'roll-back', noDataLimit: 3, onNoData: 'roll-back' },
  ...{ graceSeconds: 240, maxExtendSeconds: 900, source: 'router', weight: 1, atStepEnd: 'advance' },
  ...{ alpha: 0.01, beta: 0.05, tolerance: 1, restarts: { release: 0.8, later: 0.2 }, phi: 'history' },
  ...{ minErrors: 3, materiality: 0.0005, rho: 2, pMax: 0.005 },
}

describe('a compare gate', () => {
  it('needs nothing but its kind', () => {
    expect(parseGate({})).toEqual({ ...common, measure: 'errors', grid: [1.5, 2, 3, 5, 10, 30, 100] })
  })

  it('has odds of its own for slow requests', () => {
    expect(parseGate({ measure: 'slow', slowSeconds: 0.5 })).toEqual({
      ...{ ...common, measure: 'slow', slowSeconds: 0.5, grid: [1.25, 1.5, 2, 3, 5] },
    })
  })

  it('keeps every field that is given', () => {
    const given = {
      ...{ name: 'orders', mode: 'observe', onFail: 'halt', noDataLimit: 9, onNoData: 'halt', graceSeconds: 0 },
      ...{ maxExtendSeconds: 60, measure: 'errors', source: { ...counters, periodSeconds: 10 }, weight: 2.5 },
      ...{ atStepEnd: 'prove', alpha: 0.001, beta: 0.1, grid: [2, 4], tolerance: 1.25, phi: 2, cap: null },
      ...{ restarts: { release: 1, later: 0 }, minErrors: 0, materiality: 0, rho: 3, pMax: 0.01, p0: 0.02 },
    }
    expect(parseGate(given)).toEqual({ kind: 'compare', ...given })
  })

  it('takes counters by the minute where no period is given, for either measure and without slowSeconds', () => {
    for (const measure of ['errors', 'slow'])
      expect(parseGate({ measure, source: counters })).toMatchObject({ source: { ...counters, periodSeconds: 60 } })
  })

  it.each<{ name: string; gate: object; problems: Record<string, string> }>([
    {
      name: 'a word that is none',
      gate: { measure: 'fast', atStepEnd: 'now', source: 'alb', phi: 'today' },
      problems: {
        measure: 'must be one of "errors", "slow"',
        source: 'must be "router", or two counters of your own',
        atStepEnd: 'must be one of "advance", "prove"',
        phi: 'must be a number, 1 or more, or "history"',
      },
    },
    {
      name: 'slow requests without a limit for what is slow',
      gate: { measure: 'slow' },
      problems: { slowSeconds: 'is required: how long a request takes to be slow' },
    },
    {
      name: 'a limit for what is slow, with errors',
      gate: { slowSeconds: 1 },
      problems: { slowSeconds: 'goes only with measure "slow" and the source "router"' },
    },
    {
      name: 'a limit for what is slow, with counters',
      gate: { measure: 'slow', slowSeconds: 1, source: counters },
      problems: { slowSeconds: 'goes only with measure "slow" and the source "router"' },
    },
    {
      name: 'less than a millisecond',
      gate: { measure: 'slow', slowSeconds: 0.0009 },
      problems: { slowSeconds: 'must be at least 0.001' },
    },
    {
      name: 'more than an hour',
      gate: { measure: 'slow', slowSeconds: 3601 },
      problems: { slowSeconds: 'must be at most 3600' },
    },
    { name: 'no weight', gate: { weight: 0 }, problems: { weight: 'must be at least 0.001' } },
    { name: 'too much weight', gate: { weight: 1001 }, problems: { weight: 'must be at most 1000' } },
    {
      name: 'text for numbers',
      gate: { alpha: '1%', beta: '5%', grid: 'all', restarts: [], minErrors: '3' },
      problems: {
        alpha: 'must be a number',
        beta: 'must be a number',
        grid: 'must be a list',
        restarts: 'must be an object',
        minErrors: 'must be a number',
      },
    },
    {
      name: 'half of the restarts',
      gate: { restarts: { release: 1 } },
      problems: { 'restarts.later': 'is required: a number' },
    },
    {
      name: 'restarts beyond all of the capital',
      gate: { restarts: { release: 0.9, later: 0.2 } },
      problems: { restarts: 'must add up to at most 1, and to more than 0' },
    },
    {
      name: 'ratios that are none, or twice',
      gate: { grid: [1, 2, 2] },
      problems: {
        'grid[0]': 'must be above the tolerance, 1, and at most 10000',
        'grid[2]': 'must not be there twice',
      },
    },
    {
      name: 'every parameter out of range',
      gate: {
        ...{ alpha: 0.6, beta: -1, tolerance: 0.5, grid: [], phi: 0.5, cap: 1, minErrors: 0.5 },
        ...{ materiality: 1.1, rho: 1.25, pMax: 1, p0: 2 },
      },
      problems: {
        alpha: 'must be above 0 and at most 0.5, 1e-12 or more: 0.01 is one per cent',
        beta: 'must be above 0 and at most 0.5, 1e-12 or more: 0.05 is five per cent',
        tolerance: 'must be from 1 to 100',
        grid: 'must have 1 to 20 ratios above the tolerance, 0.5',
        phi: 'must be from 1 to 1000000, or "history"',
        cap: 'must be above 1, or null for no bound',
        minErrors: 'must be a whole number from 0 to 1000000',
        materiality: 'must be a fraction from 0 to 1: 0.0005 is 0.05 points',
        rho: 'must be above 1.25 and at most 100',
        pMax: 'must be above 0 and below 1, by 1e-12 or more: 0.005 is half a per cent',
        p0: 'must be above 0 and below 1, by 1e-12 or more: 0.005 is half a per cent',
      },
    },
    {
      name: 'a field that is not known',
      gate: { slowMs: 500 },
      problems: { slowMs: expect.stringMatching(/^is not known here; known are kind, name, .*slowSeconds/) },
    },
    {
      name: 'counters of half a minute',
      gate: { source: { ...counters, periodSeconds: 30 } },
      problems: { 'source.periodSeconds': 'must be one of 10, 60' },
    },
    {
      name: 'counters of one side',
      gate: { source: { ...counters, dimensions: { blue: { Slot: 'blue' } } } },
      problems: { 'source.dimensions.green': 'is required: an object' },
    },
    {
      name: 'the same counters for both sides',
      gate: { source: { ...counters, dimensions: { blue: { Slot: 'x' }, green: { Slot: 'x' } } } },
      problems: {
        'source.dimensions.green': 'must differ from those of blue: each side needs counters of its own',
      },
    },
    {
      name: 'one counter for both numbers',
      gate: { source: { ...counters, bad: 'Orders' } },
      problems: { 'source.bad': 'must be another metric than "requests"' },
    },
    {
      name: 'names that CloudWatch does not take',
      gate: {
        source: { ...counters, namespace: ':Shop', bad: '', dimensions: { blue: { ':Slot': 'x' }, green: { a: ' ' } } },
      },
      problems: {
        'source.namespace': 'must not start with a colon',
        'source.bad': 'must have at least 1 characters',
        'source.dimensions.blue.:Slot': 'must be 1 to 255 ASCII characters, the first no colon',
        'source.dimensions.green.a': 'must be 1 to 1024 ASCII characters',
      },
    },
  ])('is refused with $name', ({ gate, problems }) => {
    expect(Object.fromEntries(problemsOf(gate).map(({ path, message }) => [path, message]))).toEqual(problems)
  })

  it.each([
    { blue: { Slot: 'x' }, green: { Slot: 'x', Zone: 'a' } },
    { blue: { Slot: 'x' }, green: { Side: 'x' } },
    { blue: {}, green: { Slot: 'x' } },
  ])('tells the sides apart by %o', (dimensions) => {
    expect(problemsOf({ source: { ...counters, dimensions } })).toEqual([])
  })

  it('may be there eight times', () => {
    const some = (count: number) => Array.from({ length: count }, (_, n) => ({ kind: 'compare', name: `gate-${n}` }))
    expect(parseGates(some(8))).toHaveLength(9)
    expect(() => parseGates(some(10))).toThrow(
      expect.objectContaining({
        problems: [8, 9].map((index) => ({
          ...{ path: `gates[${index}].kind`, message: 'must not be "compare" more than 8 times' },
        })),
      }),
    )
  })

  it('comes back as it was put, every default filled in, and may be put again', async () => {
    const { call } = createMemoryApi()
    const own = { kind: 'compare', name: 'orders', source: counters, weight: 2, cap: null, p0: 0.01 }
    const gates = [{ kind: 'compare' }, { ...own, measure: 'slow' }]
    expect((await call('PUT', '/v1/services/web', { body: aServiceBody({ gates }) })).status).toBe(201)
    const answer = await call('GET', '/v1/services/web')
    const service = (await answer.json()) as { gates: { kind: string }[] }
    const found = service.gates.filter(({ kind }) => kind === 'compare')
    expect(found).toEqual([
      { ...common, measure: 'errors', grid: [1.5, 2, 3, 5, 10, 30, 100] },
      {
        ...{ ...common, ...own, measure: 'slow', grid: [1.25, 1.5, 2, 3, 5] },
        source: { ...counters, periodSeconds: 60 },
      },
    ])
    const again = await call('PUT', '/v1/services/web', { body: aServiceBody({ gates: found }) })
    expect(again.status).toBe(200)
    const { gates: same } = (await again.json()) as typeof service
    expect(same.filter(({ kind }) => kind === 'compare')).toEqual(found)
  })
})
