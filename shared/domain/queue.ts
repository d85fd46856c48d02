import type { Deployment } from './deployment.ts'

/** How many deployments of one service may wait. Starts at the same moment may go one or two beyond it. */
export const queueLimit = 20

/** Where a deployment stands that waits for its turn. */
export interface QueuePlace {
  /** Among those that wait, from 1: the next one to start. */
  readonly position: number
  /** What must end first: the open deployment, then those that wait before it, in order. */
  readonly ahead: readonly string[]
  /** What it waits for now, in a sentence. */
  readonly reason: string
}

export interface QueueFacts {
  /** The open deployment of the service; null: there is none, or it has no record (yet). */
  readonly open: Pick<Deployment, 'id' | 'phase' | 'cause'> | null
  /** Ids of what waits, in order; with this one or without it. */
  readonly waiting: readonly string[]
}

export function placeOf(deployment: Deployment, { open, waiting }: QueueFacts): QueuePlace {
  const isBefore = (id: string) => id < deployment.id && id !== open?.id
  const before = waiting.filter(isBefore)
  const first = open === null || open.id === deployment.id ? null : open
  return {
    position: before.length + 1,
    ahead: [...(first ? [first.id] : []), ...before],
    reason: whyWaiting(deployment, first, before),
  }
}

function whyWaiting(deployment: Deployment, open: QueueFacts['open'], before: readonly string[]): string {
  const [next] = before
  if (next !== undefined) return `${next} starts before it`
  if (open === null) return deployment.waitsFor?.reason ?? 'its turn has come; it starts within a minute'
  const { heldBack } = deployment
  if (heldBack?.deployment === open.id) return `${open.id} cannot be taken back: ${heldBack.reason}`
  switch (open.phase) {
    case 'rollback-failed':
      return `${open.id} could not be restored; that is tried again every minute, and a person was called`
    case 'halted':
    case 'rolling-back':
      return `${open.id} is ${open.phase}${open.cause ? `: ${open.cause.reason}` : ''}`
    default:
      return `${open.id} is ${open.phase}`
  }
}
