import { percentile } from '../percentile.ts'
import { type EndpointProcess, startEndpoint } from './endpoint-process.ts'
import type { Refused } from './messages.ts'
import { type NaiveRound, runNaive } from './naive.ts'
import { createSluice, type Sluice, type Written } from './sluice.ts'

/** While a round lasts a rollback comes so often, real milliseconds, each on a pair of its own. */
const rollbackEveryMs = 3000
/** More of them than come in any round. */
const pairsForRollbacks = 20

export interface CaseOptions {
  readonly zones: number
  readonly deployments: number
  readonly rounds: number
  readonly roundMs: number
  /** How long the naive callers try; 0: not at all. */
  readonly naiveLimitMs: number
  readonly say: (line: string) => void
}

export interface Round {
  /** Until the last one was accepted, and read back, real milliseconds. */
  readonly acceptedMs: number
  readonly readBackMs: number
  readonly rollbacks: readonly Written[]
  readonly requests: Sluice['requests']
  /** Deployments whose pair has not the weights that were written last. */
  readonly lost: number
}

export interface CaseResult {
  readonly zones: number
  readonly rounds: readonly Round[]
  /** What Route 53 refused while Sluice was the only caller. */
  readonly refused: Refused
  readonly rollbackAcceptedP95Ms: number
  readonly naive: NaiveRound | null
}

/** All deployments of a case, round by round, and then the naive callers on the same zones. */
export async function runCase(options: CaseOptions): Promise<CaseResult> {
  const { zones, deployments, say } = options
  const endpoint = await startEndpoint(zones, deployments + pairsForRollbacks)
  try {
    const sluice = await createSluice(endpoint.url, endpoint.places)
    const rounds = await runRounds(options, endpoint, sluice)
    const refused = await endpoint.refused()
    const rollbacks = rounds.flatMap((round) => round.rollbacks.map(({ acceptedMs }) => acceptedMs))
    const naive = options.naiveLimitMs > 0 ? await runNaiveOn(options, endpoint) : null
    if (naive) say(`  naive    ${naive.calls} calls, ${naive.refused} refused`)
    return { zones, rounds, refused, rollbackAcceptedP95Ms: percentile(rollbacks, 0.95), naive }
  } finally {
    await endpoint.stop()
  }
}

async function runRounds(options: CaseOptions, endpoint: EndpointProcess, sluice: Sluice): Promise<readonly Round[]> {
  const rounds: Round[] = []
  const watches: Promise<void>[] = []
  for (let number = 1; number <= options.rounds; number++) {
    // What is to be rolled back has a share to lose.
    await Promise.all(rollbackIndices(options.deployments).map((index) => sluice.write(index, 50)))
    const beganMs = performance.now()
    const percent = 10 * number
    const before = { ...sluice.requests }
    const indices = Array.from({ length: options.deployments }, (_, index) => index)
    const plans = Promise.all(indices.map((index) => sluice.write(index, percent)))
    const rollbacks = await rollBackUntil(plans, options, sluice)
    const written = await plans
    const round = {
      acceptedMs: Math.max(...written.map(({ acceptedMs }) => acceptedMs)),
      readBackMs: Math.max(...written.map(({ readBackMs }) => readBackMs)),
      rollbacks,
      requests: since(before, sluice.requests),
      lost: await countLost(options, endpoint, percent),
    }
    rounds.push(round)
    options.say(toLine(number, round))
    watches.push(...written.map(({ changeId }) => watch(sluice, changeId)))
    // A minute's round: what spreads meanwhile is asked for, too.
    if (number < options.rounds) await sleep(options.roundMs - (performance.now() - beganMs))
  }
  await Promise.all(watches)
  return rounds
}

/** As the task of a workflow: asks until it is everywhere. */
async function watch(sluice: Sluice, changeId: string | null): Promise<void> {
  if (changeId === null) return
  while (!(await sluice.isInsync(changeId))) await sleep(1500 + 1000 * Math.random())
}

/** Rollbacks at random moments, until the round is over. */
async function rollBackUntil(
  round: Promise<unknown>,
  { deployments }: CaseOptions,
  sluice: Sluice,
): Promise<readonly Written[]> {
  let isOver = false
  const over = round.finally(() => {
    isOver = true
  })
  const begun: Promise<Written>[] = []
  for (const index of rollbackIndices(deployments)) {
    await Promise.race([over, sleep((0.5 + Math.random()) * rollbackEveryMs)])
    if (isOver) break
    begun.push(sluice.write(index, 0, 'rollback'))
  }
  return Promise.all(begun)
}

function rollbackIndices(deployments: number): readonly number[] {
  return Array.from({ length: pairsForRollbacks }, (_, index) => deployments + index)
}

async function countLost({ deployments }: CaseOptions, endpoint: EndpointProcess, percent: number): Promise<number> {
  const weights = await endpoint.weights()
  return weights.filter((pair, index) => index < deployments && pair.green !== percent).length
}

async function runNaiveOn(options: CaseOptions, endpoint: EndpointProcess): Promise<NaiveRound> {
  const places = endpoint.places.slice(0, options.deployments)
  return runNaive(endpoint.url, places, { percent: 50, limitMs: options.naiveLimitMs })
}

function since(before: Sluice['requests'], after: Sluice['requests']): Sluice['requests'] {
  return {
    lists: after.lists - before.lists,
    batches: after.batches - before.batches,
    polls: after.polls - before.polls,
  }
}

function toLine(number: number, { acceptedMs, readBackMs, requests, lost }: Round): string {
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`
  const { lists, batches, polls } = requests
  return `  round ${number}  accepted ${seconds(acceptedMs)}, read back ${seconds(readBackMs)}; ${lists} lists, ${batches} batches, ${polls} polls; ${lost} lost`
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)))
}
