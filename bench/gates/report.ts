import { deciderNames } from './deciders.ts'
import { type Figures, quantile } from './figures.ts'
import { describeGoal, formatMeasure } from './goals.ts'
import type { CellResult, DeciderResult, GoalResult } from './judgement.ts'

/** One cell as text, with one line for each decider and one for each goal. */
export function describeCell({ cell, deciders, goals }: CellResult): string {
  const [first] = deciders
  const runs = first?.figures.runs ?? 0
  return [
    `${cell.title} (${cell.id}, ${runs} runs)`,
    ...deciders.map(describeDecider),
    ...goals.map(describeResult),
  ].join('\n')
}

function describeDecider({ id, figures, expected, disagreements }: DeciderResult): string {
  const reference =
    expected === null
      ? ''
      : disagreements.length === 0
        ? `agrees with ${expected}`
        : `DIFFERS from ${expected}: ${disagreements.join(', ')}`
  return `  ${deciderNames[id].padEnd(34)} ${describeFigures(figures).padEnd(44)} ${reference}`.trimEnd()
}

/** Share, median / 95th percentile of the delay, and failed canary requests. */
function describeFigures({ before, share, delays, failedRequests }: Figures): string {
  const early = before === 0 ? '' : ` (${(100 * before).toFixed(2)} % before)`
  const times = `${formatMinutes(quantile(delays, 0.5))} / ${formatMinutes(quantile(delays, 0.95))} min`
  return `${(100 * share).toFixed(2)} %${early} · ${times} · ${failedRequests.mean.toFixed(1)} failed`
}

function describeResult({ goal, measured, met }: GoalResult): string {
  return `  goal ${met ? 'met   ' : 'MISSED'} ${describeGoal(goal)}, is ${formatMeasure(goal.measure, measured)}`
}

/** Minutes with at most two decimals; a dash where it was not reached. */
export function formatMinutes(minutes: number): string {
  return minutes === Number.POSITIVE_INFINITY ? '—' : String(Number(minutes.toFixed(2)))
}

/** The results as data: numbers, null for "not reached". */
export function toJson(results: readonly CellResult[], options: { readonly runs: number; readonly seed: string }) {
  const finite = (value: number) => (Number.isFinite(value) ? value : null)
  return {
    ...options,
    cells: results.map(({ cell, deciders, goals }) => ({
      id: cell.id,
      title: cell.title,
      deciders: deciders.map(({ id, figures, expected, disagreements }) => ({
        id,
        share: figures.share,
        before: figures.before,
        medianMinutes: finite(quantile(figures.delays, 0.5)),
        p95Minutes: finite(quantile(figures.delays, 0.95)),
        failedRequests: figures.failedRequests.mean,
        expected,
        disagreements,
      })),
      goals: goals.map(({ goal, measured, met }) => ({ ...goal, measured: finite(measured), met })),
    })),
  }
}
