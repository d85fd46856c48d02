import type { Stop } from '../domain/raise-block.ts'

/**
 * Whether the line is stopped, for every service at once.
 *
 * @throws {TransientError} Every method, if the store cannot be reached; what was to be changed may be.
 */
export interface Line {
  /** The stop that stands; null while the line runs. Strongly consistent. */
  read(): Promise<Stop | null>
  /** Stops the line; takes the place of a stop that stands. */
  stop(stop: Stop): Promise<void>
  /** Lets the line run; nothing if it does. */
  release(): Promise<void>
}
