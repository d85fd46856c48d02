import { once } from 'node:events'
import type { ValidationError } from '../../shared/domain/errors.ts'
import { apiOf, readFromApi } from '../api.ts'
import { runCommand } from '../command.ts'
import { type JudgeTask, readJudgeArguments } from './arguments.ts'
import { readCountsDocument } from './counts-document.ts'
import { exitCodeOf, exitCodes } from './exit-codes.ts'
import { readGateFile } from './gate-file.ts'
import { traceCounts } from './judge-counts.ts'
import { judgeLine, toLines } from './judge-lines.ts'
import { nameOf, readChunks, readJsonFile } from './read-input.ts'
import { replayEvent, showReplayed, withBuckets } from './replay.ts'
import { showJudged, showTrace } from './show.ts'
import { judgeUsage } from './usage.ts'

/** `sluice judge`. Returns the exit code. */
export function runJudge(args: readonly string[]): Promise<number> {
  process.stdout.on('error', leaveWithReader)
  return runCommand(() => perform(readJudgeArguments(args)), describe)
}

function perform(task: JudgeTask): Promise<number> | number {
  switch (task.type) {
    case 'help':
      process.stdout.write(judgeUsage)
      return exitCodes.judged
    case 'counts':
      return judgeOne(task)
    case 'lines':
      return judgeStream(task)
    case 'event':
      return judgeAgain(task)
    case 'backtest':
      return judgePast(task)
  }
}

async function judgeOne({
  gate,
  data,
  json,
  trace,
  exitCode,
}: Extract<JudgeTask, { type: 'counts' }>): Promise<number> {
  const { parameters } = readGateFile(await readJsonFile(gate), nameOf(gate))
  const document = readCountsDocument(await readJsonFile(data), parameters.measure, nameOf(data))
  const { judged, trace: lines } = traceCounts(parameters, document)
  if (json) process.stdout.write(`${JSON.stringify({ ...judged, ...(trace && { trace: lines }) })}\n`)
  else {
    process.stdout.write(showJudged(judged, parameters, document))
    if (trace) process.stdout.write(`\n${showTrace(lines, document)}`)
  }
  return exitCode ? exitCodeOf[judged.verdict] : exitCodes.judged
}

async function judgeStream({ gate, data, trace }: Extract<JudgeTask, { type: 'lines' }>): Promise<number> {
  const { parameters } = readGateFile(await readJsonFile(gate), nameOf(gate))
  let code: number = exitCodes.judged
  for await (const line of toLines(readChunks(data))) {
    const result = judgeLine(parameters, line, { trace })
    if ('error' in result) code = exitCodes.badInput
    // A slow reader holds the stream back: nothing piles up in memory.
    if (!process.stdout.write(`${JSON.stringify(result)}\n`)) await once(process.stdout, 'drain')
  }
  return code
}

async function judgeAgain({ event, json }: Extract<JudgeTask, { type: 'event' }>): Promise<number> {
  const whole = await withBuckets(await readJsonFile(event), (path) => readFromApi(apiOf(process.env), path))
  const replayed = replayEvent(whole, nameOf(event))
  process.stdout.write(json ? `${JSON.stringify(replayed)}\n` : showReplayed(replayed))
  return replayed.agrees ? exitCodes.judged : exitCodes.disagrees
}

/** Loaded for this task only: no other needs AWS. */
async function judgePast(task: Extract<JudgeTask, { type: 'backtest' }>): Promise<number> {
  const { backtest } = await import('./backtest/main.ts')
  return backtest(task)
}

function describe({ message, problems }: ValidationError): string {
  const lines = problems.map(({ path, message: rule }) => `  ${path === '' ? 'the document' : path} ${rule}`)
  return [`sluice: ${message}${lines.length > 0 ? ':' : ''}`, ...lines, ''].join('\n')
}

/** `sluice judge … | head`: whoever reads has seen enough. */
function leaveWithReader(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
  process.exit(exitCodes.judged)
}
