import type { LocalClock } from '../../clock.ts'
import type { ShownDeployment } from '../api-client.ts'
import { type Output, rewriteLine, toBar } from '../progress.ts'
import type { Arrivals, Side } from './arrivals.ts'
import { barWidth } from './progress-line.ts'
import type { ObservedTail } from './report.ts'

/** How long the clients are watched after the tail should have ended, local milliseconds: a late one must be seen. */
const afterMs = 10_000
/** How often the view is drawn anew, local milliseconds. */
const drawMs = 5_000

/** Watches the clients leave the bad side, until after the end that the API announced; null where it announced none. */
export async function watchTail({
  deployment: { endedAt, tail },
  bad,
  arrivals,
  clock,
  output,
}: {
  deployment: ShownDeployment
  bad: Side
  arrivals: Arrivals
  clock: LocalClock
  output: Output
}): Promise<ObservedTail | null> {
  if (!tail || endedAt === null) return null
  const startMs = Date.parse(endedAt)
  const endMs = Date.parse(tail.endsAt)
  const toLine = () => {
    const now = clock.now()
    const share = arrivals.share(bad, now - drawMs, now) ?? 0
    const seconds = Math.round((Math.min(now, endMs) - startMs) / 1000)
    const { requests } = arrivals.between(bad, startMs)
    return `  ${toBar(share, barWidth)} ${share.toFixed(1).padStart(4)} %  still to the bad side, ${seconds} of at most ${tail.seconds} s after; ${requests} requests`
  }
  while (clock.now() < endMs + afterMs) {
    if (output.isTTY) rewriteLine(output, toLine())
    await clock.sleep(drawMs)
  }
  if (output.isTTY) rewriteLine(output, `${toLine()}\n`)
  else output.write(`${toLine()}\n`)
  const lastAt = arrivals.lastAt(bad, startMs)
  const lastRequestSeconds = lastAt === null ? 0 : Math.round((lastAt - startMs) / 100) / 10
  return { ...tail, lastRequestSeconds, ...arrivals.between(bad, startMs) }
}
