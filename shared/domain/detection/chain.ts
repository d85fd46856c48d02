import { logAdd } from '../sequential/log-math.ts'

/** Width of a cell of evidence, nats: half of it changes a probability by less than a hundredth. */
const cellNats = 0.2
/** So far below the limit evidence counts as none, nats; fresh starts lift it anyway. */
const depthNats = 25
const cellCount = Math.round(depthNats / cellNats)
/** Less probability than this moves nothing that is shown. */
const negligible = 1e-12

/** How much one bucket adds to the ln of the evidence: probabilities of whole numbers of cells, `lowest` and on. */
export interface Increments {
  readonly lowest: number
  readonly probabilities: readonly number[]
}

/** Gathers weighted values into cells; a value between two cells is divided, so that the mean stays. */
export function toIncrements(values: Iterable<readonly [value: number, probability: number]>): Increments {
  const cells = new Map<number, number>()
  const add = (cell: number, probability: number) => addInside(cells, cell, probability)
  for (const [value, probability] of values) {
    const place = value / cellNats
    const cell = Math.floor(place)
    add(cell, probability * (cell + 1 - place))
    add(cell + 1, probability * (place - cell))
  }
  return fromCells(cells)
}

/** What two buckets in a row add. */
export function twice({ lowest, probabilities }: Increments): Increments {
  const cells = new Map<number, number>()
  for (const [i, first] of probabilities.entries())
    for (const [j, second] of probabilities.entries()) addInside(cells, 2 * lowest + i + j, first * second)
  return fromCells(cells)
}

/** A step of the whole depth, up or down, leads from anywhere to an end. */
function addInside(cells: Map<number, number>, cell: number, probability: number): void {
  const inside = Math.min(cellCount, Math.max(-cellCount, cell))
  cells.set(inside, (cells.get(inside) ?? 0) + probability)
}

function fromCells(cells: ReadonlyMap<number, number>): Increments {
  const lowest = Math.min(...cells.keys())
  const length = Math.max(...cells.keys()) - lowest + 1
  return { lowest, probabilities: Array.from({ length }, (_, index) => cells.get(lowest + index) ?? 0) }
}

export interface Chain {
  /** ln of the capital at work when the first bucket comes; minus infinity for none. */
  readonly start: number
  /** ln of the capital that begins to work with each bucket. */
  readonly added: readonly number[]
  readonly increments: Increments
  /** ln of the evidence that is enough. */
  readonly limit: number
}

/**
 * The probability that the evidence has reached its limit by each bucket: the recursion M ← (M + γ)·f followed as a
 * distribution over cells of ln M, what reaches the limit taken out.
 */
export function reachedBy({ start, added, increments, limit }: Chain): readonly number[] {
  const placeOf = (log: number) => cellCount - (limit - log) / cellNats
  const logOf = (cell: number) => limit - (cellCount - cell) * cellNats
  let cells = new Float64Array(cellCount)
  let reached = put(cells, placeOf(start), 1)
  return added.map((more) => {
    const lifted = new Float64Array(cellCount)
    for (const [cell, probability] of cells.entries())
      if (probability > negligible) reached += put(lifted, placeOf(logAdd(logOf(cell), more)), probability)
    cells = new Float64Array(cellCount)
    reached += move(lifted, increments, cells)
    return reached
  })
}

/** Divides `probability` between the two cells beside `place`. @returns What lies at the limit or above. */
function put(cells: Float64Array, place: number, probability: number): number {
  const inside = Math.max(place, 0)
  const cell = Math.floor(inside)
  const above = (inside - cell) * probability
  return addTo(cells, cell, probability - above) + addTo(cells, cell + 1, above)
}

/** Adds an increment to every cell. @returns What reaches the limit. */
function move(from: Float64Array, { lowest, probabilities }: Increments, to: Float64Array): number {
  let reached = 0
  for (const [cell, mass] of from.entries()) {
    if (mass <= negligible) continue
    for (const [index, probability] of probabilities.entries())
      reached += addTo(to, Math.max(cell + lowest + index, 0), mass * probability)
  }
  return reached
}

function addTo(cells: Float64Array, cell: number, probability: number): number {
  if (cell >= cellCount) return probability
  cells[cell] = (cells[cell] ?? 0) + probability
  return 0
}
