import { setTimeout as sleep } from 'node:timers/promises'
import type { ShownDeployment } from '../../local/demo/api-client.ts'
import type { TalliedLoad } from './load.ts'
import { isThere, type Moment } from './moments.ts'
import { findFaults } from './outcome.ts'
import type { Site, SlotWeights } from './site.ts'

/** What the record said last before one kill. */
export interface Kill {
  readonly phase: string
  /** The newest event of the record, in its own words. */
  readonly lastEvent: string
}

export interface RoundResult {
  readonly canary: Moment['canary']
  readonly kills: readonly Kill[]
  readonly phase: string
  readonly cause: string
  /** From the last restart's command to the end of the deployment, real seconds. */
  readonly realSeconds: number
  /** From the first look at the restarted clock to the end of the deployment, local seconds. */
  readonly localSeconds: number
  readonly snapshot: SlotWeights
  readonly readBack: SlotWeights
  /** What is wrong, one sentence each; empty: it ended as it should. */
  readonly faults: readonly string[]
}

const finalPhases = ['succeeded', 'rolled-back', 'aborted', 'superseded', 'rejected', 'rollback-failed']
/** A deployment that takes longer than this has gone wrong, real milliseconds. */
const longestMs = 90_000
const pollMs = 20
/** Fraction of a bad version's answers that are errors. */
const errorRate = 0.25

/**
 * Deploys one version, kills the process at the moment given, starts it again and waits for the end.
 *
 * @returns Null if the deployment had ended before the kill came: nothing was tried.
 * @throws {Error} If it does not end in time, with the record as it stands.
 */
export async function playRound(site: Site, load: TalliedLoad, moment: Moment, name: string) {
  const snapshot = await site.weights()
  const canary = snapshot.blue > 0 ? 'green' : 'blue'
  const server = site.shop.servers[canary]
  const turnBad = () => server.deploy(name, errorRate)
  server.deploy(name, 0)
  if (moment.canary === 'bad') turnBad()
  await site.slowDown(moment.slowMs)
  const { id } = await site.api.start({ service: 'shop', revision: name, reason: 'bench:kill' })

  await waitFor(site, id, (seen) => isThere(seen, moment) || isOver(seen))
  if (moment.canary === 'late') turnBad()
  await sleep(moment.afterMs)
  const kills: Kill[] = []
  let restarted: Restarted | null = null
  for (const pauseMs of [0, ...(moment.againAfterMs === null ? [] : [moment.againAfterMs])]) {
    await sleep(pauseMs)
    if (isOver(await site.api.watch(id, 0))) break
    restarted = await killAndRestart(site, load, moment.deadMs)
    kills.push(await whatTheRecordSaid(site, id, restarted.killedAtMs))
  }
  if (restarted === null) {
    await site.slowDown(0)
    return null
  }
  const ended = await waitFor(site, id, isOver)
  const readBack = await site.weights()
  const result: RoundResult = {
    canary: moment.canary,
    kills,
    phase: ended.phase,
    cause: causeOf(ended),
    realSeconds: (performance.now() - restarted.commandAt) / 1000,
    localSeconds: (Date.parse(ended.endedAt ?? '') - restarted.upAtMs) / 1000,
    snapshot,
    readBack,
    faults: findFaults({ isGood: moment.canary === 'good', canary, phase: ended.phase, snapshot, readBack }),
  }
  return result
}

interface Restarted {
  /** Local time of the kill and of the first look after the restart, milliseconds since the epoch. */
  readonly killedAtMs: number
  readonly upAtMs: number
  /** When the restart was begun, on the monotonic clock. */
  readonly commandAt: number
}

async function killAndRestart(site: Site, load: TalliedLoad, deadMs: number): Promise<Restarted> {
  const killedAtMs = await site.localNow()
  load.setAlive(false)
  await site.kill()
  await sleep(deadMs)
  const commandAt = performance.now()
  await site.restart()
  load.setAlive(true)
  return { killedAtMs, upAtMs: await site.localNow(), commandAt }
}

/** The restarted clock is ahead of everything that was written before: what is older was there at the kill. */
async function whatTheRecordSaid(site: Site, id: string, killedAtMs: number): Promise<Kill> {
  // A kill comes a moment after its clock was read, and before the restarted clock begins.
  const before = (await site.api.events(id)).filter(({ at }) => Date.parse(at) <= killedAtMs + restartGapMs)
  return {
    phase: before.findLast(({ to }) => to !== undefined)?.to ?? 'not recorded',
    lastEvent: before.at(-1)?.reason ?? 'no event',
  }
}

/** Less than what the local clock jumps by over a restart at any speed from 1 on, local milliseconds. */
const restartGapMs = 1000

async function waitFor(site: Site, id: string, isSo: (seen: ShownDeployment) => boolean): Promise<ShownDeployment> {
  const giveUpAt = performance.now() + longestMs
  let seen = await site.api.watch(id, 0)
  // Asked often: the long poll of the API looks once a second, and a phase may be over by then.
  while (!isSo(seen)) {
    if (performance.now() > giveUpAt)
      throw new Error(`${id} is still ${seen.phase} after ${longestMs / 1000} s: ${JSON.stringify(seen)}`)
    await sleep(pollMs)
    seen = await site.api.watch(id, 0)
  }
  return seen
}

function isOver({ phase }: ShownDeployment): boolean {
  return finalPhases.includes(phase)
}

function causeOf({ cause }: ShownDeployment): string {
  if (cause === null) return '-'
  return `${cause.gate ?? cause.type}: ${cause.reason}`
}
