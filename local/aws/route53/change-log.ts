import type { ChangeInfo } from '@aws-sdk/client-route-53'
import { refuse } from './errors.ts'
import { bareId, newId } from './resource-id.ts'

/** A change that was accepted. Plain JSON, as it is saved. */
export interface ChangeRecord {
  readonly id: string
  /** Local time, milliseconds since the epoch. */
  readonly submittedAtMs: number
  readonly comment?: string
}

/** The changes of all hosted zones, and whether they have reached every name server. */
export interface ChangeLog {
  /** Writes a change down. @returns It as the API answers it, `PENDING`. */
  add(comment?: string): ChangeInfo
  /** @throws {AwsError} `NoSuchChange`. */
  get(id: string): ChangeInfo
  save(): readonly ChangeRecord[]
  load(saved: readonly ChangeRecord[]): void
}

/** Enough for minutes of changes at the account's full rate; without an end every save would grow. */
const mostKept = 2000

/**
 * @param now - Local milliseconds since the epoch.
 * @param insyncSeconds - Local seconds from a change to its `INSYNC`.
 */
export function createChangeLog(now: () => number, insyncSeconds: number): ChangeLog {
  const changes = new Map<string, ChangeRecord>()
  const show = ({ id, submittedAtMs, comment }: ChangeRecord): ChangeInfo => ({
    Id: `/change/${id}`,
    Status: now() < submittedAtMs + insyncSeconds * 1000 ? 'PENDING' : 'INSYNC',
    SubmittedAt: new Date(submittedAtMs),
    ...(comment !== undefined && { Comment: comment }),
  })
  return {
    add(comment) {
      const change = { id: newId('C'), submittedAtMs: Math.floor(now()), ...(comment !== undefined && { comment }) }
      changes.set(change.id, change)
      for (const oldest of changes.keys()) {
        if (changes.size <= mostKept) break
        changes.delete(oldest)
      }
      return show(change)
    },
    get(id) {
      const change = changes.get(bareId(id))
      return change ? show(change) : refuse('NoSuchChange', `Could not find resource with ID: ${id}`, 404)
    },
    save: () => [...changes.values()],
    load(saved) {
      changes.clear()
      for (const change of saved) changes.set(change.id, change)
    },
  }
}
