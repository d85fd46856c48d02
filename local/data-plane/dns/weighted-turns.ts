import type { ResourceRecordSet } from '@aws-sdk/client-route-53'
import { buildChoiceSequence } from '../weighted-choice.ts'

/** Whose turn it is, for each group of records. */
export interface Turns {
  /**
   * The next of some weighted records, smoothly: after any number of answers each is less than one off its share. One
   * with weight 0 has no turn, unless all have; then each in turn. The sequence starts again when the records or their weights are others.
   *
   * @param group - Names the group, across its changes. @param records - At least one.
   */
  weighted(group: string, records: readonly ResourceRecordSet[]): ResourceRecordSet | undefined
  /** Up to `most` of the records; with more of them, each answer starts one further on. */
  several(group: string, records: readonly ResourceRecordSet[], most: number): readonly ResourceRecordSet[]
}

interface Round {
  readonly identifiers: readonly (string | undefined)[]
  readonly weights: readonly number[]
  readonly sequence: Uint8Array
  position: number
}

export function createTurns(): Turns {
  const rounds = new Map<string, Round>()
  const starts = new Map<string, number>()
  return {
    weighted(group, records) {
      let round = rounds.get(group)
      if (!round || !isOf(round, records)) {
        round = startRound(records)
        rounds.set(group, round)
      }
      const index = round.sequence[round.position]
      round.position = (round.position + 1) % round.sequence.length
      return index === undefined ? undefined : records[index]
    },
    several(group, records, most) {
      if (records.length <= most) return records
      const start = (starts.get(group) ?? 0) % records.length
      starts.set(group, start + 1)
      return [...records.slice(start), ...records.slice(0, start)].slice(0, most)
    },
  }
}

function startRound(records: readonly ResourceRecordSet[]): Round {
  const weights = records.map(({ Weight = 0 }) => Number(Weight))
  const shares = weights.some((weight) => weight > 0) ? weights : weights.map(() => 1)
  return {
    identifiers: records.map(({ SetIdentifier }) => SetIdentifier),
    weights,
    sequence: buildChoiceSequence(shares),
    position: 0,
  }
}

function isOf(round: Round, records: readonly ResourceRecordSet[]): boolean {
  if (round.weights.length !== records.length) return false
  for (let index = 0; index < records.length; index++) {
    const record = records[index]
    if (round.weights[index] !== Number(record?.Weight ?? 0)) return false
    if (round.identifiers[index] !== record?.SetIdentifier) return false
  }
  return true
}
