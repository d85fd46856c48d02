import { describe, expect, it } from 'vitest'
import { readGateFile } from '../../../../cli/judge/gate-file.ts'
import { ValidationError } from '../../../../shared/domain/errors.ts'
import { defaultParameters } from '../../../../shared/domain/sequential-test.ts'

function problemsOf(value: unknown): readonly string[] {
  try {
    readGateFile(value, 'gate.json')
  } catch (error) {
    if (error instanceof ValidationError) return error.problems.map(({ path, message }) => `${path} ${message}`.trim())
    throw error
  }
  return []
}

describe('a gate file', () => {
  it('is the default gate where it is empty', () => {
    expect(readGateFile({}, 'gate.json')).toEqual({ parameters: defaultParameters('errors'), slowSeconds: null })
  })

  it('has the ratios of its measure', () => {
    expect(readGateFile({ measure: 'slow' }, 'gate.json').parameters).toEqual(defaultParameters('slow'))
  })

  it('takes every parameter by its name', () => {
    const parameters = {
      measure: 'slow' as const,
      alpha: 0.02,
      beta: 0.1,
      grid: [1.3, 4],
      tolerance: 1.2,
      restarts: { release: 0.5, later: 0.25 },
      phi: 2.5,
      cap: null,
      minErrors: 7,
      materiality: 0.001,
      rho: 3,
      pMax: 0.02,
      p0: 0.03,
    }
    expect(readGateFile(parameters, 'gate.json').parameters).toEqual(parameters)
  })

  it('may be a compare gate as it stands in a service', () => {
    const gate = {
      kind: 'compare',
      name: 'errors',
      mode: 'observe',
      onFail: 'halt',
      noDataLimit: 5,
      onNoData: 'halt',
      graceSeconds: 10,
      maxExtendSeconds: 20,
      source: { namespace: 'Web', requests: 'Requests' },
      weight: 2,
      atStepEnd: 'prove',
      measure: 'slow',
      slowSeconds: 0.5,
      alpha: 0.005,
    }
    expect(readGateFile(gate, 'gate.json')).toEqual({
      parameters: { ...defaultParameters('slow'), alpha: 0.005 },
      slowSeconds: 0.5,
    })
  })

  it.each<[unknown, string[]]>([
    [null, ['must be an object']],
    [[], ['must be an object']],
    ['compare', ['must be an object']],
    [{ alfa: 0.01 }, [expect.stringMatching(/^alfa is not known here; known are measure, alpha, /)]],
    [
      { restarts: { release: 1, latter: 0 } },
      [
        'restarts.later must be a number',
        expect.stringMatching(/^restarts\.latter is not known here; known are release, later$/),
      ],
    ],
    [{ restarts: 1 }, ['restarts must be { "release": …, "later": … }']],
    [{ '\u001b[2J': 1 }, [expect.stringMatching(/^\\u001b\[2J is not known here/)]],
    [{ measure: 'latency' }, ['measure must be one of "errors", "slow"']],
    [{ kind: 'metric' }, ['kind must be "compare": no other kind of gate compares counts']],
    [{ phi: 'yesterday' }, ['phi must be a number or "history"']],
    [{ cap: '64' }, ['cap must be a number, or null for no bound']],
    [{ p0: null }, ['p0 must be a number']],
    [{ grid: [2, 0.5] }, ['grid[1] must be above the tolerance, 1, and at most 10000']],
    [{ tolerance: 100 }, ['grid must have 1 to 20 ratios above the tolerance, 100']],
    [{ grid: 2 }, ['grid must be a list of ratios']],
    [{ grid: [2, null] }, ['grid[1] must be a number']],
    [{ slowSeconds: 0 }, ['slowSeconds must be a number from 0.001 to 3600']],
    [
      { alpha: 0.9, beta: 'x', nonsense: 1 },
      [
        'beta must be a number',
        expect.stringMatching(/^nonsense is not known/),
        expect.stringMatching(/^alpha must be above 0 and at most 0.5/),
      ],
    ],
  ])('is refused with every problem: %j', (value, expected) => {
    expect(problemsOf(value)).toEqual(expected)
  })

  it('is not blamed for what does not fit a field that is wrong itself', () => {
    expect(problemsOf({ grid: 'x', tolerance: 5 })).toEqual(['grid must be a list of ratios'])
  })
})
