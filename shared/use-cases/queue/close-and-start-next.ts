import type { Deps } from '../../deps.ts'
import { type Deployment, isOver } from '../../domain/deployment.ts'
import { closeDeployment } from '../roll-back.ts'
import { startNextQuietly } from './start-next.ts'

/** Frees what an ended deployment holds, then starts the next one that waits for its service. Safe to repeat. */
export async function closeAndStartNext(deps: Deps, id: string): Promise<Deployment> {
  const deployment = await closeDeployment(deps, id)
  if (isOver(deployment.phase)) await startNextQuietly(deps, deployment.service)
  return deployment
}
