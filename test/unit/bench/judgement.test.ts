import { describe, expect, it } from 'vitest'
import { findDisagreements } from '../../../bench/gates/agreement.ts'
import { type Cell, cells } from '../../../bench/gates/cells.ts'
import { type DeciderId, deciderNames, peers } from '../../../bench/gates/deciders.ts'
import { parseExpectation } from '../../../bench/gates/expectation.ts'
import { expected } from '../../../bench/gates/expected.ts'
import { type Figures, quantile, summarize } from '../../../bench/gates/figures.ts'
import { goalsOf } from '../../../bench/gates/goals.ts'
import { findFailures, judgeCell } from '../../../bench/gates/judgement.ts'
import { markers, replaceBetweenMarkers, toMarkdown } from '../../../bench/gates/markdown.ts'
import { describeCell, toJson } from '../../../bench/gates/report.ts'
import { type Outcomes, simulate } from '../../../bench/gates/simulate.ts'

const never = Number.POSITIVE_INFINITY

function cellNamed(id: string): Cell {
  const found = cells.find((cell) => cell.id === id)
  if (found === undefined) throw new Error(`no cell ${id}`)
  return found
}

function outcomesOf(minutes: readonly number[], failed: readonly number[] = minutes.map(() => 0)): Outcomes {
  return { minutes: Float64Array.from(minutes), failedRequests: Float64Array.from(failed) }
}

describe('the figures', () => {
  it('count who never acted as the slowest', () => {
    const { share, delays } = summarize(cellNamed('bad-1000-1'), outcomesOf([4, never, 2, 6]))
    expect(share).toBe(0.75)
    expect([0.25, 0.5, 0.75, 0.95].map((at) => quantile(delays, at))).toEqual([2, 4, 6, never])
  })

  it('tell what came before the fault from what came after it', () => {
    const { before, share, delays } = summarize(cellNamed('late-1000-1'), outcomesOf([30, 31, 12, 45, never]))
    expect(before).toBe(0.4)
    expect(share).toBeCloseTo(2 / 3, 12)
    expect([...delays]).toEqual([1, 15, never])
  })

  it('hold mean and spread of the failed requests', () => {
    const { failedRequests } = summarize(cellNamed('bad-1000-1'), outcomesOf([1, 2, 3], [4, 6, 11]))
    expect(failedRequests.mean).toBe(7)
    expect(failedRequests.deviation).toBeCloseTo(Math.sqrt(13), 12)
  })
})

describe('an expectation', () => {
  it('is read as it was printed', () => {
    expect(parseExpectation('35 % · 2.5 / — (0.25 %) · 9')).toEqual({
      share: { value: 0.35, rounding: 0.005 },
      median: { value: 2.5, rounding: 0.05 },
      p95: { value: never, rounding: 0 },
      before: { value: 0.0025, rounding: 0.00005 },
      failedRequests: { value: 9, rounding: 0.05 },
    })
  })

  it.each(['', '5 / 6 min', '12 %, 4', '5 /'])('is not read from "%s"', (text) => {
    expect(() => parseExpectation(text)).toThrow(SyntaxError)
  })

  it('exists for every peer of the tables, in cells and for deciders that there are', () => {
    for (const [id, row] of Object.entries(expected)) {
      const { deciders } = cellNamed(id)
      for (const [decider, text] of Object.entries(row)) {
        expect(deciders).toContain(decider)
        expect(Object.keys(parseExpectation(text)).length).toBeGreaterThan(0)
      }
    }
    for (const id of ['good-1000', 'bad-1000-5', 'bad-10000-0.2', 'incident-100', 'normal-0.9-10000', 'steps-1000'])
      for (const peer of peers) expect(expected[id]?.[peer]).toBeDefined()
  })
})

