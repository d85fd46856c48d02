import type { Deps } from '../../deps.ts'
import { TransientError } from '../../domain/errors.ts'
import type { RequestLane } from '../../domain/request-budget.ts'
import type { Lease } from '../../ports/lease.ts'

/** How long one holder writes for everybody in its zone, real milliseconds. */
export const zoneLeaseMs = 20_000
/** No request starts with less of the lease left: a call may take 3 s, and its outcome has to be noted. */
const lastStartMs = 8_000
/** How long the holder waits for its turn to ask Route 53 before it looks for rollbacks again, real milliseconds. */
const lookAgainMs = 200
/** Pause before a request that was not taken is sent again, real milliseconds: doubled each time, with jitter. */
export const firstPauseMs = 60
export const longestPauseMs = 1000

export type ZoneDeps = Pick<
  Deps,
  'leases' | 'clock' | 'newHolder' | 'deployments' | 'hostedZones' | 'zoneChanges' | 'requestBudget' | 'logger'
>

/** One holder's time as the writer of a zone. */
export interface ZoneSession {
  readonly deps: ZoneDeps
  readonly zoneId: string
  /** Renewed when its turn comes. */
  lease: Lease
  /** When the holder's own time is over, real time: its caller waits no longer. */
  readonly untilMs: number
  /** Until when Route 53 is likely to be busy with the last batch of this zone, real time. */
  busyUntilMs: number
  /** Ids of the changes in each call whose outcome nobody knows: they may still take effect. */
  readonly unaccounted: Set<string>[]
}

/** The lease is nearly over, or its holder's own time: whoever waits goes on. */
export class ZoneTimeOver extends TransientError {
  constructor(zoneId: string) {
    super(`the time of the holder of ${zoneResource(zoneId)} is over; the next writer of the zone goes on`)
  }
}

/** What the lease of a hosted zone is called. */
export function zoneResource(zoneId: string): string {
  return `zone:${zoneId}`
}

/** @throws {ZoneTimeOver} If nothing may be started any more. */
export function requireTime({ deps, zoneId, lease, untilMs }: ZoneSession): void {
  const now = deps.clock.realNow()
  if (lease.expiresAtMs - now < lastStartMs || now >= untilMs) throw new ZoneTimeOver(zoneId)
}

/** Who asks, and what must not wait for it. */
export interface Asking {
  readonly lane: RequestLane
  /** Until when the background stands behind everybody else, real time; from then on it is one of the plan. */
  readonly patientUntilMs?: number
  /** Called before each request: one of the plan waits behind every rollback of its zone. */
  readonly meanwhile: () => Promise<void>
}

/**
 * Asks Route 53 with one of the account's requests a second, and again where it answers that these were used up.
 *
 * @throws {ZoneTimeOver} If the lease does not last until then.
 * @throws Whatever `call` throws.
 */
export async function askRoute53<Answer>(
  session: ZoneSession,
  asking: Asking,
  call: () => Promise<Answer>,
): Promise<Answer> {
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    await takeRequest(session, asking)
    try {
      return await call()
    } catch (error) {
      if (!(error instanceof TransientError && error.refused)) throw error
      await session.deps.requestBudget.noteThrottled()
    }
    await pause(session, asking, pauseMs)
  }
}

/** Waits about so long, real milliseconds: many wait at once, and must not ask in step. Rollbacks are not kept waiting. */
export async function pause(
  { deps: { clock } }: Pick<ZoneSession, 'deps'>,
  { meanwhile }: Pick<Asking, 'meanwhile'>,
  ms: number,
): Promise<void> {
  const untilMs = clock.realNow() + ms * (0.5 + Math.random())
  for (let leftMs = untilMs - clock.realNow(); leftMs > 0; leftMs = untilMs - clock.realNow()) {
    await clock.sleep(Math.min(leftMs, lookAgainMs))
    await meanwhile()
  }
}

async function takeRequest(session: ZoneSession, { lane, patientUntilMs = 0, meanwhile }: Asking): Promise<void> {
  const { clock, requestBudget } = session.deps
  for (;;) {
    await meanwhile()
    requireTime(session)
    const isImpatient = lane === 'background' && clock.realNow() >= patientUntilMs
    const waitMs = await requestBudget.tryTake(isImpatient ? 'plan' : lane)
    if (waitMs === 0) return
    await clock.sleep(Math.min(waitMs, lookAgainMs))
  }
}
