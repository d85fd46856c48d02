import { isDriverTag } from './driver-tag.ts'
import type { RunningDeployment } from './route-facts.ts'

/** What runs in a group and was not created by Sluice. */
export function foreignIn(running: readonly RunningDeployment[]): readonly RunningDeployment[] {
  return running.filter(({ description }) => !isDriverTag(description))
}

/** What somebody else has begun that can be taken over: what takes another back brings the old version, so it is not. */
export function adoptableIn(running: readonly RunningDeployment[]): readonly RunningDeployment[] {
  return foreignIn(running).filter(isAdoptable)
}

export function isAdoptable({ creator }: Pick<RunningDeployment, 'creator'>): boolean {
  return creator !== 'codeDeployRollback'
}
