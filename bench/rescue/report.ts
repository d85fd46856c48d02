import { median } from '../median.ts'
import type { Rescue, Rescuer } from './round.ts'

/** Local seconds from CloudWatch showing the breach to the rollback read back: a minute's wait and the work, or the work. */
export const goalSeconds: Readonly<Record<Rescuer, number>> = {
  'minute check': 65,
  'alarm event': 5,
  'composite alarm event': 5,
}
/** Local seconds from the end of an execution to the start of its successor. */
export const successionGoalSeconds = 5

export function toRow({ rescuer, phase, seconds, lagMs, cause, faults }: Rescue): string {
  const figures = `${seconds.toFixed(2).padStart(6)} s  ${lagMs.toFixed(0).padStart(4)} ms late`
  const row = `${rescuer.padEnd(22)}  ${phase.padEnd(12)}  ${figures}  ${cause}`
  return [row, ...faults.map((fault) => `  MISSED: ${fault}`)].join('\n')
}

/** Goals that were missed, one sentence each. */
export function findMissed(rescues: readonly Rescue[], successions: readonly number[]): readonly string[] {
  return [
    ...rescues.flatMap(({ rescuer, faults }) => faults.map((fault) => `${rescuer}: ${fault}`)),
    ...rescues
      .filter(({ rescuer, seconds }) => !(seconds < goalSeconds[rescuer]))
      .map(({ rescuer, seconds }) => `${rescuer}: ${seconds.toFixed(2)} s, goal ${goalSeconds[rescuer]} s`),
    ...successions
      .filter((seconds) => !(seconds < successionGoalSeconds))
      .map((seconds) => `a successor began after ${seconds.toFixed(2)} s, goal ${successionGoalSeconds} s`),
  ]
}

/** Median and maximum of each way, in local seconds. */
export function toSummary(rescues: readonly Rescue[], successions: readonly number[]): string {
  const rescuers = [...new Set(rescues.map(({ rescuer }) => rescuer))]
  const lines = rescuers.map((rescuer) => {
    const seconds = rescues.filter((one) => one.rescuer === rescuer).map((one) => one.seconds)
    return toLine(`breach → rolled back, ${rescuer}`, seconds, goalSeconds[rescuer])
  })
  if (successions.length > 0) lines.push(toLine('ABORTED → successor', successions, successionGoalSeconds))
  return ['', ...lines].join('\n')
}

function toLine(title: string, seconds: readonly number[], goal: number): string {
  const figures = `median ${median(seconds).toFixed(2)} s, max ${Math.max(...seconds).toFixed(2)} s of ${seconds.length}`
  return `${title.padEnd(46)} ${figures} (goal: < ${goal} s, local)`
}
