import { Cron } from 'croner'
import type { FreezeWindow, OpenFreeze } from '../domain/freeze.ts'

/**
 * The windows that are open at an instant. Each is open from the second at which its cron expression matches, for its
 * duration. Where clocks are set forward over an opening, it opens at that moment; where they are set back and an hour
 * comes twice, a fixed hour opens it the first time.
 *
 * Reads no clock. The expressions were checked when the service was stored, see {@link findCronProblem}.
 *
 * @param atMs - Milliseconds since the epoch.
 */
export function openWindows(windows: readonly FreezeWindow[], atMs: number): readonly OpenFreeze[] {
  return windows.flatMap((window) => {
    const openedAtMs = lastOpeningMs(window, atMs)
    if (openedAtMs === null) return []
    const endsAtMs = openedAtMs + window.durationSeconds * 1000
    return endsAtMs > atMs ? [{ window, endsAtMs }] : []
  })
}

/** The newest opening decides: every window of one expression is equally long, so an earlier one never ends later. */
function lastOpeningMs({ cron, timeZone }: FreezeWindow, atMs: number): number | null {
  // The library looks strictly before its reference, and an opening counts from its own millisecond on.
  const [opening] = parseCron(cron, timeZone).previousRuns(1, new Date(atMs + 1))
  return opening?.getTime() ?? null
}

/** What is wrong with a cron expression, as the end of a sentence that begins with its path; null when nothing is. */
export function findCronProblem(cron: string): string | null {
  if (cron.trim().split(/\s+/).length !== 5)
    return 'must have five fields: minute, hour, day of the month, month, day of the week'
  try {
    const never = parseCron(cron, 'UTC').nextRun(anyInstant) === null
    return never ? 'must match some day; this one never comes' : null
  } catch (error) {
    const detail = error instanceof Error ? error.message.replace(/^CronPattern: /, '') : String(error)
    return `must be a cron expression of five fields, such as "0 18 * * 5": ${detail}`
  }
}

export function isTimeZone(name: string): boolean {
  // Offsets such as +09:00 pass on some versions of Node.js, and know nothing of daylight saving time.
  if (!/^[A-Za-z]/.test(name)) return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

/** A date that never comes (31 February) has no opening after any instant. */
const anyInstant = new Date(0)

/** Paused: it only calculates and sets no timer. */
function parseCron(cron: string, timezone: string): Cron {
  return new Cron(cron, { timezone, mode: '5-part', paused: true })
}
