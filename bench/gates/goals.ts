import type { Cell } from './cells.ts'
import { type DeciderId, deciderNames, provers, sluice } from './deciders.ts'
import { type Figures, quantile } from './figures.ts'

/** Something that Sluice has to reach in one cell. */
export interface Goal {
  readonly cell: string
  readonly decider: DeciderId
  readonly measure: Measure
  readonly limit: { readonly atMost: number } | { readonly atLeast: number }
}

/** `share` is a fraction, `median` and `p95` are minutes, `failedRequests` a mean count. */
export type Measure = 'share' | 'median' | 'p95' | 'failedRequests'

const onTenSeconds = (cell: string, measure: Measure, atMost: number): Goal => ({
  cell,
  decider: 'sluice-10',
  measure,
  limit: { atMost },
})

/** Speed. The bounds on false answers come with the kind of a cell (`goalsOf`). */
const speed: readonly Goal[] = [
  onTenSeconds('bad-1000-5', 'p95', 2.5),
  onTenSeconds('bad-10000-5', 'p95', 1),
  onTenSeconds('bad-10000-5', 'failedRequests', 30),
  onTenSeconds('bad-1000-1', 'median', 6),
  onTenSeconds('bad-1000-1', 'p95', 15),
  onTenSeconds('bad-10000-w5-1', 'median', 2),
  onTenSeconds('bad-10000-w5-1', 'p95', 3.5),
  onTenSeconds('bad-10000-w5-0.5', 'p95', 10),
  { cell: 'bad-10000-0.2', decider: 'sluice-10', measure: 'share', limit: { atLeast: 0.95 } },
  onTenSeconds('bad-10000-0.2', 'median', 20),
  onTenSeconds('late-10000-1', 'p95', 3.5),
  { cell: 'bad-10000-5', decider: 'sluice-60', measure: 'p95', limit: { atMost: 2 } },
  onTenSeconds('promote-1000-limit1-0.1', 'median', 6),
]

/** What the gate promises with its default parameters. */
const alpha = 0.01
const beta = 0.05

export function goalsOf({ id, question, deciders }: Cell): readonly Goal[] {
  const named = speed.filter((goal) => goal.cell === id)
  const bound = question.kind === 'good' ? alpha : question.kind === 'promote' && question.isBad ? beta : null
  if (bound === null) return named
  const bounded = deciders.filter((decider) => sluice.includes(decider) || provers.includes(decider))
  return [
    ...named,
    ...bounded.map((decider) => ({ cell: id, decider, measure: 'share', limit: { atMost: bound } }) as const),
  ]
}

export function measureOf(figures: Figures, measure: Measure): number {
  switch (measure) {
    case 'share':
      return figures.share
    case 'median':
      return quantile(figures.delays, 0.5)
    case 'p95':
      return quantile(figures.delays, 0.95)
    case 'failedRequests':
      return figures.failedRequests.mean
  }
}

export function isMet({ limit }: Goal, measured: number): boolean {
  return 'atMost' in limit ? measured <= limit.atMost : measured >= limit.atLeast
}

export function describeGoal({ decider, measure, limit }: Goal): string {
  const [word, value] = 'atMost' in limit ? ['at most', limit.atMost] : ['at least', limit.atLeast]
  return `${deciderNames[decider]}: ${measureNames[measure]} ${word} ${formatMeasure(measure, value)}`
}

const measureNames: Readonly<Record<Measure, string>> = {
  share: 'share',
  median: 'median',
  p95: '95th percentile',
  failedRequests: 'failed requests',
}

export function formatMeasure(measure: Measure, value: number): string {
  if (measure === 'share') return `${Number((100 * value).toFixed(2))} %`
  if (measure === 'failedRequests') return value.toFixed(1)
  return value === Number.POSITIVE_INFINITY ? '—' : `${Number(value.toFixed(2))} min`
}
