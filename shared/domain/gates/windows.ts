import type { GateMemory, LookContext } from './gate.ts'

/** A span of time that was measured, milliseconds since the epoch. */
export interface Window {
  readonly startMs: number
  readonly endMs: number
}

/**
 * The windows to judge in this look, oldest first: those wholly inside the step, after settling, that no look has judged
 * yet. So it does not matter who looks, how often, or how far back a reading reaches: each window counts once.
 */
export function newWindows<W extends Window>(
  windows: readonly W[],
  memory: GateMemory,
  look: LookContext,
): readonly W[] {
  return windows
    .filter((window) => window.startMs >= look.settledAtMs && window.endMs <= look.nowMs)
    .filter((window) => window.endMs > memory.judgedUntilMs)
    .toSorted((a, b) => a.startMs - b.startMs)
}

/** True when `a` and `b` fall into different minutes: a failed reading counts once a window, as a missing one does. */
export function isAnotherMinute(a: number, b: number): boolean {
  return Math.floor(a / 60_000) !== Math.floor(b / 60_000)
}
