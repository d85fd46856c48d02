/**
 * Kills local mode with SIGKILL at random moments of deployments under load, starts it again on the same data, and looks at
 * how each ends: a bad canary `rolled-back`, with the weights of the snapshot as AWS tells them.
 *
 * `npm run bench:kill [-- --rounds 20 --good 4 --rate 300 --speed 60 --seed N --json FILE]`; exit code 1 when a round ends
 * otherwise, 2 when it cannot run.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { canaryOfFiveMinutes } from '../local/demo/deploy.ts'
import { startTalliedLoad, type TalliedLoad } from './kill/load.ts'
import { drawMoments, type Moments } from './kill/moments.ts'
import { headings, toRow, toSummary } from './kill/report.ts'
import { playRound, type RoundResult } from './kill/round.ts'
import { type Site, startSite } from './kill/site.ts'

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    good: { type: 'string', default: '4' },
    rate: { type: 'string', default: '300' },
    speed: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    json: { type: 'string' },
  },
})
/** How often another moment is drawn for a round whose deployment had ended before the kill. */
const mostTries = 6
/** The load stops by itself after this, real seconds for each round: nothing of this file runs for ever. */
const longestRoundSeconds = 240

// What was started ends with this process; it does so in its own order where it can.
process.once('SIGINT', () => process.exit(130))
process.once('SIGTERM', () => process.exit(143))

try {
  process.exitCode = await run()
} catch (error) {
  console.error(error)
  process.exitCode = 2
}

async function run(): Promise<number> {
  const [bad, good, rate, speed, seed] = [flags.rounds, flags.good, flags.rate, flags.speed, flags.seed].map(Number)
  if (![bad, good, rate, speed, seed].every((value) => Number.isInteger(value)))
    throw new Error('--rounds, --good, --rate, --speed and --seed take whole numbers')
  const rounds = Number(bad) + Number(good)
  console.log(`${bad} bad and ${good} good canaries, ${rate} requests/s, ${speed} × real time, seed ${seed}`)
  const site = await startSite(Number(speed))
  try {
    await site.api.putService('shop', {
      routes: [{ kind: 'alb', ruleArn: site.shop.ruleArn, ...site.shop.groups }],
      ...canaryOfFiveMinutes,
    })
    const load = startTalliedLoad(site.shop.url, Number(rate), rounds * longestRoundSeconds)
    try {
      const results = await playAll(site, load, drawMoments(rounds, Number(good), Number(seed)), rounds)
      const summary = toSummary(results, load.tally())
      console.log(summary.text)
      if (flags.json !== undefined)
        writeFileSync(flags.json, `${JSON.stringify({ seed, speed, rate, load: load.tally(), results }, null, 2)}\n`)
      return summary.missed === 0 ? 0 : 1
    } finally {
      await load.stop()
    }
  } finally {
    await site.close()
  }
}

async function playAll(site: Site, load: TalliedLoad, moments: Moments, rounds: number) {
  const results: RoundResult[] = []
  console.log(headings)
  for (let round = 0; round < rounds; round++) {
    const result = await playOne(site, load, moments, round)
    results.push(result)
    console.log(toRow(round, result))
  }
  return results
}

/** @throws {Error} If every deployment tried had ended before its kill. */
async function playOne(site: Site, load: TalliedLoad, moments: Moments, round: number): Promise<RoundResult> {
  for (let attempt = 0; attempt < mostTries; attempt++) {
    const result = await playRound(site, load, moments.next(round), `v${round}.${attempt}`)
    if (result !== null) return result
    console.log(`${String(round + 1).padStart(5)}  ended before the kill came; drawn again`)
  }
  throw new Error(`round ${round + 1}: no kill came in time in ${mostTries} deployments`)
}
