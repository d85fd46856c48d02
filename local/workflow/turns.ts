import type { Retrier } from './definition.ts'

/** Leave to run a state once: because it was entered, or because a retrier matched its last failure. */
export interface Turn {
  /** Raw input of the state, before Parameters. */
  readonly input: unknown
  readonly retry?: { readonly retrier: Retrier; readonly attempt: number }
}

/** Hands turns from the interpreter's event log to the handlers, so that what a handler records comes after its entry. */
export interface Turns {
  give(stateName: string, turn: Turn): void
  /** Resolves with the next turn of that state. Rejects once `end` was called. */
  take(stateName: string): Promise<Turn>
  /** Who waits for a turn, and whoever asks from now on, gets `error`. */
  end(error: Error): void
}

export function createTurns(): Turns {
  const given = new Map<string, Turn[]>()
  const waiting = new Map<string, Waiter[]>()
  let over: Error | undefined
  return {
    give(stateName, turn) {
      const waiter = listOf(waiting, stateName).shift()
      if (waiter) waiter.resolve(turn)
      else listOf(given, stateName).push(turn)
    },
    take(stateName) {
      if (over) return Promise.reject(over)
      const turn = listOf(given, stateName).shift()
      if (turn) return Promise.resolve(turn)
      return new Promise((resolve, reject) => void listOf(waiting, stateName).push({ resolve, reject }))
    },
    end(error) {
      over = error
      for (const waiter of [...waiting.values()].flat()) waiter.reject(error)
      waiting.clear()
    },
  }
}

interface Waiter {
  readonly resolve: (turn: Turn) => void
  readonly reject: (error: Error) => void
}

function listOf<T>(lists: Map<string, T[]>, name: string): T[] {
  const list = lists.get(name) ?? []
  lists.set(name, list)
  return list
}
