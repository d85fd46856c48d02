import type { Deployment } from './deployment.ts'

/** The one message in a chat that shows a deployment; kept beside it. */
export interface ShownMessage {
  /** Moves with every save; the store's optimistic lock. 1 is the first. */
  readonly revision: number
  readonly channel: string
  /** The chat's name for the message in its channel; null: it is not there (any more). */
  readonly ts: string | null
  /** The version of the deployment that it shows; 0: none yet. */
  readonly version: number
  /** Who writes it now, or died over it; null: nobody. */
  readonly work: { readonly kind: 'post' | 'update'; readonly untilMs: number } | null
}

export type Showing =
  /** It shows what is so, nobody wants to see it, or it may be there without us knowing where. */
  | { readonly type: 'nothing' }
  /** Somebody else is writing it. */
  | { readonly type: 'wait' }
  | { readonly type: 'post'; readonly channel: string }
  | { readonly type: 'update'; readonly channel: string; readonly ts: string }

export interface ShowingQuestion {
  readonly shown: ShownMessage | null
  readonly deployment: Pick<Deployment, 'version' | 'settings'>
  /** Where it is to be where the service names no channel. */
  readonly askedIn: string | null
  /** Real time, milliseconds since the epoch. */
  readonly nowMs: number
}

/**
 * What is to be done so that people see a deployment as it is. A post whose answer never came is not repeated: chats know
 * no idempotency, and two messages of one deployment, one of them never updated again, are worse than a late one.
 */
export function decideShowing({ shown, deployment, askedIn, nowMs }: ShowingQuestion): Showing {
  const channel = shown?.channel ?? deployment.settings.notify?.slackChannel ?? askedIn
  if (channel === null) return { type: 'nothing' }
  if (shown === null) return { type: 'post', channel }
  const { ts, version, work } = shown
  if (work !== null && work.untilMs > nowMs) return { type: 'wait' }
  if (work?.kind === 'post') return { type: 'nothing' }
  if (ts === null) return { type: 'post', channel }
  return version >= deployment.version ? { type: 'nothing' } : { type: 'update', channel, ts }
}
