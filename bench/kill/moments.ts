import { createSeededRandom } from '../../local/aws/faults.ts'

/** Phases in the order in which a bad canary comes through them. */
export const phasesInOrder = ['preparing', 'verifying', 'shifting', 'baking', 'rolling-back'] as const
export type KilledPhase = (typeof phasesInOrder)[number]

/** When to kill, and what is being deployed. */
export interface Moment {
  /** What the new version is: `late` turns bad only once it has all the traffic. */
  readonly canary: 'bad' | 'late' | 'good'
  /** The kill comes so long after the deployment was first seen in this phase, or past it. */
  readonly phase: KilledPhase
  /** Real milliseconds. */
  readonly afterMs: number
  /** How long the process stays dead, real milliseconds. */
  readonly deadMs: number
  /** Another kill so long after the restart, real milliseconds; null: only one. */
  readonly againAfterMs: number | null
  /** Added to each call of Elastic Load Balancing, real milliseconds: makes the short phases long enough to be hit. */
  readonly slowMs: number
}

/** Whether a deployment has come to the phase of its moment, or past it. A late one is let come to its last step first. */
export function isThere(seen: { readonly phase: string; readonly weight: number }, { canary, phase }: Moment): boolean {
  if (canary === 'late' && seen.weight < 100) return false
  const at = (phasesInOrder as readonly string[]).indexOf(seen.phase)
  return at >= phasesInOrder.indexOf(phase)
}

/** How long each phase is looked for, real milliseconds: about as long as it lasts at 60 times real time. */
const lengthsMs: Readonly<Record<KilledPhase, number>> = {
  preparing: 250,
  verifying: 700,
  shifting: 600,
  baking: 4500,
  'rolling-back': 700,
}

export interface Moments {
  /** Another moment for the same round, for one whose deployment had ended before the kill. */
  next(round: number): Moment
}

/**
 * Draws the moments of the kills: the phases in turn, so that each is hit, and a random instant within. Every fourth round
 * is killed twice; of the bad canaries that are killed while they bake, every other one turns bad late.
 *
 * @param good - How many of the last rounds deploy a good version.
 * @param seed - The same seed draws the same moments.
 */
export function drawMoments(rounds: number, good: number, seed: number): Moments {
  const random = createSeededRandom(seed)
  const between = (least: number, most: number) => Math.round(least + random() * (most - least))
  return {
    next(round) {
      const isGood = round >= rounds - good
      // A good version is not taken back by itself.
      const among = isGood ? phasesInOrder.slice(0, 4) : phasesInOrder
      const phase = among[round % among.length] ?? 'baking'
      const isLate = !isGood && phase === 'baking' && round % 2 === 1
      return {
        canary: isGood ? 'good' : isLate ? 'late' : 'bad',
        phase,
        afterMs: between(0, lengthsMs[phase]),
        deadMs: between(100, 1000),
        againAfterMs: round % 4 === 2 ? between(0, 1500) : null,
        slowMs: phase === 'baking' ? 0 : 200,
      }
    },
  }
}
