import { failureCodes } from '../command.ts'

/** How a call of `sluice judge` ends, for scripts. */
export const exitCodes = {
  /** It was judged, whatever the verdict; with `--exit-code`: `pass`. */
  judged: 0,
  /** With `--exit-code` only, as is `noData`. */
  fail: 1,
  noData: 3,
  /** A verdict that its own evidence does not give again. */
  disagrees: 5,
  ...failureCodes,
} as const

export const exitCodeOf = { pass: exitCodes.judged, fail: exitCodes.fail, 'no-data': exitCodes.noData } as const
