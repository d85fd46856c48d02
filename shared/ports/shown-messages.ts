import type { ShownMessage } from '../domain/shown-message.ts'

/** Where the message of each deployment is, and what it shows. Reads are strongly consistent. */
export interface ShownMessages {
  load(deployment: string): Promise<ShownMessage | null>
  /**
   * Saves `next`, whose `revision` is one above the one read (1: none was there).
   * @throws {ConflictError} If it moved meanwhile.
   */
  save(deployment: string, next: ShownMessage): Promise<void>
}
