import type { DeciderId } from './deciders.ts'
import { quantile } from './figures.ts'
import { describeGoal, formatMeasure } from './goals.ts'
import type { CellResult, GoalResult } from './judgement.ts'
import { formatMinutes } from './report.ts'

export const markers = { begin: '<!-- bench:gates -->', end: '<!-- /bench:gates -->' } as const

/** With names short enough for the head of a table. */
const columns = new Map<DeciderId, string>([
  ['sluice-10', 'Sluice, 10 s'],
  ['sluice-60', 'Sluice, 60 s'],
  ['code-deploy', 'alarm'],
  ['flagger', 'Flagger'],
  ['argo', 'Argo'],
  ['kayenta-cohort', 'Kayenta, cohort'],
  ['kayenta-stable', 'Kayenta, production'],
  ['naive', 'p < 1 %'],
])

/**
 * Puts the results between the markers of a page.
 *
 * @throws {Error} If the page has not exactly one pair of markers, in this order.
 */
export function replaceBetweenMarkers(page: string, results: string): string {
  const [before, middle, ...more] = page.split(markers.begin)
  const [, after, ...others] = (middle ?? '').split(markers.end)
  if (before === undefined || after === undefined || more.length > 0 || others.length > 0)
    throw new Error(`the page needs ${markers.begin} and then ${markers.end}, once each`)
  return `${before}${markers.begin}\n\n${results}\n\n${markers.end}${after}`
}

/** All results as tables for people who choose a gate. */
export function toMarkdown(
  results: readonly CellResult[],
  options: { readonly runs: number; readonly seed: string },
): string {
  const of = (kind: CellResult['cell']['question']['kind']) => results.filter(({ cell }) => cell.question.kind === kind)
  return [
    `${options.runs.toLocaleString('en')} runs a cell, seed \`${options.seed}\`; deployments of 60 minutes, weight 10 % unless said otherwise.`,
    '**A good release is rolled back**, per cent of deployments:',
    table(['situation', ...columns.values()], of('good').map(toShares)),
    '**A bad release is rolled back:** median / 95th percentile in minutes after the fault · failed canary requests:',
    table(['situation', ...columns.values()], of('bad').map(toDelays)),
    '**A release is proven below a limit** by Sluice with 10-s counts, and not rolled back before: share within 60 minutes · median / 95th percentile in minutes; in italics where the release is not below it:',
    toProofs(of('promote')),
    '**Goals:**',
    table(['situation', 'goal', 'measured', ''], toGoals(results)),
  ].join('\n\n')
}

function toShares(result: CellResult): readonly string[] {
  return [
    result.cell.title,
    ...[...columns.keys()].map((id) => perDecider(result, id, ({ share }) => formatPercent(share))),
  ]
}

function toDelays(result: CellResult): readonly string[] {
  const format = ({ delays, failedRequests }: { delays: Float64Array; failedRequests: { mean: number } }) =>
    `${formatDelays(delays)} · ${failedRequests.mean.toFixed(0)}`
  return [result.cell.title, ...[...columns.keys()].map((id) => perDecider(result, id, format))]
}

/** Rows by the canary's rate, columns by traffic and limit. */
function toProofs(results: readonly CellResult[]): string {
  const limits = new Map<string, CellResult[]>()
  for (const result of results) {
    const [, limit = ''] = result.cell.title.split(' errors, ')
    limits.set(limit, [...(limits.get(limit) ?? []), result])
  }
  const titles = new Set(results.map(({ cell }) => cell.title.split(', limit')[0] ?? ''))
  const rows = [...titles].map((title) => [title, ...[...limits.values()].map((column) => toProof(column, title))])
  return table(['release', ...limits.keys()], rows)
}

function toProof(column: readonly CellResult[], title: string): string {
  const result = column.find(({ cell }) => cell.title.startsWith(`${title}, limit`))
  if (result === undefined) return ''
  const { question } = result.cell
  const isFalse = question.kind === 'promote' && question.isBad
  return perDecider(result, 'sluice-10', ({ share, delays }) =>
    isFalse ? `*${formatPercent(share)} %*` : `${formatPercent(share)} % · ${formatDelays(delays)}`,
  )
}

type CellGoal = GoalResult & Pick<CellResult, 'cell'>

/** One row for each goal; a bound on false answers has one row for all situations, with the worst of them. */
function toGoals(results: readonly CellResult[]): readonly (readonly string[])[] {
  const alike = new Map<string, CellGoal[]>()
  for (const { cell, goals } of results) {
    for (const result of goals) {
      const isBound = result.goal.measure === 'share' && 'atMost' in result.goal.limit
      const key = `${isBound ? cell.question.kind : cell.id}: ${describeGoal(result.goal)}`
      alike.set(key, [...(alike.get(key) ?? []), { ...result, cell }])
    }
  }
  return [...alike.values()].map(toGoal)
}

function toGoal(alike: readonly CellGoal[]): readonly string[] {
  const [worst, ...others] = alike.toSorted((one, other) => other.measured - one.measured)
  if (worst === undefined) return []
  const { cell, goal, measured } = worst
  const situation = others.length === 0 ? cell.title : `the worst of ${alike.length} situations: ${cell.title}`
  const met = alike.every((result) => result.met) ? 'met' : '**missed**'
  return [situation, describeGoal(goal), formatMeasure(goal.measure, measured), met]
}

function perDecider(
  { deciders }: CellResult,
  wanted: DeciderId,
  format: (figures: CellResult['deciders'][number]['figures']) => string,
): string {
  const found = deciders.find(({ id }) => id === wanted)
  return found === undefined ? '' : format(found.figures)
}

function formatDelays(delays: Float64Array): string {
  return `${formatMinutes(quantile(delays, 0.5))} / ${formatMinutes(quantile(delays, 0.95))}`
}

function formatPercent(share: number): string {
  return String(Number((100 * share).toFixed(2)))
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
