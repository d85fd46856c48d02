/**
 * How traffic moves from stable to canary. The API takes one of these; everything behind it works on the list of steps
 * that `buildPlan` makes of it. Percentages have at most one decimal; durations are whole seconds.
 */
export type Strategy =
  | { readonly type: 'blue-green'; readonly bakeSeconds: number }
  | {
      readonly type: 'canary'
      readonly percent: number
      readonly intervalSeconds: number
      readonly bakeSeconds: number
    }
  | {
      readonly type: 'linear'
      readonly percent: number
      readonly intervalSeconds: number
      readonly bakeSeconds: number
    }
  | { readonly type: 'steps'; readonly steps: readonly StepWish[] }
  | { readonly type: 'preset'; readonly name: string }

/** One step as asked for; the weights of a list rise strictly and end at 100. */
export interface StepWish {
  /** Canary share in percent, above 0 up to 100, at most one decimal. */
  readonly weight: number
  readonly bakeSeconds: number
  /** True: a person must approve before this step's weight is written. Default false. */
  readonly approval?: boolean
}
