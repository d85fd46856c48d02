/** One weight with its bake time. */
export interface Step {
  /** Canary share in percent, above 0 up to 100, at most one decimal. */
  readonly weight: number
  /** What the routers can really do for `weight`, percent. */
  readonly effectiveWeight: number
  readonly bakeSeconds: number
  /** A person must approve before this weight is written. */
  readonly approval: boolean
}

/** What a strategy comes down to. */
export interface Plan {
  readonly steps: readonly Step[]
  /** Sum of the bake times: no success is possible earlier. */
  readonly minimumSeconds: number
  /** Sum of weight × minutes over the steps below 100: how much a bad canary can cost. */
  readonly exposurePercentMinutes: number
}
