import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readCountsDocument } from '../../../../cli/judge/counts-document.ts'
import { readGateFile } from '../../../../cli/judge/gate-file.ts'
import { judgeCounts, traceCounts } from '../../../../cli/judge/judge-counts.ts'
import { parseJson } from '../../../../cli/judge/read-input.ts'
import { ValidationError } from '../../../../shared/domain/errors.ts'

/** All of the capital at once, no dispersion, no cap, nothing asked beyond the evidence. */
const bare = { restarts: { release: 1, later: 0 }, phi: 1, cap: null, minErrors: 0, materiality: 0 }

function judge(gate: unknown, data: unknown) {
  const { parameters } = readGateFile(gate, 'gate.json')
  return traceCounts(parameters, readCountsDocument(data, parameters.measure, 'counts.json'))
}

const aBucket = (onCanary: number, onStable: number, badOnCanary: number, badOnStable: number) => ({
  stable: { requests: onStable, errors: badOnStable },
  canary: { requests: onCanary, errors: badOnCanary },
})

/** Every number in a value, and where it stands. */
function numbersIn(value: unknown, path = ''): [string, number][] {
  if (typeof value === 'number') return [[path, value]]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, one]) => numbersIn(one, `${path}.${key}`))
}

function expectFinite(value: unknown) {
  expect(numbersIn(value).filter(([, one]) => !Number.isFinite(one))).toEqual([])
}

describe('judging counts', () => {
  it.each([
    {
      name: 'one start with all of the capital',
      gate: bare,
      data: { buckets: [aBucket(100, 900, 0, 1), aBucket(100, 900, 1, 0), aBucket(100, 900, 2, 1)] },
      e: [0.611937153463, 1.8902771721, 16.9307348228],
    },
    {
      name: 'starts over the plan',
      gate: { ...bare, restarts: { release: 0.8, later: 0.2 } },
      data: {
        plannedBuckets: 3,
        buckets: [aBucket(50, 950, 1, 0), aBucket(50, 950, 1, 0), aBucket(50, 950, 1, 0)],
      },
      e: [5.48117580631, 59.1069706566, 809.551343952],
    },
  ])('gives the published evidence: $name', ({ gate, data, e }) => {
    const { trace } = judge(gate, data)
    trace.forEach((line, index) => {
      expect(line.e / (e[index] ?? 0)).toBeCloseTo(1, 10)
    })
  })

  it('fails at a bucket counted from 0, stays failed, and goes on counting evidence', () => {
    const bad = Array.from({ length: 3 }, () => aBucket(50, 950, 1, 0))
    const good = Array.from({ length: 200 }, () => aBucket(50, 950, 0, 5))
    const { judged, trace } = judge(bare, { buckets: [...bad, ...good] })
    expect(judged).toMatchObject({ verdict: 'fail', failedAt: 2 })
    expect(trace.slice(0, 4).map(({ bucket, verdict }) => `${bucket} ${verdict}`)).toEqual([
      '0 pass',
      '1 pass',
      '2 fail',
      '3 fail',
    ])
    expect(judged.eSup).toBeGreaterThan(1000)
    expect(judged.e).toBeLessThan(1)
  })

  it.each([
    ['no bucket', []],
    ['no request on the canary', [aBucket(0, 1000, 0, 3)]],
    ['no request at all', [aBucket(0, 0, 0, 0)]],
  ])('is no-data with %s', (_, buckets) => {
    expect(judge({}, { buckets }).judged.verdict).toBe('no-data')
  })

  it('says the same without a trace', () => {
    const { parameters } = readGateFile({}, 'gate.json')
    const document = readCountsDocument({ buckets: [aBucket(50, 950, 9, 1)] }, 'errors', 'counts.json')
    expect(judgeCounts(parameters, document)).toEqual(traceCounts(parameters, document).judged)
  })

  it('adds up several routes, each with its own share', () => {
    const routes = [aBucket(100, 900, 2, 1), aBucket(500, 500, 3, 2)]
    const together = judge(bare, { buckets: [{ strata: routes }] }).judged.logE
    const alone = routes.map((one) => judge({ ...bare, grid: [2] }, { buckets: [one] }).judged.logE)
    const both = judge({ ...bare, grid: [2] }, { buckets: [{ strata: routes }] }).judged.logE
    expect(both).toBeCloseTo((alone[0] ?? 0) + (alone[1] ?? 0), 12)
    expect(together).not.toBeCloseTo(both, 3)
  })

  it('takes dispersion and cap from the history, or as they were fixed', () => {
    const buckets = [aBucket(100, 900, 0, 1)]
    const history = Array.from({ length: 180 }, (_, minute) => (minute % 2 === 0 ? 0 : 20))
    expect(judge({}, { buckets, history }).judged).toMatchObject({ cap: 64, phi: 22, p0: 0.005 })
    expect(judge({}, { buckets, history, bucketSeconds: 10 }).judged.cap).toBe(8)
    expect(judge({}, { buckets }).judged).toMatchObject({ cap: 16, phi: 1 })
    expect(judge({}, { buckets, history, historyRequests: 18_000 }).judged.p0).toBeGreaterThan(0.1)
    const fixed = { phi: 3, cap: null, p0: 0.02, knowsNormalRate: true }
    expect(judge({}, { buckets, history, fixed }).judged).toMatchObject({ cap: null, phi: 3, p0: 0.02 })
  })

  it('takes buckets as the API lists them', () => {
    const side = (requests: number, bad: number) => ({ requests, bad })
    const listed = {
      startAt: 'x',
      endAt: 'y',
      step: 1,
      weight: 10,
      strata: [{ stable: side(900, 1), canary: side(100, 9) }],
    }
    const written = { ...aBucket(100, 900, 9, 1), weight: 10 }
    expect(judge({}, { buckets: [listed] })).toEqual(judge({}, { buckets: [written] }))
  })

  it('counts slow requests where the gate measures them, and does not look at errors', () => {
    const side = (requests: number, slow: number) => ({ requests, slow, errors: 'not counted' })
    const buckets = Array.from({ length: 10 }, () => ({ stable: side(900, 90), canary: side(100, 40) }))
    expect(judge({ measure: 'slow' }, { buckets }).judged.verdict).toBe('fail')
  })
})

