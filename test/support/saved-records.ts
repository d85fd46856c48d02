import type { Deployment, DeploymentEvent } from '../../shared/domain/deployment.ts'
import type { DeploymentStore } from '../../shared/ports/deployment-store.ts'
import { anEvent } from './builders.ts'

/** The next record of `from`, with one event more, as a transition makes it. The event says the reason of `changes`. */
export function nextOf(from: Deployment, changes: Partial<Deployment> = {}): Deployment {
  const seq = from.eventSeq + 1
  const event = anEvent({ seq, reason: changes.reason ?? `transition ${seq}` })
  const revision = from.revision + 1
  return { ...from, revision, eventSeq: seq, lastEvents: [...from.lastEvents, event], ...changes }
}

/** The stored record. @throws If there is none. */
export async function loadOrThrow(store: DeploymentStore, id: string): Promise<Deployment> {
  const deployment = await store.load(id)
  if (deployment === null) throw new Error(`${id} is not there`)
  return deployment
}

export const seqsOf = (events: readonly DeploymentEvent[]) => events.map((event) => event.seq)
