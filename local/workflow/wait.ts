import type { State } from './definition.ts'
import { TaskError } from './errors.ts'
import { readReference } from './reference.ts'

/**
 * How long a Wait state waits.
 *
 * @param input - Raw input of the state, where SecondsPath and TimestampPath point into.
 * @param now - Local time in milliseconds since the epoch.
 * @returns Milliseconds of local time, at least 0.
 * @throws {TaskError} `States.Runtime` where a path points to nothing that can be waited for.
 */
export function waitMs(state: State | undefined, input: unknown, now: number): number {
  const at = (path: string | undefined) => (path === undefined ? undefined : readReference(input, path))
  const seconds = state?.Seconds ?? at(state?.SecondsPath)
  const until = state?.Timestamp ?? at(state?.TimestampPath)
  const ms = until === undefined ? Number(seconds) * 1000 : Date.parse(String(until)) - now
  if (Number.isNaN(ms)) {
    throw new TaskError('States.Runtime', 'there are neither seconds nor a timestamp to wait for', { final: true })
  }
  return Math.max(0, ms)
}
