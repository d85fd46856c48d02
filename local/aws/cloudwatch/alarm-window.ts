/** How an alarm counts points that are not there. Default of the API: `missing`. */
export type MissingData = 'missing' | 'notBreaching' | 'breaching' | 'ignore'

export interface WindowRule {
  /** N: data points that decide. */
  readonly evaluationPeriods: number
  /** M: breaching points among them that raise the alarm; 1 to N. */
  readonly datapointsToAlarm: number
  readonly missingData: MissingData
}

/** One period of the evaluation range: whether its point breaches, or undefined where there is none. */
export type Slot = boolean | undefined

export interface WindowVerdict {
  readonly outcome: 'ALARM' | 'OK' | 'INSUFFICIENT_DATA' | 'retain'
  /** Indexes of the real points that decided, ascending. */
  readonly used: readonly number[]
  /** Missing points that had to be filled in. */
  readonly filled: number
}

/**
 * How many periods an alarm looks at: more than N, so that real older points stand in for missing new ones. The
 * documented example is 5 for N = 3; the rest is ours, since AWS does not tell. It is why an alarm on sparse errors
 * recovers minutes after the last error.
 */
export function evaluationRange(evaluationPeriods: number): number {
  return Math.max(5, evaluationPeriods + 2)
}

/**
 * Decides an alarm's state from its evaluation range.
 *
 * @param slots - Oldest first.
 * @see Amazon CloudWatch User Guide, Configuring how CloudWatch alarms treat missing data, with both of its tables
 */
export function judgeWindow(slots: readonly Slot[], rule: WindowRule): WindowVerdict {
  const { evaluationPeriods: n, datapointsToAlarm: m } = rule
  const real = slots.flatMap((slot, index) => (slot === undefined ? [] : [index]))
  const used = real.slice(-n)
  const filled = n - used.length
  const breaching = used.filter((index) => slots[index]).length
  const outcome = (): WindowVerdict['outcome'] => {
    if (breaching >= m) return 'ALARM'
    if (filled === 0) return 'OK'
    if (rule.missingData === 'notBreaching') return 'OK'
    if (rule.missingData === 'breaching') return breaching + filled >= m ? 'ALARM' : 'OK'
    if (breaching < used.length) return 'OK'
    // Nothing but breaching points, too few of them. Once the oldest is M periods old it raises the alarm ("premature
    // alarm state" in the guide); until then the next point may still clear it.
    const [oldest] = used
    const isOldEnough = oldest !== undefined && slots.length - oldest >= m
    if (rule.missingData === 'ignore') return 'retain'
    return isOldEnough ? 'ALARM' : 'INSUFFICIENT_DATA'
  }
  return { outcome: outcome(), used, filled }
}
