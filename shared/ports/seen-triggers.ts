/**
 * Which commands and clicks were taken already. A signature stays good for minutes: whoever recorded a request could send
 * it again, and Slack's own retries look the same.
 */
export interface SeenTriggers {
  /**
   * Takes a trigger id. Of any number of calls with the same id, also at the same time, exactly one is told true.
   *
   * @param triggerId - Slack's, unique per command and click.
   * @returns False: somebody took it within the last {@link keptMs}.
   * @throws {TransientError} If that cannot be known now; it may count as taken.
   */
  take(triggerId: string): Promise<boolean>
}

/**
 * How long a trigger is kept, milliseconds of real time. A request can be 300 s old or dated 300 s ahead, so that one
 * signature is good for up to 600 s; clocks may differ a little on top.
 */
export const keptMs = 900_000
