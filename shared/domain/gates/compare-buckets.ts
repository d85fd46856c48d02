import type { Stratum } from '../sequential-test.ts'
import type { LookContext } from './gate.ts'
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

/** A window that an earlier look saw, and since when it has looked like this. */
export interface PendingBucket extends CountedWindow {
  readonly seenAtMs: number
}

/** Sources still revise a window that is younger, seconds after its end. */
export const settledAfterSeconds = 120
/** How long a window must have looked the same, seconds: two lookers within a moment are one look. */
const unchangedForSeconds = 30
/** After a long silence the rest waits for the next look, a minute later. */
const mostAtOnce = 180

export interface SettledWindows {
  /** Windows that will not be revised any more, oldest first. */
  readonly settled: readonly CountedWindow[]
  readonly pending: readonly PendingBucket[]
}

/**
 * Divides what a look sees into windows that are settled, two minutes old and unchanged since an earlier look, and those
 * to be looked at again. In order: nothing is settled after a window that is not. Windows that began before `fromMs`, or
 * outside the step, are left out.
 */
export function settleWindows(
  windows: readonly CountedWindow[],
  earlier: readonly PendingBucket[],
  { fromMs, look }: { readonly fromMs: number; readonly look: LookContext },
): SettledWindows {
  const open = windows
    .filter(({ startMs, endMs }) => startMs >= Math.max(fromMs, look.settledAtMs) && endMs <= look.nowMs)
    .toSorted((a, b) => a.startMs - b.startMs)
    .map((window): PendingBucket => ({ ...window, seenAtMs: seenAt(window, earlier, look.nowMs) }))
  const isSettled = ({ endMs, seenAtMs }: PendingBucket) =>
    look.nowMs >= endMs + settledAfterSeconds * 1000 && look.nowMs >= seenAtMs + unchangedForSeconds * 1000
  const firstOpen = open.findIndex((window) => !isSettled(window))
  const count = Math.min(firstOpen === -1 ? open.length : firstOpen, mostAtOnce)
  return { settled: open.slice(0, count), pending: open.slice(count) }
}

function seenAt(window: CountedWindow, earlier: readonly PendingBucket[], nowMs: number): number {
  const before = earlier.find(({ startMs, endMs }) => startMs === window.startMs && endMs === window.endMs)
  return before && isSame(before.strata, window.strata) ? before.seenAtMs : nowMs
}

function isSame(a: readonly StratumReading[], b: readonly StratumReading[]): boolean {
  const isSameSide = (one: SideReading, other: SideReading | undefined) =>
    one.requests === other?.requests && one.bad === other.bad
  return (
    a.length === b.length &&
    a.every((one, index) => isSameSide(one.stable, b[index]?.stable) && isSameSide(one.canary, b[index]?.canary))
  )
}

/** What a settled window holds. */
export type WindowData =
  | { readonly type: 'counts'; readonly strata: readonly Stratum[] }
  | { readonly type: 'missing'; readonly reason: string }

/**
 * The counts of a settled window. A side without a number had no requests, as sources publish none then; but a window in
 * which neither side, or not even stable beside the canary, has any is missing data, and so is a count of bad requests
 * that is not there. A source may count an error and its request in different minutes: then there were as many requests.
 *
 * @param names - What each route's sides are called where they are measured, for the sentence.
 */
export function dataOf(
  { strata }: CountedWindow,
  weight: number,
  names: readonly Readonly<Record<'stable' | 'canary', string>>[],
): WindowData {
  const has = (side: 'stable' | 'canary') => strata.some((stratum) => stratum[side].requests !== null)
  const namesOf = (side: 'stable' | 'canary') => names.map((name) => name[side]).join(', ')
  if (!has('stable') && !has('canary'))
    return missing(`no requests were counted for ${namesOf('stable')}, ${namesOf('canary')}`)
  if (!has('stable') && weight < 100) return missing(`no requests were counted for stable, ${namesOf('stable')}`)
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
