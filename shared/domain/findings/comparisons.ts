import type { Finding } from '../deployment.ts'
import type { CountsReading } from '../gates/compare-buckets.ts'
import type { CompareGate } from '../gates/gate.ts'
import { aWarning, type PreflightFacts } from './facts.ts'

/** Whether the compare gates have a baseline to compare with. */
export function comparisonFindings(facts: PreflightFacts): Finding[] {
  return facts.gates
    .filter((gate) => gate.kind === 'compare')
    .flatMap((gate) => {
      const reading = facts.counts.find((entry) => entry.gate === gate.name)?.reading
      return reading === undefined ? [] : emptyCounts(gate, reading)
    })
}

function emptyCounts(gate: CompareGate, reading: CountsReading): Finding[] {
  if (reading.status === 'error') {
    const detail = `the counts of stable could not be read from ${reading.source}: ${reading.reason}`
    return [aWarning(`not-looked-at:metric:${gate.name}`, 'A metric was not looked at', detail)]
  }
  const stable = reading.windows.flatMap(({ strata }) => strata.map((stratum) => stratum.stable))
  const served = stable.filter(({ requests }) => requests !== null && requests > 0)
  if (served.length === 0) return [empty(gate, `${reading.source} has no requests of stable lately: ${whatThen(gate)}`)]
  if (served.some(({ bad }) => bad !== null)) return []
  const detail =
    `${reading.source} measures how long requests take and cannot count those over ${gate.slowSeconds} s: CloudWatch ` +
    `keeps no distribution of this metric. Compare counters of your own instead, or gate ${gate.name} ends as no-data`
  return [empty(gate, detail)]
}

function whatThen({ name, source }: CompareGate): string {
  return source === 'router'
    ? `with no more traffic than this, gate ${name} ends as no-data`
    : `check namespace, names, dimensions and period of the counters, or gate ${name} ends as no-data`
}

function empty(gate: CompareGate, detail: string): Finding {
  return aWarning(`metric-empty:${gate.name}`, 'A metric has no data', detail)
}
