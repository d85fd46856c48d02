import { metricsCompleteAfterSeconds } from '../../../shared/ports/metrics-source.ts'
import { apiOf } from '../../api.ts'
import { composeMetrics, composeTargetGroups } from '../../compose.ts'
import type { JudgeTask } from '../arguments.ts'
import { exitCodes } from '../exit-codes.ts'
import { isObject } from '../field-reader.ts'
import { readGateFile } from '../gate-file.ts'
import { nameOf, readJsonFile } from '../read-input.ts'
import { runBacktest } from './backtest.ts'
import { readHistory, sourceOf } from './history.ts'
import { chooseGate, readNow, readService, shiftOf } from './service.ts'
import { showBacktest, toJson } from './show.ts'

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs
/** CloudWatch keeps minutes so long. @see CloudWatch user guide, Metrics retention */
const keptDays = 15

/**
 * Judges what a service did in the last days as if each window had been a release that changed nothing.
 *
 * @throws {TransientError} Or {@link UpstreamError}, if the API or CloudWatch does not answer or refuses.
 * @throws {ValidationError} If there is nothing to judge, or the gate is wrong.
 */
export async function backtest(task: Extract<JudgeTask, { type: 'backtest' }>): Promise<number> {
  const api = apiOf(process.env)
  const service = await readService(api, task.service)
  const document = task.gate === null ? chooseGate(service, task.gateName) : await readJsonFile(task.gate)
  const { parameters, slowSeconds } = readGateFile(document, task.gate === null ? 'the gate' : nameOf(task.gate))
  const source = isObject(document) ? document.source : undefined
  const homeRegion = process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION
  const from = sourceOf(service.routes, { measure: parameters.measure, slowSeconds, source }, homeRegion)
  const { weight, minutes: windowMinutes } = shiftOf(service, task.weight)

  const nowMs = await readNow(api)
  const toMs = Math.floor((nowMs - metricsCompleteAfterSeconds * 1000) / minuteMs) * minuteMs
  const fromMs = toMs - task.days * dayMs
  const [metrics, targetGroups] = await Promise.all([composeMetrics({ now: () => nowMs }), composeTargetGroups()])
  // A day more, for the history of the first window, as far as there is one.
  const range = { fromMs: Math.max(fromMs - dayMs, toMs - keptDays * dayMs), toMs }
  const minutes = await readHistory({ metrics, targetGroups }, from, range)
  const options = { parameters, weight, windowMinutes, fromMs, toMs, splits: task.splits, seed: task.seed }
  const report = { service: task.service, options, ...runBacktest(minutes, options) }
  process.stdout.write(task.json ? `${JSON.stringify(toJson(report))}\n` : showBacktest(report))
  if (!task.exitCode) return exitCodes.judged
  if (report.rolledBack.rate === null) return exitCodes.noData
  return report.rolledBack.rate <= parameters.alpha ? exitCodes.judged : exitCodes.fail
}
