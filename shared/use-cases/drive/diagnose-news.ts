import type { Deps } from '../../deps.ts'
import type { Deployment, DriverDiagnosisNote } from '../../domain/deployment.ts'
import { type DriverProgress, hasEnded } from '../../domain/driver-progress.ts'
import { diagnoseDriver } from './diagnose-driver.ts'

/**
 * What is behind a stall that is seen for the first time, or behind the end of a deployment that did not succeed; null where
 * there is nothing new to say. It says the same of one event, or of the end, once.
 */
export async function diagnoseNews(
  deps: Deps,
  deployment: Deployment,
  progress: DriverProgress,
): Promise<DriverDiagnosisNote | null> {
  const about = subjectOf(progress)
  if (about === null || deployment.driven?.diagnosis?.about === about) return null
  const text = await diagnoseDriver(deps, deployment, progress)
  return text === null ? null : { about, text }
}

/** The end, or the event that is under way: whether it stalls, the diagnosis finds out. */
function subjectOf(progress: DriverProgress): string | null {
  if (hasEnded(progress)) return progress.status === 'succeeded' ? null : 'the end'
  return progress.events.find(({ status }) => status === 'failed' || status === 'in-progress')?.name ?? null
}
