import type { Persistent } from './aws/service.ts'
import { createLocalClock, type LocalClock } from './clock.ts'
import type { DataDir } from './data-dir.ts'

/** How often the local time is saved, real milliseconds. */
const saveEveryMs = 1000
/** What a restart skips, real milliseconds: two intervals, for a save that was late. */
const marginMs = 2 * saveEveryMs

export interface SavedClock {
  readonly clock: LocalClock
  /** Saves a last time and stops saving. */
  close(): Promise<void>
}

/**
 * The local clock, going on where it was when it was last saved: a faster local time runs ahead of the wall, and after a
 * restart it must not go back behind instants that are already in the records.
 *
 * @param speed - Local seconds per real second, 1 to 3600.
 */
export async function openSavedClock(dataDir: DataDir, speed: number): Promise<SavedClock> {
  let savedAt = 0
  let clock: LocalClock | null = null
  const state: Persistent = {
    name: 'clock',
    save: () => ({ localNow: clock?.now() ?? savedAt }),
    load: (saved) => {
      savedAt = Number((saved as { localNow?: unknown }).localNow) || 0
    },
    reset: () => undefined,
  }
  await dataDir.load(state)
  // Ahead of the last save by more than can have passed between it and the end of the process.
  const startAt = Math.max(Date.now(), savedAt === 0 ? 0 : savedAt + marginMs * speed)
  clock = createLocalClock({ speed, startAt })
  // Before anybody reads the clock: a process that dies within its first second was there too.
  await dataDir.save(state)
  const timer = setInterval(() => void dataDir.save(state).catch(() => undefined), saveEveryMs)
  timer.unref()
  return {
    clock,
    async close() {
      clearInterval(timer)
      await dataDir.save(state)
    },
  }
}