describe('agreement', () => {
  /** 2,000 runs that acted after 1, 2, … minutes, a tenth of them never. */
  const delays = Float64Array.from({ length: 2000 }, (_, run) => (run < 1800 ? 1 + Math.floor(run / 100) : never))
  const figures: Figures = {
    runs: 2000,
    before: 0.01,
    share: 0.9,
    delays,
    failedRequests: { mean: 20, deviation: 10 },
  }

  it.each([
    { name: 'the same', text: '90 % · 10 / — (1.0 %) · 20' },
    { name: 'a little off', text: '91.5 % · 11 / — (1.5 %) · 21' },
    { name: 'nothing said', text: '90 %' },
  ])('is found: $name', ({ text }) => {
    expect(findDisagreements(figures, parseExpectation(text))).toEqual([])
  })

  it.each([
    { text: '80 %', words: /^share 90.00 % instead of 80.00 %$/ },
    { text: '99.9 %', words: /^share/ },
    { text: '14 / —', words: /^median 10.00 min instead of 14$/ },
    { text: '10 / 15', words: /^p95 Infinity min instead of 15$/ },
    { text: '— / —', words: /^median/ },
    { text: '10 / — (4.0 %)', words: /^share before the fault/ },
    { text: '23', words: /^failed requests 20.0 instead of 23$/ },
  ])('is missed by $text', ({ text, words }) => {
    const [first, ...others] = findDisagreements(figures, parseExpectation(text))
    expect(first).toMatch(words)
    expect(others).toEqual([])
  })

  it('asks less of fewer runs', () => {
    const short = { ...figures, runs: 50, delays: delays.filter((_, run) => run % 40 === 0) }
    expect(findDisagreements(short, parseExpectation('80 % · 14 / — · 23'))).toEqual([])
    expect(findDisagreements(short, parseExpectation('10 %'))).toHaveLength(1)
  })
})

describe('the goals', () => {
  it('bound the false rollbacks of every good release, by alpha', () => {
    for (const cell of cells.filter(({ question }) => question.kind === 'good')) {
      const bounds = goalsOf(cell).map(({ decider, measure, limit }) => ({ decider, measure, limit }))
      for (const decider of ['sluice-10', 'sluice-60'])
        expect(bounds).toContainEqual({ decider, measure: 'share', limit: { atMost: 0.01 } })
    }
  })

  it('bound the false proofs of every release at its limit or above, by beta', () => {
    const promotions = cells.filter(({ question }) => question.kind === 'promote')
    const bounded = promotions.filter((cell) =>
      goalsOf(cell).some(({ limit }) => 'atMost' in limit && limit.atMost === 0.05),
    )
    expect(bounded.map(({ id }) => id)).toEqual([
      'promote-1000-limit1-1',
      'promote-1000-limit0.5-0.5',
      'promote-1000-limit0.5-1',
      'promote-10000-limit1-1',
      'promote-10000-limit0.5-0.5',
      'promote-10000-limit0.5-1',
      'promote-10000-limit0.2-0.2',
      'promote-10000-limit0.2-0.5',
      'promote-10000-limit0.2-1',
    ])
  })

  it('are about cells and deciders that there are', () => {
    const all = cells.flatMap((cell) => goalsOf(cell).map((goal) => ({ cell, goal })))
    expect(all.filter(({ goal }) => !('atMost' in goal.limit) || goal.limit.atMost > 0.05)).toHaveLength(13)
    for (const { cell, goal } of all) expect(cell.deciders).toContain(goal.decider)
  })
})