describe('counts of any kind', () => {
  const count = fc.oneof(fc.nat(50), fc.nat(100_000), fc.constantFrom(0, 1, 1e9, 1e15))
  const side = fc
    .tuple(count, count, count)
    .map(([a, b, c]) => ({ requests: Math.max(a, b, c), errors: Math.min(a, b), slow: Math.min(b, c) }))
  const stratum = fc.record({ stable: side, canary: side })
  const weight = fc.option(
    fc.oneof(fc.constantFrom(0, 0.1, 50, 99.9, 100), fc.double({ min: 0, max: 100, noNaN: true })),
  )
  const bucket = fc.oneof(
    fc.record({ stable: side, canary: side, weight }),
    fc.record({ strata: fc.array(stratum, { minLength: 1, maxLength: 3 }), weight }),
  )
  const document = fc.record(
    {
      bucketSeconds: fc.constantFrom(1, 10, 60, 3600),
      plannedBuckets: fc.option(fc.integer({ min: 1, max: 100 })),
      history: fc.option(fc.array(count, { maxLength: 200 })),
      buckets: fc.array(bucket, { maxLength: 12 }),
    },
    { requiredKeys: ['buckets'] },
  )
  const gate = fc.record(
    {
      measure: fc.constantFrom('errors', 'slow'),
      alpha: fc.constantFrom(0.000001, 0.01, 0.5),
      tolerance: fc.constantFrom(1, 1.2),
      restarts: fc.constantFrom({ release: 1, later: 0 }, { release: 0, later: 1 }, { release: 0.5, later: 0.2 }),
      phi: fc.constantFrom('history', 1, 7.5, 1e6),
      cap: fc.constantFrom(null, 1.01, 64),
      pMax: fc.constantFrom(0.000001, 0.005, 0.999),
    },
    { requiredKeys: [] },
  )

  it('give a verdict with finite numbers only', () => {
    fc.assert(
      fc.property(gate, document, (chosen, counts) => {
        const { judged, trace } = judge(chosen, counts)
        expect(['pass', 'fail', 'no-data']).toContain(judged.verdict)
        expectFinite({ judged, trace })
        const onCanary = JSON.stringify(counts.buckets).match(/"canary":\{"requests":[1-9]/)
        if (!onCanary) expect(judged.verdict).toBe('no-data')
      }),
      { numRuns: 500 },
    )
  })

  it.each([1e-320, 1e-13, 1 - 1e-13, 1 - 2 ** -53])(
    'are refused with a fixed limit of %d, which has no logarithm',
    (p0) => {
      const fixed = { phi: 1, cap: null, p0, knowsNormalRate: true }
      expect(pathsRefused({ fixed, buckets: [{ ...aBucket(10, 0, 10, 0), weight: 100 }] })).toEqual(['fixed.p0'])
    },
  )

  it('give finite numbers whatever the history of a service that is all errors', () => {
    const history = Array.from({ length: 10 }, () => 100)
    const { judged } = judge({}, { history, historyRequests: 1000, buckets: [aBucket(100, 0, 50, 0)] })
    expectFinite(judged)
  })
})

describe('what is wrong', () => {
  it('is named without what would speak to a terminal', () => {
    expect(pathsRefused({ '\u001b[31mred\nx\u009b': 1, buckets: [] })).toEqual(['\\u001b[31mred\\u000ax\\u009b'])
    expect(() => parseJson('\u001b[31m', 'counts.json')).toThrow("counts.json is no JSON: Unexpected token '\\u001b'")
  })
})

describe('nonsense', () => {
  const good = { buckets: [aBucket(100, 900, 1, 1), aBucket(100, 900, 0, 1)], history: [1, 2, 3], weight: undefined }
  const nonsense = fc.oneof(
    fc.constantFrom(-1, 0.5, 1e16, Number.NaN, Number.POSITIVE_INFINITY, null, '', 'NaN', '12', true, [], {}, [[]]),
    fc.anything(),
  )
  const places = ['stable', 'canary', 'stable.requests', 'stable.errors', 'canary.requests', 'canary.errors'] as const

  it.each(places)('in %s is refused with its path', (place) => {
    fc.assert(
      fc.property(nonsense, fc.nat(1), (value, index) => {
        fc.pre(!isRight(value))
        const data = structuredClone({ buckets: good.buckets }) as { buckets: Record<string, unknown>[] }
        const [side = '', field] = place.split('.')
        const bucket = data.buckets[index] ?? {}
        if (field === undefined) bucket[side] = value
        else (bucket[side] as Record<string, unknown>)[field] = value
        expect(pathsRefused(data).some((path) => path.startsWith(`buckets[${index}].${side}`))).toBe(true)
      }),
    )
    function isRight(value: unknown): boolean {
      const most = { 'canary.errors': 100, 'stable.errors': 900 }[place as string] ?? 1e15
      return place.includes('.') && typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most
    }
  })

  it.each(['', 'buckets', 'history', 'plannedBuckets', 'bucketSeconds', 'fixed', 'historyRequests'])(
    'for %j gives a verdict or a problem, never another error',
    (field) => {
      fc.assert(
        fc.property(nonsense, (value) => {
          const data = field === '' ? value : { ...good, weight: undefined, [field]: value }
          try {
            const { judged } = judge({}, data)
            expectFinite(judged)
          } catch (error) {
            expect(error).toBeInstanceOf(ValidationError)
          }
        }),
      )
    },
  )
})

function pathsRefused(data: unknown): readonly string[] {
  try {
    judge({}, data)
  } catch (error) {
    if (error instanceof ValidationError) return error.problems.map(({ path }) => path)
    throw error
  }
  return []
}
