import type { LocalClock } from '../../clock.ts'

const minuteMs = 60_000
const fineMs = 10_000

/**
 * Runs `onMinute` once in each local minute and `onTenSeconds` at the other full ten seconds, both on the clock's own
 * marks. A turn that comes late is not made up for, but a minute is never lost to a late turn.
 *
 * @returns Stops it.
 */
export function scheduleEvaluation(
  clock: LocalClock,
  { onMinute, onTenSeconds }: { readonly onMinute: () => void; readonly onTenSeconds: () => void },
): () => void {
  let lastMinute = Math.floor(clock.now() / minuteMs)
  let cancel = () => {}
  const arm = () => {
    cancel = clock.after(fineMs - (clock.now() % fineMs), turn)
  }
  const turn = () => {
    arm()
    const minute = Math.floor(clock.now() / minuteMs)
    if (minute === lastMinute) return onTenSeconds()
    lastMinute = minute
    onMinute()
  }
  arm()
  return () => cancel()
}