describe('a judged cell', () => {
  const cell = cellNamed('good-1000')
  const acting = (share: number) =>
    outcomesOf(Array.from({ length: 2000 }, (_, run) => (run < 2000 * share ? 5 : never)))
  const judge = (shares: Partial<Record<DeciderId, number>>) =>
    judgeCell(cell, new Map(cell.deciders.map((id) => [id, acting(shares[id] ?? 0)])))
  const honest = { 'code-deploy': 0.1, flagger: 0.14, argo: 0.3, naive: 0.03 }

  it('fails nothing where peers agree and bounds hold', () => {
    const results = [judge({ ...honest, 'sluice-10': 0.004 })]
    expect(findFailures(results)).toEqual({ goals: 0, peers: 0 })
    expect(describeCell(results[0] ?? judge({}))).not.toMatch(/MISSED|DIFFERS/)
  })

  it('fails a gate that breaks its bound, and a peer that is not itself', () => {
    const result = judge({ ...honest, flagger: 0, 'sluice-60': 0.02 })
    expect(findFailures([result])).toEqual({ goals: 1, peers: 1 })
    expect(describeCell(result)).toMatch(/goal MISSED Sluice, 60-s counts: share at most 1 %, is 2 %/)
    expect(describeCell(result)).toMatch(/Flagger-like.*DIFFERS from 13.90 %: share 0.00 % instead of 13.90 %/)
  })

  it('does not hold our own rows to another implementation', () => {
    expect(findFailures([judge({ ...honest, 'raw-10': 0.5 })])).toEqual({ goals: 0, peers: 0 })
  })

  it('becomes data and a table', () => {
    const results = [judge({ ...honest, 'sluice-10': 0.0035 })]
    const { cells: data } = toJson(results, { runs: 2000, seed: 'x' })
    expect(data[0]?.deciders.find(({ id }) => id === 'argo')).toMatchObject({ share: 0.3, medianMinutes: null })
    expect(toMarkdown(results, { runs: 2000, seed: 'x' })).toContain(
      '| good release, 1,000/min | 0.35 | 0 | 10 | 14 | 30 | 0 | 0 | 3 |',
    )
  })

  it('shares the row of a bound with the others, and shows the worst', () => {
    const other = cellNamed('good-10000')
    const worse = judgeCell(other, new Map(other.deciders.map((id) => [id, acting(id === 'sluice-10' ? 0.02 : 0)])))
    const page = toMarkdown([judge(honest), worse], { runs: 2000, seed: 'x' })
    const row = '| the worst of 2 situations: good release, 10,000/min | Sluice, 10-s counts: share at most 1 % | 2 % |'
    expect(page).toContain(`${row} **missed** |`)
    expect(page.match(/share at most 1 %/g)).toHaveLength(2)
  })
})

describe('the markers of a page', () => {
  const page = `before\n${markers.begin}\nold\n${markers.end}\nafter\n`

  it('enclose what is replaced, again and again', () => {
    const once = replaceBetweenMarkers(page, 'new')
    expect(once).toBe(`before\n${markers.begin}\n\nnew\n\n${markers.end}\nafter\n`)
    expect(replaceBetweenMarkers(once, 'new')).toBe(once)
  })

  it.each([
    { name: 'none', text: 'page' },
    { name: 'only one', text: `page ${markers.begin}` },
    { name: 'in the wrong order', text: `${markers.end} page ${markers.begin}` },
    { name: 'two pairs', text: `${page}${page}` },
  ])('are refused: $name', ({ text }) => {
    expect(() => replaceBetweenMarkers(text, 'new')).toThrow(/needs <!-- bench:gates -->/)
  })
})

describe('a simulation', () => {
  it('depends on the seed and the number of a run alone', () => {
    const cell = { ...cellNamed('bad-1000-5'), deciders: ['sluice-60', 'argo'] as const }
    const whole = simulate(cell, 'seed', { from: 0, to: 6 })
    const parts = [simulate(cell, 'seed', { from: 0, to: 2 }), simulate(cell, 'seed', { from: 2, to: 6 })]
    for (const id of cell.deciders)
      expect(parts.flatMap((part) => [...(part.get(id)?.minutes ?? [])])).toEqual([...(whole.get(id)?.minutes ?? [])])
    expect(simulate(cell, 'other', { from: 0, to: 6 })).not.toEqual(whole)
  })

  it('lets every decider of every cell decide', () => {
    for (const cell of cells) {
      const outcomes = simulate(cell, 'one', { from: 0, to: 1 })
      expect([...outcomes.keys()]).toEqual([...cell.deciders])
      for (const id of outcomes.keys()) expect(deciderNames[id]).toBeDefined()
      for (const { minutes } of outcomes.values()) expect(minutes[0]).toBeGreaterThan(0)
    }
  })

  it('counts the failed canary requests up to the decision', () => {
    const outcomes = simulate({ ...cellNamed('bad-10000-5'), deciders: ['argo', 'flagger'] }, 'count', {
      from: 0,
      to: 20,
    })
    const mean = (id: DeciderId) => (outcomes.get(id)?.failedRequests.reduce((sum, value) => sum + value, 0) ?? 0) / 20
    // 50 a minute: four minutes, then six.
    expect(Math.abs(mean('argo') - 200)).toBeLessThan(20)
    expect(Math.abs(mean('flagger') - 300)).toBeLessThan(20)
  })
})
