import { isDeepStrictEqual } from 'node:util'
import type { Deps } from '../../shared/deps.ts'
import { stepsOf } from './explore.ts'
import type { Move, Step } from './model.ts'
import { type Abstraction, createRealWorld, type RealWorld } from './real-world.ts'
import { type Config, initialState, noBudget, type State } from './state.ts'
import { asleep } from './workflow.ts'

/** Where the code parts from the model: the step, what the model expects, and what the code did. */
export interface Difference {
  readonly step: number
  readonly label: string
  readonly model: unknown
  readonly code: unknown
}

export interface Replayed {
  /** The kinds of step that were compared. */
  readonly kinds: readonly string[]
  readonly difference: Difference | null
}

/**
 * Drives the real use cases through a schedule of the model, call by call, and compares at every step: the call that is
 * made, and the world before and after it. Calls that the model does not know are made in between, and change nothing of it.
 *
 * @param within - Changes what each process of the code sees. Default: nothing.
 */
export async function replay(
  config: Config,
  schedule: readonly Move[],
  within?: (deps: Deps) => Deps,
): Promise<Replayed> {
  const world = await createRealWorld(config, within)
  const kinds: string[] = []
  const steps = stepsOf(config, schedule)
  let before = initialState(config, noBudget)
  for (const [index, step] of steps.entries()) {
    const difference = await takeStep(world, before, step)
    before = step.state
    if (difference) return { kinds, difference: { step: index + 1, label: step.label, ...difference } }
    kinds.push(step.label)
  }
  const last = steps.at(-1)
  const ends = await world.countEnds()
  const wanted = last?.state.record.ends ?? 0
  const difference = ends === wanted ? null : { step: steps.length, label: 'its end', model: wanted, code: ends }
  return { kinds, difference }
}

type Parting = Pick<Difference, 'model' | 'code'>

async function takeStep(world: RealWorld, before: State, { move, state, call }: Step): Promise<Parting | null> {
  switch (move.type) {
    case 'call': {
      const made = await world.goOn(move.by, move.answer)
      if (made !== call) return { model: call, code: made }
      const between = await compare(world, before)
      if (between) return between
      if (made !== null) await world.carryOut(move.by, move.answer)
      const process = state.processes[move.by]
      const how = process === null ? 'ended' : process.at === asleep ? 'asleep' : null
      if (how && made !== null && !(await world.ends(move.by, how))) return { model: how, code: 'it goes on' }
      break
    }
    case 'dies':
      world.kill(move.by)
      break
    case 'tick':
      world.tick()
      break
    case 'lands':
      await world.land()
      break
    case 'foreign':
      world.writeForeign()
      break
    case 'falls-ill':
      world.fallIll()
  }
  return compare(world, state)
}

async function compare(world: RealWorld, state: State): Promise<Parting | null> {
  const [model, code] = [toAbstraction(state), await world.look()]
  return isDeepStrictEqual(model, code) ? null : { model, code }
}

/** What both can say of the world: the model's state without its processes and its counters. */
export function toAbstraction({ record, pointer, routes, wire, started }: State): Abstraction {
  const { revision: _, version: __, ends: ___, ...content } = record
  return {
    record: content,
    pointer,
    routes: routes.map(({ live, lease: { fence: ____, ...lease } }) => ({ live, lease })),
    wire,
    started,
  }
}
