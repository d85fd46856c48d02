import type { Rule } from './minute.ts'

export interface AlarmParameters {
  /** The error rate (fraction) above which a point breaches. Default 0.01. */
  readonly threshold: number
  /** So many breaching points in a row put the alarm into ALARM. Default 2. */
  readonly points: number
}

/**
 * AWS CodeDeploy with one CloudWatch alarm on the canary's own error rate, period 60 s, all of `points` points. Publication
 * and evaluation are taken to be instant, which flatters it by some minutes. A minute without requests has no point.
 *
 * @see AWS CodeDeploy user guide, Monitoring deployments with CloudWatch alarms; CloudWatch user guide, Evaluating an alarm
 */
export function createCodeDeployLike({ threshold, points }: AlarmParameters = { threshold: 0.01, points: 2 }): Rule {
  return (minutes) => {
    let breaching = 0
    for (const [index, { canary }] of minutes.entries()) {
      if (canary.requests === 0) continue
      breaching = canary.bad / canary.requests > threshold ? breaching + 1 : 0
      if (breaching >= points) return index + 1
    }
    return null
  }
}
