import { TransientError } from '../../domain/errors.ts'
import type { ZoneChange, ZoneChangeResult } from '../../domain/zone-change.ts'
import { drainZone } from './drain-zone.ts'
import type { ZoneDeps } from './zone-session.ts'

/** Pauses between looks at one's own change, real milliseconds: doubled each time, with jitter. */
const firstPauseMs = 50
const longestPauseMs = 1000
/** How often one who waits tries to become the zone's writer, real milliseconds: another one usually is. */
const takeOverEveryMs = 1500

/**
 * Hands a wanted change to its zone's writer and waits for what becomes of it. Whoever waits becomes that writer when
 * there is none, and then works for all that wait in the zone.
 *
 * @param patienceMs - How long to wait, real milliseconds.
 * @throws {TransientError} If there was no result in time. The change stays wanted until `giveUpAtMs`, and may be sent.
 */
export async function submitZoneChange(
  deps: ZoneDeps,
  change: ZoneChange,
  patienceMs: number,
): Promise<ZoneChangeResult> {
  await deps.zoneChanges.add(change)
  const giveUpAtMs = deps.clock.realNow() + patienceMs
  let takeOverAtMs = 0
  let cause: unknown
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    if (deps.clock.realNow() >= takeOverAtMs) {
      cause = await tryToServe(deps, change, giveUpAtMs)
      takeOverAtMs = deps.clock.realNow() + jittered(takeOverEveryMs)
    }
    const kept = await deps.zoneChanges.read(change)
    if (kept?.result) {
      // Left where it is, it would only be rubbish.
      await deps.zoneChanges.remove(change).catch(() => undefined)
      return kept.result
    }
    if (kept === null || deps.clock.realNow() >= giveUpAtMs) throw new TransientError(tooLate(change), { cause })
    await deps.clock.sleep(jittered(pauseMs))
  }
}

/** What goes wrong while we serve the zone may concern somebody else's change. @returns Why it did, if so. */
async function tryToServe(deps: ZoneDeps, change: ZoneChange, untilMs: number): Promise<unknown> {
  try {
    await drainZone(deps, change, untilMs)
    return undefined
  } catch (error) {
    if (!(error instanceof TransientError)) throw error
    deps.logger.warn('zone-not-served', { zone: change.pair.hostedZoneId, error })
    return error
  }
}

function tooLate({ pair }: ZoneChange): string {
  return `the change of ${pair.name} ${pair.type} in ${pair.hostedZoneId} was not read back in time; try again`
}

/** As `pause`: many wait at once, and must not ask in step. */
function jittered(ms: number): number {
  return ms * (0.75 + 0.5 * Math.random())
}
