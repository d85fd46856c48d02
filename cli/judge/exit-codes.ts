/** How a call of `sluice judge` ends, for scripts. */
export const exitCodes = {
  /** It was judged, whatever the verdict; with `--exit-code`: `pass`. */
  judged: 0,
  /** With `--exit-code` only, as is `noData`. */
  fail: 1,
  /** Wrong options, a file that cannot be read, a document that cannot be judged. */
  badInput: 2,
  noData: 3,
  /** The API or CloudWatch did not answer, or refused. */
  source: 4,
  /** A verdict that its own evidence does not give again. */
  disagrees: 5,
} as const

export const exitCodeOf = { pass: exitCodes.judged, fail: exitCodes.fail, 'no-data': exitCodes.noData } as const
