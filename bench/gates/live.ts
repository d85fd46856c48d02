/**
 * Real deployments in local mode, with real traffic: a canary whose error rate rises from 0.1 % to 1 % must be rolled back
 * by its `compare` gate alone, and the same traffic without the fault must be promoted.
 *
 * `npm run bench:gates -- --live [--rounds 20 --json FILE]`. 3,000 requests a second at speed 60 are 3,000 a local minute;
 * where the machine cannot carry that, both are divided by the same number, and said.
 */
import { writeFileSync } from 'node:fs'
import type { ShownDeployment } from '../../local/demo/api-client.ts'
import { normalRate, type Rig, startRig } from './live/rig.ts'

const faultyRate = 0.01
/** Local minutes of the step before the fault. */
const goodMinutes = 3
const finalPhases = ['succeeded', 'rolled-back', 'aborted', 'rejected', 'rollback-failed']

export interface LiveFlags {
  readonly rounds: number
  readonly json: string | undefined
}

interface Round {
  readonly fault: boolean
  readonly phase: string
  readonly gate: string | null
  readonly reason: string
  /** Local seconds from the fault to the end of the deployment. */
  readonly secondsToEnd: number | null
  /** Share of the wished requests that were sent. */
  readonly carried: number
  readonly asWished: boolean
}

/** @returns The exit code: 0 when every deployment ended as it should. */
export async function runLive({ rounds, json }: LiveFlags): Promise<number> {
  const rig = await startRig()
  try {
    console.log(
      `speed ${rig.speed}, ${rig.rate} requests/s (${(60 * rig.rate) / rig.speed} a local minute), 20 % for 30 local minutes, then 100 %`,
    )
    const results: Round[] = []
    for (let round = 0; round < rounds; round++)
      for (const fault of [true, false]) {
        const result = await deploy(rig, fault)
        results.push(result)
        console.log(describe(results.length, result))
      }
    return report(rig, results, json)
  } finally {
    await rig.close()
  }
}

/** One deployment to its end, with or without the fault. */
async function deploy(rig: Rig, fault: boolean): Promise<Round> {
  for (const slot of ['blue', 'green']) rig.fail(slot, normalRate)
  const [startedAt, sentBefore] = [performance.now(), await rig.sent()]
  let shown: ShownDeployment & { readonly canary?: string } = await rig.api.start({ service: 'shop', revision: 'next' })
  let faultAt: number | null = null
  let bakingAt: number | null = null
  while (!finalPhases.includes(shown.phase)) {
    shown = await rig.api.watch(shown.id, shown.version)
    if (shown.phase === 'baking') bakingAt ??= performance.now()
    const isDue = bakingAt !== null && performance.now() - bakingAt >= (goodMinutes * 60_000) / rig.speed
    if (fault && isDue && faultAt === null) {
      rig.fail(String(shown.canary), faultyRate)
      faultAt = performance.now()
    }
  }
  const endedAt = performance.now()
  const asked = (rig.rate * (endedAt - startedAt)) / 1000
  return {
    fault,
    phase: shown.phase,
    gate: shown.cause?.gate ?? null,
    reason: shown.cause?.reason ?? shown.gates.find(({ name }) => name === 'errors')?.reason ?? '',
    secondsToEnd: faultAt === null ? null : Math.round(((endedAt - faultAt) * rig.speed) / 1000),
    carried: ((await rig.sent()) - sentBefore) / asked,
    asWished: fault ? shown.phase === 'rolled-back' && shown.cause?.gate === 'errors' : shown.phase === 'succeeded',
  }
}

function describe(index: number, { fault, phase, secondsToEnd, carried, asWished, reason }: Round): string {
  const kind = fault ? '1 % errors' : 'no fault'
  const after = secondsToEnd === null ? '' : ` ${secondsToEnd} local s after the fault`
  return `${String(index).padStart(3)} ${kind.padEnd(10)} ${asWished ? 'ok  ' : 'BAD '} ${phase}${after}; ${Math.round(100 * carried)} % of the load; ${reason}`
}

function report(rig: Rig, results: readonly Round[], json: string | undefined): number {
  const of = (fault: boolean) => results.filter((one) => one.fault === fault)
  const good = (fault: boolean) => of(fault).filter(({ asWished }) => asWished).length
  const delays = of(true)
    .flatMap(({ secondsToEnd }) => secondsToEnd ?? [])
    .sort((a, b) => a - b)
  const at = (share: number) => delays[Math.min(delays.length - 1, Math.ceil(share * delays.length) - 1)] ?? null
  const summary = {
    ...{ speed: rig.speed, requestsPerSecond: rig.rate, weight: 20 },
    rolledBack: `${good(true)} of ${of(true).length}`,
    promoted: `${good(false)} of ${of(false).length}`,
    localSecondsToRollback: { median: at(0.5), p95: at(0.95) },
  }
  console.log(JSON.stringify(summary, null, 2))
  if (json !== undefined) writeFileSync(json, `${JSON.stringify({ ...summary, rounds: results }, null, 2)}\n`)
  return results.every(({ asWished }) => asWished) ? 0 : 1
}
