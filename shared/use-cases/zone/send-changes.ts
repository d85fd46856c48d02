import { TransientError } from '../../domain/errors.ts'
import { recordsOf } from '../../domain/record-set.ts'
import { firstOfEachPair, halves, nextBatch } from '../../domain/zone-batch.ts'
import type { KeptZoneChange } from '../../domain/zone-change.ts'
import { whyStopped } from './judge-changes.ts'
import {
  type Asking,
  askRoute53,
  firstPauseMs,
  longestPauseMs,
  pause,
  requireTime,
  type ZoneSession,
  zoneResource,
} from './zone-session.ts'

type Changes = readonly KeptZoneChange[]

/**
 * How long Route 53 is taken to be busy with a batch of a zone, real milliseconds: a request that comes sooner is refused,
 * and counts against the account all the same.
 */
const processingMs = 350

/**
 * Sends changes in as few batches as fit, and notes each one that was accepted, stopped or refused. What became of a call
 * without an answer shows at the next reading.
 *
 * @throws {ZoneTimeOver} If the lease does not last; what was not sent still waits.
 * @throws {NotFoundError | UpstreamError} If there is no such zone, or Route 53 refuses us.
 */
export async function sendChanges(session: ZoneSession, changes: Changes, asking: Asking): Promise<void> {
  for (let rest = firstOfEachPair(changes); rest.length > 0; ) {
    const next = nextBatch(rest)
    await sendBatch(session, next.batch, asking)
    rest = next.rest
  }
}

/** One request; halved for as long as Route 53 refuses it, so that one bad change holds up nobody else. */
async function sendBatch(session: ZoneSession, batch: Changes, asking: Asking): Promise<void> {
  const { sent, answer } = await sendUntilTaken(session, batch, asking)
  const { zoneChanges, clock } = session.deps
  switch (answer.type) {
    case 'accepted': {
      const atMs = clock.realNow()
      session.busyUntilMs = atMs + processingMs
      await Promise.all(sent.map((change) => zoneChanges.noteAccepted(change, answer.changeId, atMs)))
      return
    }
    case 'refused': {
      const [only, ...others] = sent
      if (only && others.length === 0) return zoneChanges.noteResult(only, { type: 'refused', reason: answer.reason })
      for (const half of halves(sent)) await sendBatch(session, half, asking)
      return
    }
    case 'unknown':
      session.unaccounted.push(new Set(sent.map(({ id }) => id)))
      return
    case 'not-sent':
      return
  }
}

type Answer =
  | { readonly type: 'accepted'; readonly changeId: string }
  | { readonly type: 'refused'; readonly reason: string }
  /** The call had no answer: it may have taken effect, or may still do so. */
  | { readonly type: 'unknown' }
  /** Nobody wants any of it any more. */
  | { readonly type: 'not-sent' }

interface Sent {
  /** Those of the batch that were still wanted. */
  readonly sent: Changes
  readonly answer: Answer
}

/** Tries until Route 53 says something else than that the zone is busy with an earlier change. */
async function sendUntilTaken(session: ZoneSession, batch: Changes, asking: Asking): Promise<Sent> {
  const { clock } = session.deps
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    const busyMs = session.busyUntilMs - clock.realNow()
    if (busyMs > 0) await clock.sleep(busyMs)
    const { sent, answer } = await askRoute53(session, asking, () => sendOnce(session, batch))
    if (answer.type !== 'busy') return { sent, answer }
    await pause(session, asking, pauseMs)
  }
}

async function sendOnce(session: ZoneSession, batch: Changes) {
  const sent = await notThrottled(() => stillWanted(session, batch))
  if (sent.length === 0) return { sent, answer: { type: 'not-sent' } as const }
  await notThrottled(() => requireLease(session))
  const records = sent.flatMap(({ target }) => recordsOf(target))
  try {
    return { sent, answer: await session.deps.hostedZones.upsert(session.zoneId, records, commentFor(sent)) }
  } catch (error) {
    if (error instanceof TransientError && !error.refused) return { sent, answer: { type: 'unknown' } as const }
    throw error
  }
}

/** What the store refuses has nothing to do with Route 53's requests: it ends this holder's time. */
async function notThrottled<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof TransientError && error.refused) throw new TransientError(error.message, { cause: error })
    throw error
  }
}

/** The last look before the write: a change that nobody may send any more is told so and left out. */
async function stillWanted({ deps }: ZoneSession, batch: Changes): Promise<Changes> {
  const looked = await Promise.all(batch.map(async (change) => ({ change, why: await whyStopped(deps, change) })))
  const stopped = looked.flatMap(({ change, why }) => (why === null ? [] : [{ change, why }]))
  await Promise.all(
    stopped.map(({ change, why }) => deps.zoneChanges.noteResult(change, { type: 'stopped', reason: why })),
  )
  return looked.flatMap(({ change, why }) => (why === null ? [change] : []))
}

/** The looks took time: between these lines and the call there is nothing else. */
async function requireLease(session: ZoneSession): Promise<void> {
  if (!(await session.deps.leases.isHeld(session.lease)))
    throw new TransientError(`the lease of ${zoneResource(session.zoneId)} was lost`)
  requireTime(session)
}

/** Route 53 keeps it with the change, 256 characters at most. */
function commentFor(sent: Changes): string {
  const deployments = [...new Set(sent.map(({ deployment }) => deployment))]
  const named = `Sluice: ${deployments.join(' ')}`
  return named.length <= 256 ? named : `Sluice: ${deployments.length} deployments`
}
