import { logAdd } from '../sequential/log-math.ts'

/** So far below the limit evidence counts as none, nats; fresh starts lift it anyway. */
const depthNats = 25
/** Less probability than this moves nothing that is shown. */
const negligible = 1e-12

/** How much one bucket adds to the ln of the evidence: probabilities of whole numbers of cells, `lowest` and on. */
export interface Increments {
  /** Of a cell, nats. */
  readonly width: number
  readonly lowest: number
  readonly probabilities: readonly number[]
}

/** Gathers weighted values into cells; a value between two cells is divided, so that the mean stays. */
export function toIncrements(
  width: number,
  values: Iterable<readonly [value: number, probability: number]>,
): Increments {
  const cells = new Map<number, number>()
  const most = cellsOf(width)
  const add = (cell: number, probability: number) => addInside(cells, { cell, most, probability })
  for (const [value, probability] of values) {
    const place = value / width
    const cell = Math.floor(place)
    add(cell, probability * (cell + 1 - place))
    add(cell + 1, probability * (place - cell))
  }
  return fromCells(width, cells)
}

function cellsOf(width: number): number {
  return Math.round(depthNats / width)
}

/** What two buckets in a row add. */
export function twice({ width, lowest, probabilities }: Increments): Increments {
  const cells = new Map<number, number>()
  const most = cellsOf(width)
  for (const [i, first] of probabilities.entries())
    for (const [j, second] of probabilities.entries())
      addInside(cells, { cell: 2 * lowest + i + j, most, probability: first * second })
  return fromCells(width, cells)
}

/** A step of the whole depth, up or down, leads from anywhere to an end. */
function addInside(
  cells: Map<number, number>,
  { cell, most, probability }: { readonly cell: number; readonly most: number; readonly probability: number },
): void {
  const inside = Math.min(most, Math.max(-most, cell))
  cells.set(inside, (cells.get(inside) ?? 0) + probability)
}

function fromCells(width: number, cells: ReadonlyMap<number, number>): Increments {
  const lowest = Math.min(...cells.keys())
  const length = Math.max(...cells.keys()) - lowest + 1
  return { width, lowest, probabilities: Array.from({ length }, (_, index) => cells.get(lowest + index) ?? 0) }
}

/** How much capital may be at work: its ln, with probabilities. */
export type Held = readonly { readonly log: number; readonly probability: number }[]

/** Nothing is at work yet. */
export const nothingHeld: Held = [{ log: Number.NEGATIVE_INFINITY, probability: 1 }]

export interface Chain {
  /** When the first bucket comes. */
  readonly start: Held
  /** ln of the capital that begins to work with each bucket. */
  readonly added: readonly number[]
  readonly increments: Increments
  /** ln of the evidence that is enough. */
  readonly limit: number
}

/** Where a chain stands after a bucket. */
interface Place {
  readonly cells: Float64Array
  readonly reached: number
}

/** The probability that the evidence has reached its limit by each bucket. */
export function reachedBy(chain: Chain): readonly number[] {
  return follow(chain)
    .slice(1)
    .map(({ reached }) => reached)
}

/** The capital at work after the last bucket, where the limit was never reached. */
export function heldAfter(chain: Chain): Held {
  const { cells } = follow(chain).at(-1) as Place
  return heldIn(cells, chain)
}

/**
 * The recursion M ← (M + γ)·f followed as a distribution over cells of ln M, what reaches the limit taken out. The first
 * place is that before the first bucket.
 */
function follow(chain: Chain): readonly Place[] {
  const emptyCells = () => new Float64Array(cellsOf(chain.increments.width))
  const first = emptyCells()
  let place: Place = { cells: first, reached: putAll(first, chain.start, chain) }
  const places = [place]
  for (const more of chain.added) {
    const [lifted, cells] = [emptyCells(), emptyCells()]
    const held = heldIn(place.cells, chain).map(({ log, probability }) => ({ log: logAdd(log, more), probability }))
    const reached = place.reached + putAll(lifted, held, chain) + move(lifted, chain.increments, cells)
    place = { cells, reached }
    places.push(place)
  }
  return places
}

function heldIn(cells: Float64Array, { limit, increments }: Chain): Held {
  return [...cells].flatMap((probability, cell) =>
    probability > negligible ? [{ log: limit - (cells.length - cell) * increments.width, probability }] : [],
  )
}

function putAll(cells: Float64Array, held: Held, { limit, increments }: Chain): number {
  return held.reduce(
    (reached, { log, probability }) =>
      reached + put(cells, cells.length - (limit - log) / increments.width, probability),
    0,
  )
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
  if (cell >= cells.length) return probability
  cells[cell] = (cells[cell] ?? 0) + probability
  return 0
}
