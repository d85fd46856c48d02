/**
 * Measures what the comparison gate's statistics cost: 10,000 windows of 60 buckets, judged without confidence sequences,
 * against a bare loop that makes the same number of calls of Math.log and Math.log1p, in turns in one process.
 *
 * `npm run bench:judge [-- --rounds 5 --windows 10000 --json FILE]`; exit code 1 above the goal.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { readCountsDocument } from '../cli/judge/counts-document.ts'
import { judgeLine } from '../cli/judge/judge-lines.ts'
import {
  addBucket,
  type ComparisonParameters,
  defaultParameters,
  fixComparison,
  readComparison,
  startComparison,
} from '../shared/domain/sequential-test.ts'
import { countCalls, type LogarithmCalls, runLogarithms } from './judge/logarithms.ts'
import { createWindows, type WindowOfCounts } from './judge/windows.ts'

/** Judging may take so many times as long as its logarithms alone. */
const goal = 20

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    windows: { type: 'string', default: '10000' },
    json: { type: 'string' },
  },
})

const parameters = defaultParameters('errors')
const windows = createWindows({ windows: Number(flags.windows), buckets: 60, badRate: 0.001 })
const exactWindows = createWindows({ windows: Number(flags.windows) / 20, buckets: 60, badRate: 0.05 })
process.exitCode = report(measure())

function measure() {
  const calls = countCalls(() => judgeAll(parameters, windows))
  const rounds = Array.from({ length: Number(flags.rounds) }, () => measureRound(calls))
  const slow = defaultParameters('slow')
  const slowMs = median(Array.from({ length: 3 }, () => time(() => judgeAll(slow, exactWindows))))
  return { calls, rounds, slowMs, ...measureLines() }
}

/** In twenty short turns, so that a neighbour on the machine disturbs both alike. */
function measureRound(calls: LogarithmCalls) {
  const [turns, size] = [20, Math.ceil(windows.length / 20)]
  let [judgingMs, logarithmsMs] = [0, 0]
  for (let turn = 0; turn < turns; turn++) {
    judgingMs += time(() => judgeAll(parameters, windows.slice(turn * size, (turn + 1) * size)))
    logarithmsMs += time(() => runLogarithms({ log: calls.log / turns, log1p: calls.log1p / turns }))
  }
  return { judgingMs, logarithmsMs, ratio: judgingMs / logarithmsMs }
}

function judgeAll(chosen: ComparisonParameters, all: readonly WindowOfCounts[]): number {
  let failed = 0
  for (const { buckets } of all) {
    const fixed = fixComparison(chosen, { bucketSeconds: 60, plannedBuckets: buckets.length, history: null })
    let state = startComparison(chosen)
    for (const bucket of buckets) state = addBucket(chosen, fixed, state, bucket)
    if (readComparison(chosen, state).verdict === 'fail') failed++
  }
  return failed
}

/** A document a line, with sequences and the sentence: as `sluice judge --ndjson` answers it. */
function measureLines() {
  const lines = windows.slice(0, 500).map(({ document }) => JSON.stringify(document))
  let length = 0
  const linesMs = time(() => {
    for (const [number, text] of lines.entries())
      length += JSON.stringify(judgeLine(parameters, { number, text }, { trace: false })).length
  })
  const readMs = time(() => {
    for (const text of lines) readCountsDocument(JSON.parse(text), 'errors', 'the line')
  })
  return { linesPerSecond: (1000 * lines.length) / linesMs, readMsPerLine: readMs / lines.length, bytesOut: length }
}

function report({ calls, rounds, slowMs, linesPerSecond, readMsPerLine }: ReturnType<typeof measure>): number {
  const ratio = median(rounds.map((round) => round.ratio))
  const judgingMs = median(rounds.map((round) => round.judgingMs))
  const buckets = windows.length * 60
  const result = {
    ratio,
    goal,
    judgingMs,
    logarithmsMs: median(rounds.map((round) => round.logarithmsMs)),
    logarithms: calls.log + calls.log1p,
    microsecondsPerBucket: (1000 * judgingMs) / buckets,
    slowMicrosecondsPerBucket: (1000 * slowMs) / (exactWindows.length * 60),
    linesPerSecond,
  }
  console.log(`${windows.length} windows of 60 buckets, medians of ${rounds.length} rounds in turns`)
  console.log(`  judging       ${judgingMs.toFixed(0)} ms, ${result.microsecondsPerBucket.toFixed(2)} µs a bucket`)
  console.log(
    `  logarithms    ${result.logarithmsMs.toFixed(0)} ms, ${(result.logarithms / buckets).toFixed(1)} a bucket`,
  )
  console.log(`  slow, exact   ${result.slowMicrosecondsPerBucket.toFixed(2)} µs a bucket`)
  console.log(
    `  lines         ${linesPerSecond.toFixed(0)} a second with sequences; reading ${(1000 * readMsPerLine).toFixed(0)} µs each`,
  )
  console.log(`ratio ${ratio.toFixed(1)}, goal: at most ${goal}`)
  if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify(result)}\n`)
  return ratio <= goal ? 0 : 1
}

function time(run: () => unknown): number {
  const started = performance.now()
  run()
  return performance.now() - started
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
