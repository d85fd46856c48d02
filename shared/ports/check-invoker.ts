/** Calls the check function and waits for its answer: the API itself holds no write right on traffic. */
export interface CheckInvoker {
  /** @throws {TransientError} If the function could not be invoked, failed, or takes longer than a caller can wait. */
  check(): Promise<CheckReport>
}

/** What one look at everything that is open came to. */
export interface CheckReport {
  /** How many deployments were looked at: all that are open or have just ended, and the first of each queue. */
  readonly checked: number
  /** Those that could not be, or not wholly, by id; the next look tries them again. */
  readonly failed: readonly { readonly id: string; readonly reason: string }[]
}
