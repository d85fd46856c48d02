import DataLoader from 'dataloader'

/** How long a batch waits for more. */
export type GatherTimes = Pick<GatherOptions<never>, 'quietMs' | 'quietMsEach' | 'mostQuietMs' | 'longestMs'>

export interface GatherOptions<Key> {
  /**
   * A batch goes when nobody has come for so long, real milliseconds: this, and {@link quietMsEach} for each who is in it
   * or was in the one before. Few hardly wait; where many came, many more are worth waiting for. Default 50.
   */
  readonly quietMs?: number
  /** Default 5. */
  readonly quietMsEach?: number
  /** But for no longer than this, real milliseconds. Default 1000. */
  readonly mostQuietMs?: number
  /** It goes after so long in any case, real milliseconds: somebody may always be coming. Default 20,000. */
  readonly longestMs?: number
  /** False where a batch cannot take one more: it goes at once, and the next begins. Default: it takes everybody. */
  readonly fits?: (batch: readonly Key[], next: Key) => boolean
}

/**
 * Asks together what many callers ask at about the same time.
 *
 * Nothing is kept: an answer is good for those who waited for it, and for nobody who comes later.
 *
 * @param ask - Gets a batch, and answers each key in its place: with a value, or with the error of its own caller. What it
 *   throws is every caller's error.
 */
export function gather<Key, Value>(
  ask: (keys: readonly Key[]) => Promise<readonly (Value | Error)[]>,
  options: GatherOptions<Key> = {},
): (key: Key) => Promise<Value> {
  const { quietMs = 50, quietMsEach = 5, mostQuietMs = 1000, longestMs = 20_000, fits = () => true } = options
  let open: Key[] = []
  let newestAt = 0
  let before = { size: 0, sentAt: 0 }
  let sendOpen = () => {}

  /** What the batch before tells is good for a moment only. */
  function patienceMs(now: number): number {
    const lately = now - before.sentAt < 5 * mostQuietMs ? before.size : 0
    return Math.min(quietMs + quietMsEach * Math.max(open.length, lately), mostQuietMs)
  }

  function schedule(dispatch: () => void): void {
    const begunAt = performance.now()
    const look = () => {
      const now = performance.now()
      const waitMs = Math.min(newestAt + patienceMs(now), begunAt + longestMs) - now
      if (waitMs > 0) timer = setTimeout(look, waitMs)
      else send()
    }
    let timer = setTimeout(look, Math.min(quietMs, longestMs))
    const send = () => {
      clearTimeout(timer)
      before = { size: open.length, sentAt: performance.now() }
      open = []
      sendOpen = () => {}
      dispatch()
    }
    sendOpen = send
  }

  const loader = new DataLoader<Key, Value>(ask, {
    cache: false,
    maxBatchSize: Number.POSITIVE_INFINITY,
    batchScheduleFn: schedule,
  })
  return (key) => {
    if (open.length > 0 && !fits(open, key)) sendOpen()
    newestAt = performance.now()
    const answer = loader.load(key)
    open.push(key)
    return answer
  }
}

/** {@link gather} with a batch of its own for each name, such as a Region: made at first use. */
export function gatherBy<Key, Value>(
  nameOf: (key: Key) => string,
  ask: (name: string, keys: readonly Key[]) => Promise<readonly (Value | Error)[]>,
  options: GatherOptions<Key> = {},
): (key: Key) => Promise<Value> {
  const gathers = new Map<string, (key: Key) => Promise<Value>>()
  return (key) => {
    const name = nameOf(key)
    const kept = gathers.get(name) ?? gather<Key, Value>((keys) => ask(name, keys), options)
    gathers.set(name, kept)
    return kept(key)
  }
}

/**
 * Asks for all keys in one call. Where it fails because of one of them, each half is asked by itself, so that only the
 * one at fault has the error.
 *
 * @param isOfOne - True for an error that another set of keys need not meet.
 */
export async function askHalving<Key, Value>(
  keys: readonly Key[],
  ask: (keys: readonly Key[]) => Promise<readonly (Value | Error)[]>,
  isOfOne: (error: unknown) => boolean,
): Promise<readonly (Value | Error)[]> {
  try {
    return await ask(keys)
  } catch (error) {
    if (keys.length < 2 || !isOfOne(error))
      return keys.map(() => (error instanceof Error ? error : new Error(String(error))))
    const middle = Math.ceil(keys.length / 2)
    const halves = [keys.slice(0, middle), keys.slice(middle)]
    return (await Promise.all(halves.map((half) => askHalving(half, ask, isOfOne)))).flat()
  }
}
