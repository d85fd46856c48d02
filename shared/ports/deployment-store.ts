import type { Deployment, DeploymentEvent, DeploymentMeasures, Phase } from '../domain/deployment.ts'
import type { SettledBucket } from '../domain/gates/compare-buckets.ts'
import type { Page, PageRequest } from './page.ts'

/**
 * Keeps deployments. Single-item conditional writes only; every read by id is strongly consistent. A write whose answer
 * was lost may be repeated: every method says what the second call does.
 */
export interface DeploymentStore {
  /**
   * Binds an idempotency key to an id, once.
   * @returns What the key is bound to afterwards: this claim, or the earlier one. Repeating it changes nothing.
   */
  claimKey(key: string, claim: KeyClaim): Promise<KeyClaim>

  /**
   * Points the service at its open deployment if it has none. What is watched rests from then on, in the same write.
   * @returns The open deployment that it points at afterwards.
   */
  takePointer(service: string, id: string): Promise<string>
  /**
   * Frees the service for the next deployment while `id`, which has ended, is still watched, in the place of any other:
   * in one write, so that nobody can begin unseen in between. Nothing unless the pointer names `id` as open.
   */
  watchPointer(service: string, id: string): Promise<void>
  /**
   * Frees the pointer if it still names `id`, open or watched; otherwise nothing. Where `id` is open, what was watched
   * before it is watched again: for a deployment that wrote nothing.
   */
  freePointer(service: string, id: string): Promise<void>
  /** The open deployment of `service`, or null. */
  pointer(service: string): Promise<string | null>
  /** The deployment of `service` that has ended and is still watched; null while another one is open. */
  watched(service: string): Promise<string | null>
  /** Every pointer: the list of what is open, or has ended and is still watched. */
  listPointers(page: PageRequest): Promise<Page<Pointer>>

  /**
   * Puts a deployment in its service's queue. Once more: it keeps its place, and `enqueuedAt` is the newest.
   */
  enqueue(entry: QueueEntry): Promise<void>
  /** What waits for `service`, in order of id: the order in which it was asked for. Strongly consistent. */
  queueOf(service: string): Promise<readonly QueueEntry[]>
  /** Takes `entry` out of the queue, unless it was put there again since it was read; nothing if it is not there. */
  leaveQueue(entry: QueueEntry): Promise<void>
  /** Every queue, by service and then in its order. */
  listQueues(page: PageRequest): Promise<Page<QueueEntry>>

  /** Puts the record if absent. @returns The record that is there afterwards. */
  create(deployment: Deployment): Promise<Deployment>
  load(id: string): Promise<Deployment | null>
  /**
   * Saves `next`, whose `revision` is one above the one it was made from. Events in `lastEvents` are copied to items of
   * their own (put if absent by `seq`) after the save; a copy that fails is made up for later.
   * @throws {ConflictError} If the stored revision is another one.
   */
  save(next: Deployment): Promise<void>
  /** Newest first (ids sort by time). May lag behind a save by a moment. */
  list(filter: DeploymentFilter, page: PageRequest): Promise<Page<Deployment>>

  /** In order of `seq`, the record's `lastEvents` merged in. */
  listEvents(id: string, page: PageRequest): Promise<Page<DeploymentEvent>>
  /** Copies events that are only in the record to items of their own. Safe to repeat. */
  copyEvents(deployment: Deployment): Promise<void>

  loadMeasures(id: string): Promise<DeploymentMeasures | null>
  /** Saves `next`, whose `revision` is one above the one read (1: none was there). @throws {ConflictError} If it moved. */
  saveMeasures(id: string, next: DeploymentMeasures): Promise<void>

  /**
   * Keeps settled buckets of a compare gate, each put if absent by gate and end: one that was kept before wins and is
   * never revised. Repeating it changes nothing.
   * @returns What is kept afterwards for each, in the order given.
   */
  keepBuckets(id: string, gate: string, buckets: readonly SettledBucket[]): Promise<readonly SettledBucket[]>
  /** Oldest first. */
  listBuckets(id: string, gate: string, page: PageRequest): Promise<Page<SettledBucket>>

  /** Remembers the token that wakes the waiting workflow; the newest wins. */
  saveWakeToken(id: string, token: string): Promise<void>
  wakeToken(id: string): Promise<string | null>
}

/** What a service's pointer names. One per service. */
export interface Pointer {
  readonly service: string
  readonly id: string
  readonly state: 'open' | 'watched'
}

/** A deployment that waits for its turn. What it asks for is in its record. */
export interface QueueEntry {
  readonly service: string
  readonly id: string
  readonly enqueuedAt: string
}

export interface KeyClaim {
  readonly id: string
  /** SHA-256 of the canonical body, hex. */
  readonly bodyHash: string
}

export interface DeploymentFilter {
  readonly service?: string
  readonly phase?: Phase
}
