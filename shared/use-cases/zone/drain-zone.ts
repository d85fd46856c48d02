import { NotFoundError, UpstreamError } from '../../domain/errors.ts'
import type { KeptZoneChange, ZoneChange, ZoneChangeResult } from '../../domain/zone-change.ts'
import { judgeChange, whyStopped } from './judge-changes.ts'
import { readPairs } from './read-pairs.ts'
import { sendChanges } from './send-changes.ts'
import { takeTurn } from './take-turn.ts'
import {
  type Asking,
  askRoute53,
  type ZoneDeps,
  type ZoneSession,
  ZoneTimeOver,
  zoneLeaseMs,
  zoneResource,
} from './zone-session.ts'

/** How long a writer whose own change has its result goes on for others, real milliseconds: its deployment waits for it. */
const courtesyMs = 10_000
/** How long a plan's writer lets others join before it begins, real milliseconds: what comes together goes together. */
const gatherMs = 100
/** How long a read-back lets other zones send first, real milliseconds. It has to fit into what is left of a lease. */
const readBackPatienceMs = 6000

/**
 * Writes for everybody who wants a change in the zone of `mine`, if nobody else does so now: rollbacks first and at once,
 * then the plans' changes, compared with what is there before and read back after, until nothing waits or its time is
 * over: others may want changes for ever, and the function that serves them ends. Whoever holds the zone for a rollback
 * serves rollbacks alone, and hands over once its own is done: an abort answers at its read-back.
 *
 * The list that reads back one batch compares the next. A process that dies leaves the changes where they are; the next
 * holder finds what it accepted, or finds it in place.
 *
 * @param untilMs - No request starts later, real time.
 * @throws {TransientError} If Route 53 or the store could not be asked; the changes still wait.
 */
export async function drainZone(deps: ZoneDeps, mine: ZoneChange, untilMs: number): Promise<void> {
  const zoneId = mine.pair.hostedZoneId
  const lease = await deps.leases.take(zoneResource(zoneId), deps.newHolder(), zoneLeaseMs)
  if (lease === null) return
  const session: ZoneSession = { deps, zoneId, lease, untilMs, busyUntilMs: 0, unaccounted: [] }
  try {
    if (mine.lane === 'plan') await deps.clock.sleep(gatherMs)
    await serveUntilDone(session, mine)
  } catch (error) {
    if (error instanceof ZoneTimeOver) return
    if (!(error instanceof NotFoundError || error instanceof UpstreamError)) throw error
    await refuseAll(session, error)
  } finally {
    // A call whose outcome nobody knows may still take effect: nobody else writes here until the lease has run out.
    if (session.unaccounted.length === 0) await deps.leases.giveBack(session.lease).catch(() => undefined)
  }
}

type Changes = readonly KeptZoneChange[]

async function serveUntilDone(session: ZoneSession, mine: ZoneChange): Promise<void> {
  const { zoneChanges, clock } = session.deps
  const isRollback = mine.lane === 'rollback'
  const courtesyEndsAtMs = clock.realNow() + courtesyMs
  for (;;) {
    const waiting = await dropLate(session, await zoneChanges.waiting(session.zoneId))
    if (waiting.length === 0) return
    await serveRollbacks(session)
    const mayHandOver = isRollback || clock.realNow() >= courtesyEndsAtMs
    if (mayHandOver && (await zoneChanges.read(mine))?.result !== null) return
    if (isRollback) continue
    const plans = waiting.filter(({ lane }) => lane === 'plan')
    if (plans.length > 0) await servePlans(session, plans)
  }
}

/** A restore goes ahead of everything in its zone, without a look before it: it replaces whatever is there. */
async function serveRollbacks(session: ZoneSession): Promise<void> {
  const { zoneChanges } = session.deps
  const waiting = await dropLate(session, await zoneChanges.waiting(session.zoneId, 'rollback'))
  if (waiting.length === 0) return
  const asking: Asking = { lane: 'rollback', meanwhile: async () => {} }
  const unsent = waiting.filter(({ accepted }) => accepted === null)
  await sendChanges(session, unsent, asking)
  await settle(session, await zoneChanges.waiting(session.zoneId, 'rollback'), asking)
}

/** One turn of the plans: whoever waits to be sent goes before those who are only to be read back. */
async function servePlans(session: ZoneSession, waiting: Changes): Promise<void> {
  const meanwhile = () => serveRollbacks(session)
  if (waiting.every(({ accepted }) => accepted !== null)) {
    const patientUntilMs = session.deps.clock.realNow() + readBackPatienceMs
    await settle(session, waiting, { lane: 'background', patientUntilMs, meanwhile })
    return
  }
  const endTurn = await takeTurn(session, meanwhile)
  try {
    const asking: Asking = { lane: 'plan', meanwhile }
    await sendChanges(session, await settle(session, waiting, asking), asking)
  } finally {
    await endTurn()
  }
}

/** Reads the zone and tells everybody whose change needs nothing more. @returns Those whose change is still to be sent. */
async function settle(session: ZoneSession, waiting: Changes, asking: Asking): Promise<Changes> {
  if (waiting.length === 0) return []
  const { zoneId, deps } = session
  const found = await readPairs(
    waiting.map(({ pair }) => pair),
    (from) => askRoute53(session, asking, () => deps.hostedZones.page(zoneId, from)),
  )
  const judged = waiting.map((change) => ({ change, judgement: judgeChange(change, found) }))
  await Promise.all(
    judged.map(async ({ change, judgement }) => {
      if (judgement.type === 'result') await note(session, change, judgement.result)
    }),
  )
  return judged.flatMap(({ change, judgement }) => (judgement.type === 'send' ? [change] : []))
}

async function note(session: ZoneSession, change: KeptZoneChange, result: ZoneChangeResult): Promise<void> {
  const { deps, unaccounted } = session
  if (result.type === 'done' && change.accepted === null) {
    const calls = unaccounted.filter((ids) => ids.has(change.id))
    // It is in place and was sent once: that call has taken effect. Sent twice, the other may still be on its way.
    if (calls.length === 1) unaccounted.splice(unaccounted.indexOf(calls[0] ?? new Set()), 1)
  }
  // A restore that went before it has written over it: its writer is told why, not what it finds.
  const why = result.type === 'changed' ? await whyStopped(deps, change) : null
  await deps.zoneChanges.noteResult(change, why === null ? result : { type: 'stopped', reason: why })
}

/** Changes whose writers gave up long ago are not sent any more; what was accepted is still read back. */
async function dropLate({ deps }: ZoneSession, waiting: Changes): Promise<Changes> {
  const now = deps.clock.realNow()
  const isLate = ({ accepted, giveUpAtMs }: KeptZoneChange) => accepted === null && giveUpAtMs <= now
  await Promise.all(waiting.filter(isLate).map((change) => deps.zoneChanges.remove(change)))
  return waiting.filter((change) => !isLate(change))
}

/** What Route 53 says of the zone as a whole, everybody in it is told. */
async function refuseAll({ deps, zoneId }: ZoneSession, error: NotFoundError | UpstreamError): Promise<void> {
  const result = { type: 'gone', missing: error instanceof NotFoundError, reason: error.message } as const
  const waiting = await deps.zoneChanges.waiting(zoneId)
  await Promise.all(waiting.map((change) => deps.zoneChanges.noteResult(change, result)))
}
