import type { Lease } from '../../ports/lease.ts'
import { pause, requireTime, type ZoneSession, ZoneTimeOver, zoneLeaseMs, zoneResource } from './zone-session.ts'

/**
 * How many zones compare and send for plans at the same time. They share the plan's requests: with more of them each
 * would wait for its next request longer than its lease lasts, and what it has read would be of no use.
 */
const turns = 3
/** Pause between two looks for a free turn, real milliseconds, with jitter. */
const lookMs = 200

/**
 * Waits until few enough zones are being written, then renews the zone's lease, so that all of it is left.
 *
 * @param meanwhile - Called before each look: a rollback of this zone does not wait for a turn.
 * @returns Gives the turn to the next.
 * @throws {ZoneTimeOver} If no turn came while the zone's lease lasted, or the lease was lost.
 */
export async function takeTurn(session: ZoneSession, meanwhile: () => Promise<void>): Promise<() => Promise<void>> {
  const { deps, zoneId, lease } = session
  await meanwhile()
  for (;;) {
    requireTime(session)
    const turn = await deps.leases.take(`route53-turn:${Math.floor(Math.random() * turns)}`, lease.holder, zoneLeaseMs)
    if (turn !== null) {
      if (await renew(session).catch((error: unknown) => abandon(session, turn, error)))
        return () => giveBack(session, turn)
      await giveBack(session, turn)
      throw new ZoneTimeOver(zoneId)
    }
    await pause(session, { meanwhile }, lookMs)
  }
}

/** @returns False where somebody else may have held the zone since. */
async function renew(session: ZoneSession): Promise<boolean> {
  const { deps, zoneId, lease, unaccounted } = session
  const renewed = await deps.leases.take(zoneResource(zoneId), lease.holder, zoneLeaseMs)
  if (renewed === null) return false
  if (renewed.fence === lease.fence + 1) {
    session.lease = renewed
    return true
  }
  if (unaccounted.length === 0) await giveBack(session, renewed)
  return false
}

/** A renewal without an answer may have been one: then the lease is still ours, and would keep a rollback out. */
async function abandon(session: ZoneSession, turn: Lease, error: unknown): Promise<never> {
  const { lease, unaccounted } = session
  await giveBack(session, turn)
  if (unaccounted.length === 0) await giveBack(session, { ...lease, fence: lease.fence + 1 })
  throw error
}

/** A failure to say so leaves it to its time-out. */
async function giveBack({ deps }: ZoneSession, lease: Lease): Promise<void> {
  await deps.leases.giveBack(lease).catch(() => undefined)
}
