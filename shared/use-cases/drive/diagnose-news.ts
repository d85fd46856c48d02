import type { Deps } from '../../deps.ts'
import type { Deployment } from '../../domain/deployment.ts'
import type { DriverProgress } from '../../domain/driver-progress.ts'

/** placeholder until the diagnosis lands */
export async function diagnoseNews(
  _deps: Deps,
  _deployment: Deployment,
  _progress: DriverProgress,
): Promise<string | null> {
  return null
}
