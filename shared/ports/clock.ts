/** The two clocks. On AWS both are the same; local mode runs local time faster. */
export interface Clock {
  /** Local time, milliseconds since the epoch: bakes, deadlines, every `…At`. Never goes back. */
  now(): number
  /** Real time, milliseconds since the epoch: leases, time-outs of real I/O. */
  realNow(): number
  /** Waits in real time. */
  sleep(realMs: number): Promise<void>
}

/** ISO 8601 in UTC of a clock's instant. */
export function toInstant(ms: number): string {
  return new Date(ms).toISOString()
}
