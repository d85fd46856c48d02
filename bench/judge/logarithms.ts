export interface LogarithmCalls {
  readonly log: number
  readonly log1p: number
}

/** How often `run` calls Math.log and Math.log1p. Wrapped for this one pass only: what is timed runs without. */
export function countCalls(run: () => void): LogarithmCalls {
  const { log, log1p } = Math
  const calls = { log: 0, log1p: 0 }
  Math.log = (value) => {
    calls.log++
    return log(value)
  }
  Math.log1p = (value) => {
    calls.log1p++
    return log1p(value)
  }
  try {
    run()
  } finally {
    Object.assign(Math, { log, log1p })
  }
  return calls
}

/** So many logarithms and nothing else. Their arguments change, and their sum is used, so that none can be left out. */
export function runLogarithms(calls: LogarithmCalls): number {
  let sum = 0
  for (let index = 0; index < calls.log; index++) sum += Math.log(1.5 + (index & 1023))
  for (let index = 0; index < calls.log1p; index++) sum += Math.log1p(0.001 * (index & 1023))
  return sum
}
