import type { SideCounts, Stratum } from '../../../shared/domain/sequential-test.ts'
import { drawBinomial, drawWait, type Random } from './random.ts'

/** How the requests of a healthy service are divided. */
export interface Split {
  /** Of the pretend canary, 0–1. */
  readonly share: number
  /** How bursty the service's bad requests are: E[c²]/E[c] of bursts of c, 1 or more. */
  readonly dispersion: number
}

/**
 * Divides what a healthy service answered in a minute at random between stable and a pretend canary.
 *
 * Bad requests are dealt out in bursts, each of them to one side as a whole: those of one client, one tenant, one retry
 * loop go to one version. Dealt out one by one, they would come out evenly divided however bursty they are, and any gate
 * would look better than it is.
 */
export function splitMinute(random: Random, { requests, bad }: SideCounts, split: Split): Stratum {
  const badOnCanary = dealBursts(random, bad, split)
  const onCanary = badOnCanary + drawBinomial(random, requests - bad, split.share)
  return {
    stable: { requests: requests - onCanary, bad: bad - badOnCanary },
    canary: { requests: onCanary, bad: badOnCanary },
  }
}

/** The same minute if the canary had `times` as many bad requests: as many again, just as bursty, for each time more. */
export function worsen(
  random: Random,
  { stable, canary }: Stratum,
  { times, ...split }: Split & { readonly times: number },
): Stratum {
  let bad = canary.bad
  for (let more = 1; more < times; more++) bad += dealBursts(random, stable.bad + canary.bad, split)
  return { stable, canary: { requests: canary.requests, bad: Math.min(bad, canary.requests) } }
}

/** How many of `bad` requests fall on the canary, in bursts whose sizes are geometric with the dispersion asked for. */
function dealBursts(random: Random, bad: number, { share, dispersion }: Split): number {
  // Geometric sizes of mean m have E[c²]/E[c] = 2m − 1.
  const meanSize = (Math.max(1, dispersion) + 1) / 2
  if (meanSize === 1) return drawBinomial(random, bad, share)
  let onCanary = 0
  for (let left = bad; left > 0; ) {
    const size = Math.min(left, drawWait(random, 1 / meanSize))
    if (random() < share) onCanary += size
    left -= size
  }
  return onCanary
}
