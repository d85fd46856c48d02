import { median } from '../median.ts'
import type { Tally } from './load.ts'
import type { RoundResult } from './round.ts'

const widths = [5, 6, 28, 12, 9, 9, 20] as const

function toLine(cells: readonly string[]): string {
  return cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('  ')
}

export const headings = toLine([
  ...['round', 'canary', 'record at the kill(s)', 'ended', 'real s', 'local s', 'weights before, after', 'because'],
])

export function toRow(round: number, result: RoundResult): string {
  const { canary, kills, phase, realSeconds, localSeconds, snapshot, readBack, cause, faults } = result
  const row = toLine([
    String(round + 1),
    canary,
    kills.map((kill) => kill.phase).join(', '),
    phase,
    realSeconds.toFixed(1),
    localSeconds.toFixed(0),
    `${snapshot.blue}/${snapshot.green} → ${readBack.blue}/${readBack.green}`,
    cause,
  ])
  const said = kills.map(({ lastEvent }) => `       last event: ${lastEvent}`)
  return [row, ...said, ...faults.map((fault) => `       MISSED: ${fault}`)].join('\n')
}

/** Totals, and how many rounds ended otherwise than they should. */
export function toSummary(
  results: readonly RoundResult[],
  load: Tally,
): { readonly text: string; readonly missed: number } {
  const missed = results.filter(({ faults }) => faults.length > 0).length
  const bad = results.filter(({ canary }) => canary !== 'good')
  const good = results.filter(({ canary }) => canary === 'good')
  const count = (of: readonly RoundResult[], phase: string) => of.filter((one) => one.phase === phase).length
  const kills = results.flatMap((one) => one.kills)
  const phases = [...new Set(kills.map(({ phase }) => phase))].sort()
  const real = results.map(({ realSeconds }) => realSeconds)
  const text = [
    '',
    `kills         ${kills.length}: ${phases.map((phase) => `${kills.filter((one) => one.phase === phase).length} ${phase}`).join(', ')}`,
    `bad canaries  ${count(bad, 'rolled-back')} of ${bad.length} rolled back`,
    `good canaries ${count(good, 'succeeded')} of ${good.length} succeeded, ${count(good, 'rolled-back')} rolled back`,
    `restart → end median ${median(real).toFixed(1)} s, most ${Math.max(...real).toFixed(1)} s of real time`,
    `requests      ${load.requests}: ${load.canaryErrors} errors of bad versions, ${load.balancerErrors} of the load balancer,`,
    `              ${load.lostWhileDead} unanswered while the process was dead, ${load.lostWhileAlive} while it was alive`,
    missed === 0
      ? 'all rounds ended as they should'
      : `MISSED: ${missed} of ${results.length} rounds ended otherwise than they should`,
  ].join('\n')
  return { text, missed }
}
