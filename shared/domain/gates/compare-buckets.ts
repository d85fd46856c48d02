import type { Stratum } from '../sequential-test.ts'
import type { CompareGate, LookContext } from './gate.ts'
import type { Window } from './windows.ts'

/** A bucket as it was settled: kept with the deployment, used once, never revised. */
export interface SettledBucket extends Window {
  /** Step (zero-based) it lies in. */
  readonly step: number
  /** The canary's configured share in it, percent. */
  readonly weight: number
  /** One entry a route, in the order of the deployment's routes. */
  readonly strata: readonly Stratum[]
}

/** What one window's counts are at one moment. */
export interface CountedWindow extends Window {
  readonly strata: readonly StratumReading[]
}

/** One side in one bucket as its source has it; null: the source has no such number. */
export interface SideReading {
  readonly requests: number | null
  /** Errors, or requests over the limit. 0 where there were requests and the source publishes none only if there are any. */
  readonly bad: number | null
}

export interface StratumReading {
  readonly stable: SideReading
  readonly canary: SideReading
}

export type CountsReading =
  | { readonly status: 'complete'; readonly windows: readonly CountedWindow[]; readonly source: string }
  | { readonly status: 'error'; readonly reason: string; readonly source: string }

/** A window in the step that it lies in. */
export interface OpenWindow extends CountedWindow {
  readonly step: number
  /** The canary's configured share in that step, percent. */
  readonly weight: number
}

/** A window that an earlier look saw, what it looked like, and since when. Kept small: a gate remembers up to 120. */
export interface PendingBucket extends Window {
  readonly step: number
  readonly weight: number
  /** Its counts as text, to be compared with those of the next look. */
  readonly seen: string
  readonly seenAtMs: number
}

/** Settled buckets with canary requests that a step needs before it may end. */
export const bucketsToSettle = 2
/** Requests in the first minute of a release are slow for reasons of their own: caches, connections, compilers. */
export const slowWarmUpSeconds = 60

/** How long a bucket of a gate is, seconds: CloudWatch's minute, or the period of the counters. */
export function bucketSecondsOf({ source }: Pick<CompareGate, 'source'>): number {
  return source === 'router' ? 60 : source.periodSeconds
}

/** Sources still revise a window that is younger, seconds after its end. */
export const settledAfterSeconds = 120
/** How long a window must have looked the same, seconds: two lookers within a moment are one look. */
const unchangedForSeconds = 30
/** After a long silence the rest waits for the next look: what is remembered must fit into one item of the store. */
const mostPending = 120
/** In flight with ten-second buckets: two minutes, and what two looks a minute apart see of each other. */
const leastPending = 30

export interface SettledWindows {
  /** Windows that will not be revised any more, oldest first. */
  readonly settled: readonly OpenWindow[]
  readonly pending: readonly PendingBucket[]
}

/**
 * Divides what a look sees into windows that are settled, two minutes old and unchanged since an earlier look, and those
 * to be looked at again. In order: nothing is settled after a window that is not. Windows that began before `fromMs` are
 * left out, and so are those outside the step, unless a look in the step before saw them: they are settled as part of it.
 */
export function settleWindows(
  windows: readonly CountedWindow[],
  earlier: readonly PendingBucket[],
  { fromMs, look }: { readonly fromMs: number; readonly look: LookContext },
): SettledWindows {
  const seenBefore = new Map(earlier.map((pending) => [pending.endMs, pending]))
  const open = windows
    .filter(({ startMs, endMs }) => startMs >= fromMs && endMs <= look.nowMs)
    .filter(({ startMs, endMs }) => startMs >= look.settledAtMs || seenBefore.has(endMs))
    .toSorted((a, b) => a.startMs - b.startMs)
    .map((window) => ({ window, pending: toPending(window, seenBefore.get(window.endMs), look) }))
  const isSettled = ({ endMs, seenAtMs }: PendingBucket) =>
    look.nowMs >= endMs + settledAfterSeconds * 1000 && look.nowMs >= seenAtMs + unchangedForSeconds * 1000
  const firstOpen = open.findIndex(({ pending }) => !isSettled(pending))
  const count = firstOpen === -1 ? open.length : firstOpen
  return {
    settled: open.slice(0, count).map(({ window, pending: { step, weight } }) => ({ ...window, step, weight })),
    pending: open.slice(count, count + mostPendingOf(windows)).map(({ pending }) => pending),
  }
}

function toPending(window: CountedWindow, before: PendingBucket | undefined, look: LookContext): PendingBucket {
  const { startMs, endMs } = window
  const { step, weight } = before ?? look
  const seen = toText(window)
  return { startMs, endMs, step, weight, seen, seenAtMs: before?.seen === seen ? before.seenAtMs : look.nowMs }
}

/** `900/1/100/-` for each route: requests and bad ones of stable, then of the canary; `-` where there is no number. */
function toText({ strata }: CountedWindow): string {
  const toWord = ({ requests, bad }: SideReading) => `${requests ?? '-'}/${bad ?? '-'}`
  return strata.map(({ stable, canary }) => `${toWord(stable)}/${toWord(canary)}`).join(' ')
}

function mostPendingOf([first]: readonly CountedWindow[]): number {
  const strata = first?.strata.length ?? 1
  return Math.max(leastPending, Math.floor((2 * mostPending) / (1 + strata)))
}

/** What a settled window holds. */
export type WindowData =
  | { readonly type: 'counts'; readonly strata: readonly Stratum[] }
  | { readonly type: 'missing'; readonly reason: string }

/**
 * The counts of a settled window. A side without a number had no requests, as sources publish none then; but a window in
 * which neither side has any, or not even the side that is trusted with all of the rest (stable beside the canary, the
 * canary at 100 %), is missing data, and so is a count of bad requests that is not there. A source may count an error and
 * its request in different minutes: then there were as many requests.
 *
 * @param names - What each route's sides are called where they are measured, for the sentence.
 */
export function dataOf(
  { strata }: CountedWindow,
  weight: number,
  names: readonly Readonly<Record<'stable' | 'canary', string>>[],
): WindowData {
  const has = (side: 'stable' | 'canary') => strata.some(({ [side]: one }) => one.requests || one.bad)
  const namesOf = (side: 'stable' | 'canary') => names.map((name) => name[side]).join(', ')
  if (!has('stable') && !has('canary'))
    return missing(`no requests were counted for ${namesOf('stable')}, ${namesOf('canary')}`)
  if (!has('stable') && weight < 100) return missing(`no requests were counted for stable, ${namesOf('stable')}`)
  if (!has('canary') && weight >= 100)
    return missing(`no requests were counted for the canary, ${namesOf('canary')}, which gets all of the traffic`)
  for (const [index, stratum] of strata.entries())
    for (const side of ['stable', 'canary'] as const)
      if (stratum[side].bad === null && stratum[side].requests)
        return missing(
          `${names[index]?.[side]} has requests but no count of the bad ones: its metric keeps no distribution`,
        )
  return {
    type: 'counts',
    strata: strata.map(({ stable, canary }) => ({ stable: toCounts(stable), canary: toCounts(canary) })),
  }
}

function missing(reason: string): WindowData {
  return { type: 'missing', reason }
}

function toCounts({ requests, bad }: SideReading) {
  return { requests: Math.max(requests ?? 0, bad ?? 0), bad: bad ?? 0 }
}
