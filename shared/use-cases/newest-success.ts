import type { DeploymentStore } from '../ports/deployment-store.ts'

interface Reading {
  readonly deployments: Pick<DeploymentStore, 'watched' | 'load' | 'list'>
}

/**
 * Id of the deployment that a late rollback of `service` would take back; null where none has succeeded. For whoever asks a
 * person about it first: by the answer, another one may have succeeded.
 */
export async function findNewestSuccessId(deps: Reading, service: string): Promise<string | null> {
  const { deployments } = deps
  // The list may lag behind what has just succeeded.
  const watchedId = await deployments.watched(service)
  const watched = watchedId === null ? null : await deployments.load(watchedId)
  if (watched?.lateRollbackOf !== undefined) return watched.lateRollbackOf
  if (watched?.phase === 'succeeded') return watched.id
  const { items } = await deployments.list({ service, phase: 'succeeded' }, { limit: 1, cursor: null })
  return items[0]?.id ?? null
}
