import type { SlotWeights } from './site.ts'

export interface Outcome {
  readonly isGood: boolean
  /** Slot of the new version. */
  readonly canary: keyof SlotWeights
  readonly phase: string
  readonly snapshot: SlotWeights
  readonly readBack: SlotWeights
}

/**
 * What is wrong with how a deployment ended, one sentence each. A bad version must end `rolled-back` with the weights of
 * the snapshot; a good one may succeed instead, with everything on it.
 */
export function findFaults({ isGood, canary, phase, snapshot, readBack }: Outcome): readonly string[] {
  const shown = `blue ${readBack.blue} / green ${readBack.green}`
  if (isGood && phase === 'succeeded') {
    const stable = canary === 'green' ? 'blue' : 'green'
    const isWhole = readBack[canary] > 0 && readBack[stable] === 0
    return isWhole ? [] : [`succeeded, but ${canary} has not everything: ${shown}`]
  }
  const isBack = readBack.blue === snapshot.blue && readBack.green === snapshot.green
  return [
    ...(phase === 'rolled-back' ? [] : [`ended "${phase}", not "rolled-back"`]),
    ...(isBack ? [] : [`weights are ${shown}, before they were blue ${snapshot.blue} / green ${snapshot.green}`]),
  ]
}
