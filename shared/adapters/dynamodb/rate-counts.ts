import { windowStart } from '../../domain/rate-limit.ts'
import type { Clock } from '../../ports/clock.ts'
import type { RateCounts } from '../../ports/rate-counts.ts'
import { sha256 } from '../sha256.ts'
import { type Key, keys, readNumber } from './item.ts'
import { createItemTable, type TableOptions } from './item-table.ts'
import { timeToLiveAttribute } from './table.ts'

export interface RateCountsOptions extends TableOptions {
  /** Every process's clock is taken to be right within a second or so. */
  readonly clock: Pick<Clock, 'realNow'>
}

/** Callers whose last window is remembered; the oldest goes first. */
const mostRemembered = 1000

/**
 * Counts in DynamoDB: one item for each caller and window, one added in one write. The window before does not change any
 * more, so that it is read once by each process and window.
 */
export function createDynamoDbRateCounts(options: RateCountsOptions): RateCounts {
  const { clock } = options
  const table = createItemTable(options)
  const ended = new Map<string, Promise<number>>()

  function readEnded(key: Key): Promise<number> {
    const name = `${key.pk} ${key.sk}`
    const known = ended.get(name)
    if (known) return known
    const read = table.get(key).then((item) => (item === null ? 0 : readNumber(item, 'requests')))
    ended.set(name, read)
    read.catch(() => ended.delete(name))
    const [oldest] = ended.keys()
    if (ended.size > mostRemembered && oldest !== undefined) ended.delete(oldest)
    return read
  }

  return {
    async count(kind, caller, rule) {
      const windowMs = rule.windowSeconds * 1000
      const startMs = windowStart(rule, clock.realNow())
      const digest = sha256(caller)
      const values = { ':one': 1, ':expires': (startMs + 2 * windowMs) / 1000 }
      const expression = `ADD requests :one SET ${timeToLiveAttribute} = :expires`
      const [counted, previous] = await Promise.all([
        table.update(keys.rate(kind, digest, startMs), expression, values),
        readEnded(keys.rate(kind, digest, startMs - windowMs)),
      ])
      return { current: readNumber(counted, 'requests'), previous }
    },
  }
}
