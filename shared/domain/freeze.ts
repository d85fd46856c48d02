/** A time in which nothing is started and no share is raised, over and over: it opens when `cron` matches. */
export interface FreezeWindow {
  /** Five fields: minute, hour, day of the month, month, day of the week. */
  readonly cron: string
  /** From each opening on, seconds of real length: a change of daylight saving time in between does not alter it. */
  readonly durationSeconds: number
  /** IANA name of the zone that `cron` is read in. */
  readonly timeZone: string
  readonly reason?: string
}

/** A window that is open at some instant. */
export interface OpenFreeze {
  readonly window: FreezeWindow
  /** Milliseconds since the epoch; at it, the window is closed. */
  readonly endsAtMs: number
}
